#!/usr/bin/env bash
# Builds the Kubo (IPFS node) that the suite `ipfs` of `npm test` runs against, from the sources that tools/kubo fixes, into
# .tools/ipfs. Takes some minutes the first time; does nothing when it is there already. Needs Go.
set -euo pipefail
cd "$(dirname "$0")/.."

version=$(sed -n 's|^require github.com/ipfs/kubo v||p' tools/kubo/go.mod)
binary="$PWD/.tools/ipfs"

if [ "$("$binary" version --number 2>/dev/null)" = "$version" ]; then
  echo "Kubo $version is built already: .tools/ipfs"
  exit
fi
if ! command -v go >/dev/null; then
  echo "Kubo $version is built with Go, and there is no \`go\` here. Install it from https://go.dev/dl, or set HOLDFAST_IPFS to" >&2
  echo "an \`ipfs\` binary that you have." >&2
  exit 1
fi
echo "Building Kubo $version with $(go version | cut -d ' ' -f 3): some minutes, once ..."
mkdir -p .tools
# Without cgo no C compiler is needed. Of the sources, exactly those in go.sum are taken.
CGO_ENABLED=0 go build -C tools/kubo -mod=readonly -trimpath -o "$binary" github.com/ipfs/kubo/cmd/ipfs
"$binary" version
