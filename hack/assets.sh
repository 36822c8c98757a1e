#!/usr/bin/env bash
# assets.sh          fetches with npm the scripts of others that the page and its tests use, each with its licence
# assets.sh --check  fails if one in the tree is not the pinned one; fetches nothing
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
cd "$repo_root"

# Package, its version, the script in it, its sum, and where it goes. The licence lies beside it.
assets="
d3                $D3_VERSION   dist/d3.min.js        $D3_SHA256   internal/console/assets/vendor/d3.min.js
@observablehq/plot $PLOT_VERSION dist/plot.umd.min.js  $PLOT_SHA256 internal/console/assets/vendor/plot.min.js
axe-core          $AXE_VERSION  axe.min.js            $AXE_SHA256  test/browser/axe.min.js
"

matches() { sha256sum --status --check - <<<"$2  $1"; }

# fetch PACKAGE VERSION SCRIPT SUM PLACE puts nothing in place that is not what was pinned.
fetch() {
  local archive partial
  partial=$(mktemp -d)
  # shellcheck disable=SC2064  # expanded now
  trap "rm -rf '$partial'" EXIT
  archive=$(npm pack --silent --pack-destination "$partial" "$1@$2")
  tar -xzf "$partial/$archive" -C "$partial" "package/$3" package/LICENSE
  matches "$partial/package/$3" "$4" || die "$3 of $1@$2 has another sum than hack/versions.env says"
  install -D -m 644 "$partial/package/$3" "$5"
  install -m 644 "$partial/package/LICENSE" "$5.LICENSE"
}

while read -r package version script sum place; do
  [[ $package ]] || continue
  if [[ ${1:-} == --check ]]; then
    if [[ ! -s $place.LICENSE ]] || ! matches "$place" "$sum"; then
      die "$place is not $package@$version with its licence: run hack/assets.sh"
    fi
  else
    command -v npm >/dev/null || die "npm is needed to fetch $package"
    step "fetch $package $version" fetch "$package" "$version" "$script" "$sum" "$place"
  fi
done <<<"$assets"
