#!/usr/bin/env bash
# init.sh STATE NODE-NAME: the first process of the node. It makes the mounts private, then becomes the reaper.
set -euo pipefail
state=$1 node_name=$2
read -r pid _ </proc/self/stat # the id on the machine, as /proc is still the machine's

hostname "$node_name"
mount --make-rshared / # pods may ask for mount propagation
mount -t proc proc /proc
mount -t tmpfs tmpfs /run
# Daemons write to some places whatever they are told (/var/lib/kubelet/device-plugins, /var/log/containers): let that
# go to the state folder.
for folder in /var/lib /var/log; do
  upper=$state/overlay$folder
  mkdir -p "$upper/upper" "$upper/work"
  mount -t overlay -o "lowerdir=$folder,upperdir=$upper/upper,workdir=$upper/work" overlay "$folder"
done

echo "$pid" >"$state/run/init.partial"
mv "$state/run/init.partial" "$state/run/init"
exec "$state/bin/reaper"
