# How each tool is built. A recipe puts one binary into the folder it is given. Static, without paths of this machine,
# and with the same flags everywhere, so that tools share Go's build cache.
# shellcheck shell=bash

# tool_folder TOOL prints the cache folder of a tool: its project and version. Binaries of one project share it.
tool_folder() {
  case $1 in
    kube-apiserver | kube-controller-manager | kube-scheduler | kube-proxy | kubelet | kubectl)
      echo "kubernetes-$KUBERNETES_VERSION" ;;
    etcd) echo "etcd-$ETCD_VERSION" ;;
    coredns) echo "coredns-$COREDNS_VERSION" ;;
    controller-gen) echo "controller-tools-$CONTROLLER_TOOLS_VERSION" ;;
    kustomize) echo "kustomize-$KUSTOMIZE_VERSION" ;;
    golangci-lint-kube-api-linter) echo "golangci-lint-$GOLANGCI_LINT_VERSION-$KUBE_API_LINTER_VERSION" ;;
    promtool) echo "prometheus-$PROMETHEUS_VERSION" ;;
    prometheus) echo "prometheus-$PROMETHEUS_VERSION-kubernetes" ;;
    alertmanager | amtool) echo "alertmanager-$ALERTMANAGER_VERSION" ;;
    prometheus-operator | prometheus-config-reloader) echo "prometheus-operator-$PROMETHEUS_OPERATOR_VERSION" ;;
    versitygw) echo "versitygw-$VERSITYGW_VERSION" ;;
    gotestsum) echo "gotestsum-$GOTESTSUM_VERSION" ;;
    crd-ref-docs) echo "crd-ref-docs-$CRD_REF_DOCS_VERSION" ;;
    *) die "no recipe for $1; the tools are: $(all_tools)" ;;
  esac
}

all_tools() {
  echo kube-apiserver kube-controller-manager kube-scheduler kube-proxy kubelet kubectl etcd coredns \
    controller-gen kustomize golangci-lint-kube-api-linter promtool prometheus alertmanager amtool \
    prometheus-operator prometheus-config-reloader versitygw gotestsum crd-ref-docs
}

# build_tool TOOL FOLDER builds TOOL into FOLDER.
build_tool() {
  local tool=$1 folder=$2
  export CGO_ENABLED=0 GOWORK=off GOFLAGS=-buildvcs=false
  case $tool in
    kube*)
      in_module kubernetes_module
      go_build "$tool" "$folder" "k8s.io/kubernetes/cmd/$tool" "$(kubernetes_version_flags)" ;;
    etcd)
      in_module etcd_module
      go_build etcd "$folder" go.etcd.io/etcd/server/v3 ;;
    coredns)
      in_module coredns_module
      go_build coredns "$folder" . ;;
    golangci-lint-kube-api-linter)
      in_module golangci_lint_module
      go_build "$tool" "$folder" "sigs.k8s.io/kube-api-linter/cmd/$tool" ;;
    controller-gen) go_install "$folder" "sigs.k8s.io/controller-tools/cmd/controller-gen@v$CONTROLLER_TOOLS_VERSION" ;;
    kustomize) go_install "$folder" "sigs.k8s.io/kustomize/kustomize/v5@v$KUSTOMIZE_VERSION" ;;
    gotestsum) go_install "$folder" "gotest.tools/gotestsum@v$GOTESTSUM_VERSION" ;;
    crd-ref-docs) go_install "$folder" "github.com/elastic/crd-ref-docs@v$CRD_REF_DOCS_VERSION" ;;
    versitygw) go_install "$folder" "github.com/versity/versitygw/cmd/versitygw@v$VERSITYGW_VERSION" ;;
    promtool | prometheus)
      in_module prometheus_module
      # Clouds to discover targets in are most of the build; only Kubernetes is ours. Without built-in assets,
      # prometheus serves its API and no web pages.
      GOFLAGS+=" -tags=remove_all_sd"
      [[ $tool == promtool ]] || GOFLAGS+=",enable_kubernetes_sd"
      go_build "$tool" "$folder" "github.com/prometheus/prometheus/cmd/$tool" \
        "-X github.com/prometheus/common/version.Version=${PROMETHEUS_VERSION/0.3/3.}" ;;
    alertmanager | amtool)
      in_module alertmanager_module
      go_build "$tool" "$folder" "github.com/prometheus/alertmanager/cmd/$tool" \
        "-X github.com/prometheus/common/version.Version=$ALERTMANAGER_VERSION" ;;
    prometheus-operator)
      in_module prometheus_operator_module
      go_build "$tool" "$folder" github.com/prometheus-operator/prometheus-operator/cmd/operator \
        "-X github.com/prometheus/common/version.Version=$PROMETHEUS_OPERATOR_VERSION" ;;
    prometheus-config-reloader)
      in_module prometheus_operator_module
      go_build "$tool" "$folder" "github.com/prometheus-operator/prometheus-operator/cmd/$tool" ;;
  esac
}

