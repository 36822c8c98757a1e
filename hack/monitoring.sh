#!/usr/bin/env bash
# monitoring.sh: what carries an alert from a rule to a message, for tests on the dev cluster.
#
#   monitoring.sh images    build Prometheus, Alertmanager, the Prometheus operator and its config reloader, and bring
#                           each to the dev cluster as an image; prints NAME=IMAGE lines
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
cd "$repo_root"

devcluster=hack/devcluster/devcluster

# image NAME VERSION loads the image of a tool unless it is there. Programs lie in /bin, as in the projects' own images:
# pods mount folders of the programs' names in the root.
image() {
  local image=devcluster.local/$1:v$2 binary
  binary=$(hack/tools/build.sh "$1")
  "$devcluster" has-image "$image" || step "load $image" load "$image" "$binary" "bin/$1"
  echo "$1=$image"
}

load() {
  local archive
  archive=$(mktemp)
  # shellcheck disable=SC2064  # expanded now
  trap "rm -f '$archive'" EXIT
  CGO_ENABLED=0 go run ./hack/devcluster/archive "$1" "$2" "$archive" "$3"
  "$devcluster" load-image "$1" "$archive"
}

images() {
  image prometheus "${PROMETHEUS_VERSION/0.3/3.}"
  image alertmanager "$ALERTMANAGER_VERSION"
  image prometheus-operator "$PROMETHEUS_OPERATOR_VERSION"
  image prometheus-config-reloader "$PROMETHEUS_OPERATOR_VERSION"
}

case ${1:-} in
  images) "$1" ;;
  *) sed -n '2,/^source/s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
