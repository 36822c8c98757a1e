#!/usr/bin/env bash
# cdnow.sh prints the path of a Python package that carries the CDNOW transactions, after fetching it with pip unless the
# cache has it. They are the data of a published fit that a test of internal/lifetime repeats; they are not ours to commit.
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"

folder=$cache/lifetimes-$LIFETIMES_VERSION
package=$folder/Lifetimes-$LIFETIMES_VERSION-py3-none-any.whl

fetch() {
  mkdir -p "$folder"
  partial=$(mktemp -d "$folder/.partial.XXXXXX")
  trap 'rm -rf "$partial"' EXIT
  echo "lifetimes==$LIFETIMES_VERSION --hash=sha256:$LIFETIMES_SHA256" >"$partial/requirements.txt"
  python3 -m pip download --quiet --no-deps --only-binary :all: --retries 1 --require-hashes \
    --requirement "$partial/requirements.txt" --dest "$partial"
  mv "$partial/$(basename "$package")" "$package"
}

[[ -s $package ]] || step "fetch lifetimes $LIFETIMES_VERSION from PyPI" fetch
echo "$package"
