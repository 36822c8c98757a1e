# etcd, the API server, the controller manager, the scheduler, and the way to the API server from the machine.
# shellcheck shell=bash

start_etcd() {
  # No fsync: the state does not outlive the cluster.
  daemon etcd "$(binary etcd)" --name=etcd --data-dir="$state/etcd" --unsafe-no-fsync \
    --listen-client-urls=http://127.0.0.1:2379 --advertise-client-urls=http://127.0.0.1:2379 \
    --listen-peer-urls=http://127.0.0.1:2380 --initial-advertise-peer-urls=http://127.0.0.1:2380 \
    --initial-cluster=etcd=http://127.0.0.1:2380
}

start_kube_apiserver() {
  local pki=$state/pki
  daemon kube-apiserver "$(binary kube-apiserver)" \
    --etcd-servers=http://127.0.0.1:2379 --advertise-address="$node_ip" --secure-port=6443 \
    --service-cluster-ip-range="$service_cidr" \
    --authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction --allow-privileged=true \
    --client-ca-file="$pki/ca.crt" --tls-cert-file="$pki/apiserver.crt" --tls-private-key-file="$pki/apiserver.key" \
    --kubelet-client-certificate="$pki/apiserver-kubelet-client.crt" \
    --kubelet-client-key="$pki/apiserver-kubelet-client.key" \
    --kubelet-certificate-authority="$pki/ca.crt" --kubelet-preferred-address-types=InternalIP \
    --requestheader-client-ca-file="$pki/front-proxy-ca.crt" --requestheader-allowed-names=front-proxy-client \
    --requestheader-username-headers=X-Remote-User --requestheader-group-headers=X-Remote-Group \
    --requestheader-extra-headers-prefix=X-Remote-Extra- \
    --proxy-client-cert-file="$pki/front-proxy-client.crt" --proxy-client-key-file="$pki/front-proxy-client.key" \
    --service-account-issuer=https://kubernetes.default.svc.cluster.local \
    --service-account-key-file="$pki/service-account.pub" --service-account-signing-key-file="$pki/service-account.key"
}

start_kube_controller_manager() {
  # At its default of 20 requests a second it takes 5 s to start.
  local pki=$state/pki own=$state/pki/kube-controller-manager.kubeconfig
  daemon kube-controller-manager "$(binary kube-controller-manager)" \
    --kubeconfig="$own" --authentication-kubeconfig="$own" --authorization-kubeconfig="$own" \
    --bind-address=127.0.0.1 --leader-elect=false --use-service-account-credentials=true \
    --kube-api-qps=200 --kube-api-burst=400 \
    --service-account-private-key-file="$pki/service-account.key" --root-ca-file="$pki/ca.crt" \
    --cluster-signing-cert-file="$pki/ca.crt" --cluster-signing-key-file="$pki/ca.key" \
    --allocate-node-cidrs=true --cluster-cidr="$pod_cidr" --node-cidr-mask-size=24 \
    --service-cluster-ip-range="$service_cidr"
}

start_kube_scheduler() {
  local own=$state/pki/kube-scheduler.kubeconfig
  daemon kube-scheduler "$(binary kube-scheduler)" \
    --kubeconfig="$own" --authentication-kubeconfig="$own" --authorization-kubeconfig="$own" \
    --bind-address=127.0.0.1 --leader-elect=false
}

# The machine has no link to the node's network: two relays meet in a socket file, one in each network.
start_relay_inside() {
  daemon relay-inside socat "UNIX-LISTEN:$state/apiserver.sock,fork,unlink-early,mode=600" TCP:127.0.0.1:6443
}

start_relay_outside() {
  daemon_outside relay-outside \
    socat "TCP-LISTEN:$forward_port,bind=127.0.0.1,fork,reuseaddr" "UNIX-CONNECT:$state/apiserver.sock"
}

apiserver_ready() { [[ $(kubectl get --raw /readyz 2>/dev/null) == ok ]]; }
