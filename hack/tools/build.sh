#!/usr/bin/env bash
# build.sh TOOL... prints the path of each tool, one a line, after building those that the cache lacks.
source "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"
source "$repo_root/hack/tools/recipes.sh"

# tool TOOL builds a tool unless it is there. Two shells may ask at once: the second waits and finds it.
tool() {
  local name=$1 folder binary
  folder=$cache/$(tool_folder "$name")
  binary=$folder/$name
  if [[ ! -x $binary ]]; then
    require_go
    mkdir -p "$folder"
    (
      flock 9
      [[ -x $binary ]] || step "build $name ($(basename "$folder"))" build_and_place "$name" "$folder"
    ) 9>"$folder/.lock"
  fi
  echo "$binary"
}

# A build that is cut short leaves no binary behind that looks whole.
build_and_place() {
  local partial=$2/.partial-$1
  rm -rf "$partial"
  build_tool "$1" "$partial"
  mv "$partial/$1" "$2/$1"
  rm -rf "$partial"
}

(($#)) || die "usage: $0 TOOL...; the tools are: $(all_tools)"
for name; do
  tool "$name"
done
