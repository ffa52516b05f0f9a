#!/usr/bin/env bash
# Starts the server, as an init system would, and stops it in order on SIGTERM. A SIGKILL from outside
# is a power cut. Zombies are collected by the init process of the container, this script's parent.
set -euo pipefail

# Docker gives the container its own control groups, but read-only.
open_control_groups() {
  local mounted
  for mounted in /sys/fs/cgroup $(findmnt --list --noheadings --output TARGET --types cgroup); do
    mount --options remount,bind,rw "$mounted"
  done
  if [[ ! -e /sys/fs/cgroup/cgroup.controllers ]]; then return; fi
  # In the newer hierarchy, a group that has groups below it may have no process of its own.
  mkdir -p /sys/fs/cgroup/init
  xargs --max-args=1 </sys/fs/cgroup/cgroup.procs >/sys/fs/cgroup/init/cgroup.procs
  sed 's/[^ ]*/+&/g' /sys/fs/cgroup/cgroup.controllers >/sys/fs/cgroup/cgroup.subtree_control
}

# What Docker keeps is on a disk of its own, so that a test can fill it without harm to the machine.
mount_disk() {
  local image=/disk/image number
  mknod -m 0600 /dev/loop-control c 10 237
  for number in {0..63}; do mknod -m 0600 "/dev/loop$number" b 7 "$number"; done
  if [[ ! -e $image ]]; then
    truncate --size "${DISK_MEBIBYTES}M" "$image.new"
    mkfs.ext4 -q -m 0 "$image.new"
    mv "$image.new" "$image"
  fi
  # After a power cut the kernel may need a moment to let go of it.
  while [[ -n $(losetup --associated "$image") ]]; do sleep 0.1; done
  mkdir -p /var/lib/docker
  mount --options loop "$image" /var/lib/docker
}

start_services() {
  local script
  for script in /etc/rc2.d/S*; do "$script" start; done
}

stop_services() {
  local script
  for script in /etc/rc0.d/K*; do if [[ -x $script ]]; then "$script" stop || true; fi; done
  umount /var/lib/docker
}

trap 'stop_services; exit 0' TERM
open_control_groups
mkdir -p /run/lock
mount_disk
ssh-keygen -A
start_services
sleep infinity &
wait
