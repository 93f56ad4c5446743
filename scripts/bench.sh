#!/bin/sh
# npm run bench: throughput beside fail2ban-regex in the same run.
set -eu
cd "$(dirname -- "$0")/.."
. scripts/install.sh
ONESEC_SETUP_BENCH=1 sh scripts/setup.sh
exec node bench/throughput.ts "$@"
