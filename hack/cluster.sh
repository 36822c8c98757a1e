#!/usr/bin/env bash
# cluster.sh: the cluster that the make targets work on.
#
#   CLUSTER=devcluster   the default: hack/devcluster, whatever KUBECONFIG says
#   CLUSTER=current      the current context of your kubeconfig; images reach it by one of
#                          IMAGE_REGISTRY=HOST/PATH   pushed there by buildah (IMAGE_PUSH_FLAGS for more options)
#                          IMAGE_LOAD=COMMAND         run with an archive's path as its last argument and the image's name
#                                                     in $IMAGE, e.g. 'kind load image-archive'
#
#   cluster.sh up                     make the cluster ready, or check that it answers
#   cluster.sh down                   remove the dev cluster; leaves any other alone
#   cluster.sh env                    print KUBECONFIG and KUBECTL as export lines, for eval
#   cluster.sh kubectl ARGUMENT...    run kubectl on the cluster
#   cluster.sh image-name NAME        print what pods must call the image NAME
#   cluster.sh load-image NAME TAR    bring the image NAME of a docker archive to the cluster
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/lib/common.sh"

devcluster=$here/devcluster/devcluster

case ${CLUSTER:=devcluster} in
  devcluster) KUBECONFIG=$("$devcluster" kubeconfig) ;;
  # kubectl's own rule; written out, so that programs that are given it need no rule.
  current) KUBECONFIG=${KUBECONFIG:-${HOME:-}/.kube/config} ;;
  *) die "CLUSTER=$CLUSTER is neither devcluster nor current" ;;
esac
export KUBECONFIG

kubectl_path() { "$here/tools/build.sh" kubectl; }

up() {
  if [[ $CLUSTER == devcluster ]]; then
    "$devcluster" up
    return
  fi
  local context server kubectl
  kubectl=$(kubectl_path)
  context=$("$kubectl" config current-context) || die "CLUSTER=current: no current context in $KUBECONFIG"
  server=$("$kubectl" config view --minify -o 'jsonpath={.clusters[0].cluster.server}')
  "$kubectl" get --raw /readyz >/dev/null || die "CLUSTER=current: context $context does not answer at $server"
  require_way_for_images
  say "using the cluster of context $context at $server"
}

down() {
  if [[ $CLUSTER == devcluster ]]; then
    "$devcluster" down
  else
    say "CLUSTER=current: the cluster is left as it is"
  fi
}

require_way_for_images() {
  [[ -n ${IMAGE_REGISTRY:-}${IMAGE_LOAD:-} ]] ||
    die "CLUSTER=current needs a way for images: IMAGE_REGISTRY=HOST/PATH or IMAGE_LOAD=COMMAND (see $0)"
}

image_name() {
  if [[ $CLUSTER == current && -n ${IMAGE_REGISTRY:-} ]]; then
    echo "$IMAGE_REGISTRY/$(basename "$1")"
  else
    echo "$1"
  fi
}

load_image() {
  local image=$1 archive=$2
  if [[ $CLUSTER == devcluster ]]; then
    "$devcluster" has-image "$image" || step "load $image" "$devcluster" load-image "$image" "$archive"
    return
  fi
  require_way_for_images
  if [[ -n ${IMAGE_REGISTRY:-} ]]; then
    step "push $(image_name "$image")" push_image "$(image_name "$image")" "$archive"
  else
    # shellcheck disable=SC2016  # expanded by the inner shell
    IMAGE=$image step "load $image" sh -c "$IMAGE_LOAD"' "$1"' load "$archive"
  fi
}

push_image() {
  local id
  open_buildah_store
  id=$(buildah_alone pull --quiet "docker-archive:$2")
  # shellcheck disable=SC2086  # several options
  buildah_alone push ${IMAGE_PUSH_FLAGS:-} "$id" "docker://$1"
}

command=${1:-}
(($# == 0)) || shift
case $command in
  up | down) "$command" ;;
  env) printf 'export KUBECONFIG=%q\nexport KUBECTL=%q\n' "$KUBECONFIG" "$(kubectl_path)" ;;
  kubectl) exec "$(kubectl_path)" "$@" ;;
  image-name) image_name "$1" ;;
  load-image) load_image "$1" "$2" ;;
  *) sed -n '2,/^here=/s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
