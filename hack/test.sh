#!/usr/bin/env bash
# test.sh          everything: generated files, vet, lint, unit tests, the dev cluster's own, end-to-end tests
# test.sh unit     the tests that need no cluster
# test.sh e2e      the end-to-end tests, on the cluster of CLUSTER
#
# Pictures of the page, each page as each reader sees it, are written to CPI_SCREENSHOTS; without one, to bin/screenshots.
#
# Ends with a line that counts the tests. What is slow the first time is built once and kept; see README.md.
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
cd "$repo_root"

tags=netgo,osusergo
export CPI_SCREENSHOTS=${CPI_SCREENSHOTS:-$repo_root/bin/screenshots}
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
started=$EPOCHREALTIME

prepare() {
  require_go
  require_packages gcc=gcc g++=g++ git=git
  KUBEBUILDER_ASSETS=$(hack/tools/envtest-assets)
  PROMTOOL=$(hack/tools/build.sh promtool)
  KUSTOMIZE=$(hack/tools/build.sh kustomize)
  export KUBEBUILDER_ASSETS PROMTOOL KUSTOMIZE
  # Servers that tests start; built now, while progress is shown.
  hack/tools/build.sh prometheus alertmanager amtool prometheus-operator prometheus-config-reloader versitygw >/dev/null
}

static_checks() {
  hack/generate.sh --check
  hack/assets.sh --check
  step "go vet" go vet -tags "$tags" ./...
  step "lint" "$(hack/tools/build.sh golangci-lint-kube-api-linter)" run --build-tags "$tags"
}

# run_tests NAME PACKAGE... runs Go tests, shows failures as they come and keeps the events for counting. One package at
# a time for each core: several of them start servers.
run_tests() {
  local name=$1 gotestsum
  shift
  gotestsum=$(hack/tools/build.sh gotestsum)
  say "tests: $name"
  "$gotestsum" --format pkgname-and-test-fails --hide-summary=skipped --jsonfile "$results/$name.json" -- \
    -tags "$tags" -count=1 -timeout 40m "$@" || failed=1
}

unit() {
  local packages
  mapfile -t packages < <(go list -tags "$tags" ./... | grep -v /test/e2e)
  run_tests unit "${packages[@]}"
}

# devcluster brings a second cluster up and down, unless the cluster is not ours to make.
devcluster() {
  [[ ${CLUSTER:-devcluster} == devcluster ]] || return 0
  local outcome=pass
  say "test: the dev cluster leaves nothing behind"
  hack/devcluster/test/run.sh || outcome=fail failed=1
  echo "{\"Action\":\"$outcome\",\"Test\":\"devcluster\"}" >"$results/devcluster.json"
}

e2e() {
  hack/cluster.sh up
  hack/deploy.sh
  eval "$(hack/cluster.sh env)"
  CPI_E2E=1 run_tests e2e ./test/e2e/... ./test/docs
  CPI_E2E=1 run_tests page -run '^TestCluster$' ./test/console
}

count() { cat "$results"/*.json | grep -F '"Test":' | grep -c "\"Action\":\"$1\"" || true; }

closing_line() {
  say "took $(seconds_since "$started") s"
  echo "$(count pass) passed, $(count fail) failed, $(count skip) skipped"
}

failed=0
prepare
case ${1:-all} in
  unit) unit ;;
  e2e) e2e ;;
  all)
    static_checks
    unit
    devcluster
    e2e
    ;;
  *) sed -n '2,/^source/s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
closing_line
exit "$failed"
