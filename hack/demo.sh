#!/usr/bin/env bash
# demo.sh: a real cluster, the operator and three companies; ends with their numbers.
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
cd "$repo_root"

started=$EPOCHREALTIME
kubectl() { hack/cluster.sh kubectl "$@"; }

indicators=(
  cpi/telco-churn cpi/telco-support cpi/software-nps cpi/retailer-ease cpi/retailer-repeat
  kpi/software-renewal kpi/software-nps-goal kpi/retailer-repeat-goal kpi/telco-churn-goal
)
claims=(telco-support-churn software-nps-renewal retailer-ease-repeat)

# computed succeeds once every indicator of the demo has numbers, every claim a verdict, and every source has taken in its run.
computed() {
  local indicator claim reasons
  for claim in "${claims[@]}"; do
    [[ -n $(kubectl -n demo get cpilink "$claim" -o 'jsonpath={.status.verdict}') ]] || return 1
  done
  for indicator in "${indicators[@]}"; do
    [[ -n $(kubectl -n demo get "$indicator" -o 'jsonpath={.status.summary.value}') ]] || return 1
  done
  reasons=$(kubectl -n demo get cpisource -o 'jsonpath={.items[*].status.conditions[?(@.type=="Computed")].reason}')
  [[ $reasons == 'Succeeded Succeeded Succeeded' ]]
}

apply_samples() { "$(hack/tools/build.sh kustomize)" build config/samples | kubectl apply --server-side --force-conflicts -f -; }

# check NAME REPORT SCALE WANTED compares a value with what another tool computed (config/samples/data/expected.json). The
# sample ends in October 2026, so that is the period compared, whatever month it is now; an undated value has none.
check() {
  local got path='.status.result.periods[?(@.label=="2026-10")]'
  [[ $2 != cpi-telco-churn ]] || path='.status.result.periods[0]'
  got=$(kubectl -n demo get cpireport "$2" -o "jsonpath={$path.value} {$path.lower} {$path.upper} {$path.n}" |
    awk -v scale="$3" '{printf "%.1f [%.1f, %.1f], n %d", $1 * scale, $2 * scale, $3 * scale, $4}')
  if [[ $got == "$4" ]]; then
    printf '  ok     %-18s %s\n' "$1" "$got"
  else
    printf '  WRONG  %-18s %s, but another tool computed %s\n' "$1" "$got" "$4"
    wrong=1
  fi
}

# check_claim NAME WANTED compares what was found of a claim with what is published, or another tool computed.
check_claim() {
  local got
  got=$(kubectl -n demo get cpilink "$1" -o 'jsonpath={.status.summary.effect}, {.status.verdict}')
  if [[ $got == "$2" ]]; then
    printf '  ok     %-22s %s\n' "$1" "$got"
  else
    printf '  WRONG  %-22s %s, but it should be %s\n' "$1" "$got" "$2"
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
kubectl -n demo get cpilink
say ""
kubectl -n demo get scorecard
say ""
kubectl -n demo get cpilink -o 'jsonpath={range .items[*].status.drivers[*]}{.sentence}{"\n"}{end}' | fold -s -w 150
say ""
say "checked against another tool's numbers (shares in per cent):"
wrong=0
check telco-churn cpi-telco-churn 100 '26.5 [25.5, 27.6], n 7043'
check software-nps cpi-software-nps 1 '10.3 [3.8, 16.7], n 680'
check software-renewal kpi-software-renewal 100 '80.4 [76.8, 83.5], n 530'
check retailer-ease cpi-retailer-ease 100 '50.0 [45.5, 54.5], n 480'
check retailer-repeat cpi-retailer-repeat 100 '30.0 [26.1, 34.2], n 480'
check_claim software-nps-renewal '+21.0 pp [13.4, 28.4], Supported'
check_claim retailer-ease-repeat '+20.0 pp [11.9, 27.8], Supported'
check_claim telco-support-churn '−11.3 pp [−13.8, −8.8], Supported'
say ""
say "a few lines of /metrics:"
hack/lib/metrics.sh | awk '/^(cpi_value|kpi_value|kpi_target|cpi_sample_size|cpi_alert|cpi_link_effect|cpi_link_verdict)\{namespace="demo"/'
say ""
eval "$(hack/cluster.sh env)"
cat <<NEXT
The demo took $(seconds_since "$started") s. What to try next:

  export KUBECONFIG=$KUBECONFIG PATH=$(dirname "$KUBECTL"):\$PATH
  make kubectl-cpi && export PATH=\$PWD/bin:\$PATH     # the plug-in, then
  kubectl cpi status -n demo                         # everything at a glance, problems first
  kubectl cpi explain software-nps -n demo           # how this number came about
  kubectl cpi ui -n demo --open                      # the page
  kubectl -n demo describe cpi software-nps          # conditions in words
  kubectl -n demo describe cpilink software-nps-renewal
                                                     # who was compared with whom, and what was found
  kubectl -n demo get cpireport cpi-telco-churn -o yaml
                                                     # every period and segment, the waterfall, the SQL
  kubectl -n demo edit cpi software-nps              # a title recomputes nothing; a formula is a new baseline
  make cluster-down                                  # leaves nothing behind
NEXT
exit "$wrong"
