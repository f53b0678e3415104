#!/usr/bin/env bash
# Writes every generated file that is kept in the project: the modules of examples/, the goldens, the pictures of README.
# Read the difference before it is committed.
set -euo pipefail
cd "$(dirname "$0")/.."

sparsec() { node --import tsx cli/main.ts "$@"; }

for example in examples/*/*.sa; do
  sparsec compile "$example" --target wgsl --out "$(dirname "$example")/generated"
done
sparsec draw spec-examples/moa.sa --n 512 --format svg > docs/images/moa.svg
sparsec draw spec-examples/sparse_transformer.sa --pattern strided --n 1000 --tiles --format svg > docs/images/strided.svg
sparsec draw spec-examples/natten_3d.sa --n 150 --at 2,3,4 --format svg > docs/images/natten_3d.svg
UPDATE_GOLDENS=1 npx vitest run test/goldens
