#!/bin/sh
# Installs the pinned dependencies once; again only when the lock file changed. Sourced by start.sh, test.sh and bench.sh.
set -eu
if [ ! -d node_modules ] || ! cmp -s package-lock.json node_modules/.1sec-lock; then
  echo "1-SEC: installing pinned dependencies (npm ci)…"
  npm ci --no-audit --no-fund --loglevel=error
  cp package-lock.json node_modules/.1sec-lock
fi
PATH="$PWD/node_modules/.bin:$PATH"
export PATH
