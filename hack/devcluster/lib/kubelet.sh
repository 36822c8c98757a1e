# The parts of a node: containerd, the kubelet and kube-proxy; and the images that containerd holds.
# shellcheck shell=bash

containerd_socket=/run/containerd/containerd.sock # inside the node, whose /run is its own
sandbox_image=devcluster.local/pause:1

start_containerd() {
  mkdir -p "$state/cni"
  cat >"$state/containerd.toml" <<TOML
version = 2
root = "$state/containerd"
state = "/run/containerd"
[grpc]
  address = "$containerd_socket"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "$sandbox_image"
  # Needed where CAP_SYS_RESOURCE is missing.
  restrict_oom_score_adj = true
  disable_tcp_service = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "$state/cni"
TOML
  cat >"$state/cni/10-bridge.conflist" <<JSON
{
  "cniVersion": "1.0.0",
  "name": "bridge",
  "plugins": [{
    "type": "bridge",
    "bridge": "pods0",
    "isGateway": true,
    "hairpinMode": true,
    "ipam": {
      "type": "host-local",
      "dataDir": "/run/cni",
      "ranges": [[{"subnet": "$node_pod_cidr"}]],
      "routes": [{"dst": "0.0.0.0/0"}]
    }
  }]
}
JSON
  daemon containerd containerd --config "$state/containerd.toml"
}

start_kubelet() {
  # No name server: names outside the cluster do not resolve, as nothing outside can be reached.
  echo "nameserver 127.0.0.1" >"$state/resolv.conf"
  cat >"$state/kubelet.yaml" <<YAML
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication:
  anonymous: {enabled: false}
  webhook: {enabled: true}
  x509: {clientCAFile: $state/pki/ca.crt}
authorization: {mode: Webhook}
tlsCertFile: $state/pki/kubelet-serving.crt
tlsPrivateKeyFile: $state/pki/kubelet-serving.key
address: $node_ip
containerRuntimeEndpoint: unix://$containerd_socket
cgroupDriver: cgroupfs
cgroupRoot: /$name
failCgroupV1: false
failSwapOn: false
oomScoreAdj: 0 # needed where CAP_SYS_RESOURCE is missing
clusterDNS: [$dns_ip]
clusterDomain: cluster.local
resolvConf: $state/resolv.conf
podLogsDir: $state/pods
volumePluginDir: $state/volume-plugins
# A full disk of the machine is no reason to evict; an image that was loaded cannot be pulled again, so none is collected.
evictionHard: {memory.available: 100Mi, nodefs.available: 1%, imagefs.available: 1%}
imageGCHighThresholdPercent: 100
imageGCLowThresholdPercent: 99
YAML
  daemon kubelet "$(binary kubelet)" --config="$state/kubelet.yaml" --kubeconfig="$state/pki/kubelet.kubeconfig" \
    --hostname-override="$node_name" --node-ip="$node_ip" --root-dir="$state/kubelet"
}

start_kube_proxy() {
  cat >"$state/kube-proxy.yaml" <<YAML
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
clientConnection: {kubeconfig: $state/pki/kube-proxy.kubeconfig}
mode: nftables
clusterCIDR: $pod_cidr
hostnameOverride: $node_name
oomScoreAdj: 0
metricsBindAddress: 127.0.0.1:10249
healthzBindAddress: 127.0.0.1:10256
# The connection table's limits belong to the machine: leave them.
conntrack: {maxPerCore: 0, min: 0, tcpEstablishedTimeout: 0s, tcpCloseWaitTimeout: 0s}
YAML
  daemon kube-proxy "$(binary kube-proxy)" --config="$state/kube-proxy.yaml"
}

ctr() { in_node ctr --address "$containerd_socket" --namespace k8s.io "$@"; }

containerd_ready() { ctr version >/dev/null 2>&1; }

node_ready() {
  [[ $(kubectl get node "$node_name" -o 'jsonpath={.status.conditions[?(@.type=="Ready")].status}' 2>/dev/null) == True ]]
}

# image_present NAME: containerd holds an image of this name, as a pod would state it.
image_present() { [[ -n $(ctr images list -q "name==$(full_image_name "$1")") ]]; }

# image_load NAME TAR imports an archive. NAME must be a name in it: another one would only fail later, in a pod.
image_load() {
  local archive
  archive=$(realpath "$2")
  # By standard input: the node's /run and the archive's folder may not be the same.
  ctr images import - <"$archive"
  image_present "$1" || die "$2 holds no image named $1"
}

# full_image_name NAME prints NAME as containerd stores it: with a registry, and for Docker Hub with a user.
full_image_name() {
  local registry=${1%%/*}
  case $1 in
    */*) if [[ $registry == *[.:]* || $registry == localhost ]]; then echo "$1"; else echo "docker.io/$1"; fi ;;
    *) echo "docker.io/library/$1" ;;
  esac
}

# image_build NAME BINARY makes an image of one static binary and loads it.
image_build() {
  local archive
  archive=$state/tmp/$(basename "$2").tar
  "$state/bin/archive" "$1" "$2" "$archive"
  image_load "$1" "$archive"
  rm "$archive"
}
