#!/usr/bin/env bash
# network.sh NODE-IP sets up the node's network, in which it runs: no link to the machine or beyond.
set -euo pipefail
ip link set lo up
# The node's address sits on a bridge without ports, which is always up.
ip link add node0 type bridge
ip address add "$1/24" dev node0
ip link set node0 up
# Nothing answers there; but without any route, connections to service addresses end before kube-proxy's rules see them.
ip route add default via "${1%.*}.254" dev node0 onlink