# go_build BINARY FOLDER PACKAGE [LDFLAGS] builds a command of the module in the current folder.
# -mod=mod adds the modules that the build needs; `go mod tidy` would fetch those of all their tests too.
go_build() { go build -mod=mod -trimpath -ldflags "-s -w ${4:-}" -o "$2/$1" "$3"; }

# go_install FOLDER PACKAGE@VERSION builds a command of a module that has no replace directives.
go_install() { GOBIN=$1 go install -trimpath -ldflags "-s -w" "$2"; }

# in_module FUNCTION enters a new module that FUNCTION writes. It is for commands that `go install` refuses, because
# their own module has replace directives, and for those that we put together ourselves.
in_module() {
  cd "$(mktemp -d)"
  # Expanded now: the folder's name is gone by the time the shell ends.
  # shellcheck disable=SC2064
  trap "rm -rf '$PWD'" EXIT
  "$1"
}

# Kubernetes requires its staging modules at v0.0.0, replaced by folders of its own repository; each is published under
# v0.x.y as well. Required at that version too, or packages carry v0.0.0 in their paths and share no build cache.
kubernetes_module() {
  local go_mod staging=v0.${KUBERNETES_VERSION#*.}
  go_mod=$(go mod download -json "k8s.io/kubernetes@v$KUBERNETES_VERSION" | sed -n 's/.*"GoMod": "\(.*\)".*/\1/p')
  go mod init tools
  go mod edit -require="k8s.io/kubernetes@v$KUBERNETES_VERSION"
  sed -n -e "s#^\t\(k8s.io/[a-z0-9-]*\) v0.0.0\$#require \1 $staging#p" \
    -e "s#^\t\(k8s.io/[a-z0-9-]*\) => ./staging/.*#replace \1 => \1 $staging#p" "$go_mod" >>go.mod
}

kubernetes_version_flags() {
  local package=k8s.io/component-base/version major minor
  IFS=. read -r major minor _ <<<"$KUBERNETES_VERSION"
  echo "-X $package.gitVersion=v$KUBERNETES_VERSION -X $package.gitMajor=$major -X $package.gitMinor=$minor" \
    "-X $package.gitTreeState=clean -X $package.buildDate=1970-01-01T00:00:00Z"
}

# etcd's server replaces its sibling modules with folders; all are published under the same version.
etcd_module() {
  go mod init tools
  go mod edit -require="go.etcd.io/etcd/server/v3@v$ETCD_VERSION"
}

# Prometheus replaces one module, as we must then. The same client-go as Kubernetes, which is then compiled already.
prometheus_module() {
  go mod init tools
  go mod edit -require="github.com/prometheus/prometheus@v$PROMETHEUS_VERSION" \
    -replace=cloud.google.com/go=cloud.google.com/go@v0.123.0
  require_client_go
}

alertmanager_module() {
  go mod init tools
  go mod edit -require="github.com/prometheus/alertmanager@v$ALERTMANAGER_VERSION"
}

# The Prometheus operator replaces its two sibling modules with folders; both are published under the same version.
prometheus_operator_module() {
  local version=v$PROMETHEUS_OPERATOR_VERSION project=github.com/prometheus-operator/prometheus-operator
  go mod init tools
  go mod edit -require="$project@$version" -require="$project/pkg/apis/monitoring@$version" -require="$project/pkg/client@$version"
  require_client_go
}

# CoreDNS with only the plugins that a cluster's DNS uses: the full one links cloud providers' clients and takes minutes
# longer. The same client-go as Kubernetes, which is then compiled already.
coredns_module() {
  go mod init tools
  go mod edit -require="github.com/coredns/coredns@v$COREDNS_VERSION"
  require_client_go
  cat >main.go <<'GO'
package main

import (
	"github.com/coredns/coredns/coremain"
	_ "github.com/coredns/coredns/plugin/cache"
	_ "github.com/coredns/coredns/plugin/errors"
	_ "github.com/coredns/coredns/plugin/health"
	_ "github.com/coredns/coredns/plugin/kubernetes"
	_ "github.com/coredns/coredns/plugin/loop"
	_ "github.com/coredns/coredns/plugin/ready"
	_ "github.com/coredns/coredns/plugin/reload"
)

func main() { coremain.Run() }
GO
}

require_client_go() {
  local staging=v0.${KUBERNETES_VERSION#*.}
  go mod edit -require="k8s.io/api@$staging" -require="k8s.io/apimachinery@$staging" -require="k8s.io/client-go@$staging"
}

# golangci-lint with kube-api-linter compiled in, on a golangci-lint newer than the one that the linter's module names.
golangci_lint_module() {
  go mod init tools
  go mod edit -require="sigs.k8s.io/kube-api-linter@v$KUBE_API_LINTER_VERSION" \
    -require="github.com/golangci/golangci-lint/v2@v$GOLANGCI_LINT_VERSION"
}
