#!/bin/sh
# Bundles the product into dist/ with code splitting: each command loads only what it needs.
set -eu
cd "$(dirname -- "$0")/.."
PATH="$PWD/node_modules/.bin:$PATH"
export PATH
exec node scripts/build.mjs "$@"
