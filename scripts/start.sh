#!/bin/sh
# npm start: install, build, start the daemon in dry run with this host's real sources, open the TUI on it.
set -eu
cd "$(dirname -- "$0")/.."
. scripts/install.sh
sh scripts/build.sh --if-stale
exec bin/1sec start "$@"
