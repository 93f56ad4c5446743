#!/bin/sh
# npm test: installs what the tests need, then runs them all. Arguments go to vitest.
set -eu
cd "$(dirname -- "$0")/.."
. scripts/install.sh
sh scripts/setup.sh
PATH="$PATH:/usr/sbin:/sbin"
export PATH
sh scripts/build.sh
if [ $# -eq 0 ]; then
  biome check .
  tsc -p .
  knip
fi
exec vitest run "$@"
