# The node: a network, mount and process namespace with an init of its own, the daemons in it, and its complete removal.
# Whatever the daemons start or mount ends with the init; nothing of it is visible from the machine.
# shellcheck shell=bash

node_netns=$state/netns       # the network namespace, bound to a file so that it outlives a crash
node_init_file=$state/run/init

# node_init prints the process id of the node's init if it runs. The id alone may have been given to another process.
node_init() {
  local pid
  [[ -s $node_init_file ]] && read -r pid <"$node_init_file" && [[ /proc/$pid/ns/net -ef $node_netns ]] && echo "$pid"
}

node_start() {
  mkdir -p -m 0700 "$state"
  mkdir -p "$state"/{run,log,tmp,bin}
  recipe >"$state/recipe"
  go_in_repo build -trimpath -buildvcs=false -o "$state/bin/" ./hack/devcluster/{pki,archive,reaper}
  "$state/bin/pki" "$state/pki" "$node_name" "$node_ip" "$service_ip" "https://127.0.0.1:$forward_port"
  cp "$state/pki/admin.kubeconfig" "$kubeconfig"
  sysctls_save
  cgroup_create
  touch "$node_netns"
  unshare --net="$node_netns" "$here/lib/network.sh" "$node_ip"
  setsid nsenter --net="$node_netns" \
    unshare --mount --pid --ipc --uts --fork --kill-child "$here/lib/init.sh" "$state" "$node_name" \
    >"$state/log/init.log" 2>&1 </dev/null 9>&- &
  wait_until 10 "the node's init to start: $state/log/init.log" node_init
}

# node_remove ends every process of the node, then removes what they leave: it works from any state, after a crash too.
node_remove() {
  local init pid
  if init=$(node_init); then
    kill -KILL "$init"
    # The kernel lets an init go only when every other process of its namespace has ended.
    wait_until 20 "init $init to end" gone "$init"
  fi
  # Servers started by run-inside live in the machine's process namespace: they are known by their network.
  if mountpoint -q "$node_netns"; then
    for pid in $(network_processes); do
      kill -KILL "$pid" 2>/dev/null || true
    done
    wait_until 20 "all processes of the node's network to end" network_empty
    umount "$node_netns"
  fi
  cgroup_remove
  sysctls_restore
  if grep -q " $state/" /proc/self/mountinfo; then
    die "still mounted, so $state stays: $(grep -o " $state/[^ ]*" /proc/self/mountinfo | sort -u | tr '\n' ' ')"
  fi
  rm -rf --one-file-system "$state"
}

# network_processes prints the ids of all processes in the node's network.
network_processes() {
  local process
  for process in /proc/[0-9]*; do
    if [[ $process/ns/net -ef $node_netns ]]; then echo "${process#/proc/}"; fi
  done
}

network_empty() { [[ -z $(network_processes) ]]; }

gone() { [[ ! -d /proc/$1 ]]; }

# in_node COMMAND... runs a command in all namespaces of the node.
in_node() { nsenter --target "$(node_init)" --mount --net --pid --ipc --uts "$@"; }

# daemon NAME COMMAND... starts a daemon in the node. Its process id there is noted under run/, its output under log/.
daemon() { daemon_in --net "$@"; }

# daemon_outside NAME COMMAND... does the same, but in the machine's network.
daemon_outside() { daemon_in "" "$@"; }

daemon_in() {
  local network=$1 name=$2
  shift 2
  rm -f "$state/run/$name"
  # shellcheck disable=SC2016  # expanded by the inner shell
  setsid nsenter --target "$(node_init)" ${network:+"$network"} --mount --pid --ipc --uts \
    env TMPDIR="$state/tmp" sh -c 'echo $$ >"$0" && exec "$@"' "$state/run/$name" "$@" \
    >>"$state/log/$name.log" 2>&1 </dev/null 9>&- &
}

# daemon_alive NAME: the process noted for NAME runs in the node. /proc/INIT/root shows the node's own /proc.
daemon_alive() {
  local init pid
  init=$(node_init) && [[ -s $state/run/$1 ]] && read -r pid <"$state/run/$1" && [[ -d /proc/$init/root/proc/$pid ]]
}

# daemon_ended NAME: the process noted for NAME is no more. Not the same as "not alive": a daemon that has just been
# started has noted nothing yet.
daemon_ended() { [[ -s $state/run/$1 ]] && ! daemon_alive "$1"; }

daemon_kill() {
  local pid
  daemon_alive "$1" || die "$1 is not running"
  read -r pid <"$state/run/$1"
  in_node kill -KILL "$pid"
  rm -f "$state/run/$1"
}

# The kubelet sets these for the whole machine.
kubelet_sysctls=(vm.overcommit_memory vm.panic_on_oom kernel.panic kernel.panic_on_oops
  kernel.keys.root_maxkeys kernel.keys.root_maxbytes)

sysctls_save() { sysctl "${kubelet_sysctls[@]}" >"$state/sysctls"; }

sysctls_restore() {
  [[ ! -e $state/sysctls ]] || sysctl -q -p "$state/sysctls"
}

# The kubelet keeps its pods under a control group of this cluster's name: in each hierarchy of version 1, or in the
# only one of version 2.
cgroup_create() {
  local hierarchy
  if [[ $(stat -fc %T /sys/fs/cgroup) == cgroup2fs ]]; then
    sed 's/\</+/g' /sys/fs/cgroup/cgroup.controllers >/sys/fs/cgroup/cgroup.subtree_control
    mkdir -p "/sys/fs/cgroup/$name"
  else
    for hierarchy in $(awk '$3 == "cgroup" {print $2}' /proc/mounts); do
      mkdir -p "$hierarchy/$name"
    done
  fi
}

cgroup_remove() {
  local deadline=$((SECONDS + 10)) left
  while left=$(find /sys/fs/cgroup -maxdepth 2 -type d -name "$name") && [[ -n $left ]]; do
    ((SECONDS < deadline)) || die "these control groups cannot be removed: $left"
    # shellcheck disable=SC2086  # one path a word
    find $left -depth -type d -exec rmdir {} + 2>/dev/null || sleep 0.1
  done
}
