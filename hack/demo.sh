#!/usr/bin/env bash
# demo.sh: a real cluster, the operator and three companies; ends with their numbers.
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
cd "$repo_root"

started=$EPOCHREALTIME
kubectl() { hack/cluster.sh kubectl "$@"; }

indicators=(cpi/telco-churn cpi/software-nps cpi/retailer-ease cpi/retailer-repeat kpi/software-renewal kpi/software-nps-goal)

# computed succeeds once every indicator of the demo has numbers.
computed() {
  local indicator
  for indicator in "${indicators[@]}"; do
    [[ -n $(kubectl -n demo get "$indicator" -o 'jsonpath={.status.summary.value}') ]] || return 1
  done
}

apply_samples() { "$(hack/tools/build.sh kustomize)" build config/samples | kubectl apply --server-side --force-conflicts -f -; }

# check NAME WANTED compares what people read with what another tool computed (config/samples/data/expected.json).
check() {
  local got
  got=$(kubectl -n demo get "$1" -o 'jsonpath={.status.summary.value} {.status.summary.interval}, n {.status.summary.n}')
  if [[ $got == "$2" ]]; then
    printf '  ok    %-22s %s\n' "$1" "$got"
  else
    printf '  WRONG %-22s %s, but another tool computed %s\n' "$1" "$got" "$2"
    wrong=1
  fi
}

hack/cluster.sh up
hack/deploy.sh
step "apply config/samples" apply_samples
step "compute" wait_until 180 "the demo's numbers" computed

say ""
kubectl -n demo get cpisource,cpi,kpi
say ""
say "checked against another tool's numbers:"
wrong=0
check cpi/telco-churn '26.5 % [25.5, 27.6], n 7043'
check cpi/software-nps '10.3 [3.8, 16.7], n 680'
check kpi/software-renewal '80.4 % [76.8, 83.5], n 530'
check cpi/retailer-ease '50.0 % [45.5, 54.5], n 480'
check cpi/retailer-repeat '30.0 % [26.1, 34.2], n 480'
say ""
say "a few lines of /metrics:"
hack/lib/metrics.sh | grep -E '^(cpi|kpi)_(value|sample_size|alert|target)' | head -n 14
say ""
eval "$(hack/cluster.sh env)"
cat <<NEXT
The demo took $(seconds_since "$started") s. What to try next:

  export KUBECONFIG=$KUBECONFIG PATH=$(dirname "$KUBECTL"):\$PATH
  kubectl -n demo describe cpi software-nps          # conditions in words
  kubectl -n demo get cpireport cpi-telco-churn -o yaml
                                                     # every period and segment, the waterfall, the SQL
  kubectl -n demo edit cpi software-nps              # a title recomputes nothing; a formula is a new baseline
  make cluster-down                                  # leaves nothing behind
NEXT
exit "$wrong"
