#!/usr/bin/env bash
# run.sh: brings up a second dev cluster beside any that runs, uses it, takes it down and compares the machine with what
# it was before.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../../lib/common.sh"

export DEVCLUSTER_STATE=/var/tmp/cpi-devcluster-test DEVCLUSTER_PORT=16444
name=$(basename "$DEVCLUSTER_STATE")
devcluster=$here/../devcluster
image=devcluster.local/probe:1
work=$(mktemp -d)
trap '"$devcluster" down; rm -rf "$work"' EXIT

# snapshot FILE notes what a cluster could leave behind. Other programs and another cluster may come and go meanwhile, so
# of processes, mounts and files only those count that can be this cluster's.
snapshot() {
  {
    echo "# processes"
    pgrep -af "$name" | grep -v -e "$work" || true
    grep -l "/$name" /proc/[0-9]*/cgroup 2>/dev/null || true
    echo "# mounts"
    grep -E "$name|nsfs|containerd|kubelet|cni" /proc/self/mountinfo | grep -v " /var/tmp/cpi-devcluster/" | cut -d ' ' -f 4- || true
    echo "# control groups"; find /sys/fs/cgroup -maxdepth 2 -type d | sort
    echo "# network"; ip -brief link; ip -brief address; ip route; ip netns; nft list ruleset
    echo "# listening"; ss -Hltn "sport = :$DEVCLUSTER_PORT"
    echo "# kernel settings"; sysctl --all 2>/dev/null | grep -v -E "$counters" | sort
    echo "# files"
    find / /run /tmp /var/tmp -maxdepth 3 -xdev -regextype posix-extended -regex ".*/[^/]*($parts|$name)[^/]*" 2>/dev/null |
      grep -v -e '^/var/tmp/cpi-devcluster\(/\|$\)' | sort -u || true
  } >"$1"
}

# What a node's programs call their files, wherever they put them.
parts='kube(let|-|rnetes|config)|etcd|containerd|runc|cni|coredns|conntrack'

# These move by themselves.
counters='^(fs\.(dentry-state|file-nr|inode-nr|inode-state|aio-nr|quota\.)|kernel\.(ns_last_pid|pty\.nr|random\.|hostname)|net\.netfilter\.nf_conntrack_count)'

build_probe() {
  (cd "$repo_root" && CGO_ENABLED=0 go build -trimpath -o "$work/" ./hack/devcluster/test/probe ./hack/devcluster/archive)
  "$work/archive" "$image" "$work/probe" "$work/probe.tar"
}

# A restricted pod, as the operator's own pods are.
probe_job() {
  cat <<YAML
apiVersion: v1
kind: Namespace
metadata:
  name: probe
  labels: {pod-security.kubernetes.io/enforce: restricted}
---
apiVersion: batch/v1
kind: Job
metadata:
  name: probe
  namespace: probe
spec:
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      containers:
      - name: probe
        image: $image
        args: [http://10.90.0.1:8000]
        resources:
          limits: {cpu: 100m, memory: 64Mi}
        securityContext:
          allowPrivilegeEscalation: false
          capabilities: {drop: [ALL]}
          readOnlyRootFilesystem: true
          runAsNonRoot: true
          seccompProfile: {type: RuntimeDefault}
YAML
}

run_probe() {
  "$devcluster" load-image "$image" "$work/probe.tar"
  "$devcluster" run-inside "$work/probe" serve &
  probe_job | "$devcluster" kubectl apply -f -
  if ! "$devcluster" kubectl -n probe wait --for=condition=Complete --timeout=60s job/probe; then
    "$devcluster" kubectl -n probe describe pods
    "$devcluster" kubectl -n probe logs job/probe
    return 1
  fi
}

# A part that ended is started again; a node that ended is replaced.
recover_part() {
  "$devcluster" kill kube-apiserver
  if "$devcluster" status; then return 1; fi
  "$devcluster" up
  "$devcluster" status
  "$devcluster" kubectl -n probe get job probe
}

recover_node() {
  kill -KILL "$(cat "$DEVCLUSTER_STATE/run/init")"
  "$devcluster" up
  "$devcluster" status
}

"$devcluster" down
snapshot "$work/before"
step "build the probe" build_probe
step "up" "$devcluster" up
step "up again, nothing to do" "$devcluster" up
step "a Job completes, reaching DNS, a service and a server of the machine" run_probe
step "the API server killed, and repaired" recover_part
step "the whole node killed, and made anew" recover_node
step "down" "$devcluster" down
snapshot "$work/after"
diff "$work/before" "$work/after" >&2 || die "the cluster left something behind (< before, > after)"
say "the dev cluster's test passed: nothing is left behind"
