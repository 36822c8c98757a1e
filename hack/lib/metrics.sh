#!/usr/bin/env bash
# metrics.sh prints the operator's metrics, read the way Prometheus does: over TLS, with a token that may.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$repo_root"

namespace=cpi-operator-system
eval "$(hack/cluster.sh env)"
require_packages curl=curl

token=$("$KUBECTL" -n "$namespace" create token cpi-operator-metrics-reader --duration 10m)
forward=$(mktemp)
"$KUBECTL" -n "$namespace" port-forward service/cpi-operator-metrics :8443 >"$forward" 2>&1 &
trap 'kill $! 2>/dev/null; rm -f "$forward"' EXIT
wait_until 20 "the port to open" grep -q '^Forwarding from 127' "$forward"
port=$(sed -n 's/^Forwarding from 127.0.0.1:\([0-9]*\) .*/\1/p' "$forward" | head -n 1)
# The certificate is the operator's own: it proves nothing to a stranger on this side of the forward.
curl -sfk -H "Authorization: Bearer $token" "https://127.0.0.1:$port/metrics"
