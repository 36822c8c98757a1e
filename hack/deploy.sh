#!/usr/bin/env bash
# deploy.sh          build the images, bring them to the cluster of CLUSTER and install the operator
# deploy.sh remove   remove the operator; CRDs, definitions and reports stay
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
cd "$repo_root"

namespace=cpi-operator-system

# manifests prints everything to install, with the images named.
manifests() {
  "$(hack/tools/build.sh kustomize)" build config/default |
    sed -e "s#cpi-operator/manager:dev#$MANAGER_IMAGE#" -e "s#cpi-operator/compute:dev#$COMPUTE_IMAGE#"
}

deploy() {
  local images
  images=$(hack/images.sh load)
  # shellcheck disable=SC2046,SC2086  # name=value pairs
  export $images
  step "install the operator" install
  step "wait for the operator" hack/cluster.sh kubectl -n "$namespace" rollout status deployment/cpi-operator --timeout=120s
}

install() {
  manifests | hack/cluster.sh kubectl apply --server-side --force-conflicts -f -
}

remove() {
  "$(hack/tools/build.sh kustomize)" build config/default |
    hack/cluster.sh kubectl delete --ignore-not-found -f - --selector 'app.kubernetes.io/component!=crd'
}

case ${1:-deploy} in
  deploy | remove) "${1:-deploy}" ;;
  *) sed -n '2,/^source/s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
