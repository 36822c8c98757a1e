#!/usr/bin/env bash
# generate.sh          writes everything that is generated from the code
# generate.sh --check  fails if something generated is not current, and says what
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
cd "$repo_root"

generated=(api/v1alpha1/zz_generated.deepcopy.go config/crd/bases config/rbac/role.yaml docs/reference/api.md docs/measures)

generate() {
  local controller_gen
  controller_gen=$(hack/tools/build.sh controller-gen)
  "$controller_gen" object paths=./api/...
  "$controller_gen" crd:maxDescLen=600 paths=./api/... output:crd:dir=config/crd/bases
  "$controller_gen" rbac:roleName=cpi-operator-manager paths=./controllers/... output:rbac:dir=config/rbac
  "$(hack/tools/build.sh crd-ref-docs)" --source-path=api/v1alpha1 --max-depth=15 --config=hack/reference.yaml --renderer=markdown \
    --output-path=docs/reference/api.md
  go run ./hack/pages docs/measures
}

snapshot() { find "${generated[@]}" -type f -exec sha256sum {} + 2>/dev/null | sort -k 2; }

if [[ ${1:-} == --check ]]; then
  before=$(snapshot)
  step "generate" generate
  after=$(snapshot)
  if [[ $before != "$after" ]]; then
    diff <(echo "$before") <(echo "$after") >&2 || true
    die "generated files were not current; they are now: commit them"
  fi
else
  step "generate" generate
fi
