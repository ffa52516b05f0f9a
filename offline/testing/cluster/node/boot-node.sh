#!/usr/bin/env bash
# Prepares a node, as its operating system and its installer would, and starts services.
# usage: boot-node SERVICE...
# Environment: NODE_NAME, NODE_ADDRESS, POD_SUBNET, POD_NETWORK, SERVICE_NETWORK,
# PEERS ("SUBNET=ADDRESS ..."), LOAD_BALANCERS (what their addresses are of), REGISTRIES ("HOST:PORT ...").
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

# The kubelet changes settings that are the whole machine's where it does not find them as it wants them.
# Here it finds them so.
show_wanted_settings() {
  local setting shown
  for setting in vm/overcommit_memory=1 vm/panic_on_oom=0 kernel/panic=10 kernel/panic_on_oops=1 \
    kernel/keys/root_maxkeys=1000000 kernel/keys/root_maxbytes=25000000; do
    shown=/run/settings/${setting%=*}
    mkdir -p "${shown%/*}"
    echo "${setting#*=}" >"$shown"
    mount --options bind,ro "$shown" "/proc/sys/${setting%=*}"
  done
}

connect_pods() {
  local peer
  for peer in $PEERS; do ip route replace "${peer%=*}" via "${peer#*=}"; done
  # What is for a pod that is gone, or for a Service that kube-proxy does not know yet, stays in the
  # cluster: outside somebody might answer.
  ip route replace blackhole "$POD_SUBNET"
  iptables --append OUTPUT --destination "$SERVICE_NETWORK" --jump REJECT
  iptables --append FORWARD --destination "$SERVICE_NETWORK" --jump REJECT
  # Outside of the cluster nobody knows a way to a pod.
  iptables --table nat --append POSTROUTING --source "$POD_NETWORK" ! --destination "$POD_NETWORK" \
    --jump MASQUERADE
  # kube-proxy takes what is for a Service; on its other ports an address must not be the node.
  iptables --append INPUT --destination "$LOAD_BALANCERS" --jump REJECT
  mkdir -p /etc/cni/net.d
  cat >/etc/cni/net.d/10-pods.conflist <<EOF
{
  "cniVersion": "1.0.0",
  "name": "pods",
  "plugins": [
    {
      "type": "ptp",
      "ipam": {
        "type": "host-local",
        "ranges": [[{ "subnet": "$POD_SUBNET" }]],
        "routes": [{ "dst": "0.0.0.0/0" }],
        "dataDir": "/run/cni"
      }
    },
    { "type": "portmap", "capabilities": { "portMappings": true } }
  ]
}
EOF
}

# The enforcer would lead packets to itself with nftables, for which kernels may lack the means. Who opens
# a connection is asked about; what belongs to one goes on, and so do the node's own probes.
lead_packets_to_enforcer() {
  local rule=(iptables --table mangle --append POSTROUTING)
  "${rule[@]}" --match conntrack --ctstate ESTABLISHED,RELATED --jump ACCEPT
  "${rule[@]}" --match owner --uid-owner 0 --jump ACCEPT
  "${rule[@]}" --source "$POD_NETWORK" --jump NFQUEUE --queue-num 100 --queue-bypass
  "${rule[@]}" --destination "$POD_NETWORK" --jump NFQUEUE --queue-num 100 --queue-bypass
  # To the pod's own node, where the API server may be, no packet leaves.
  rule=(iptables --table mangle --append INPUT)
  "${rule[@]}" --match conntrack --ctstate ESTABLISHED,RELATED --jump ACCEPT
  "${rule[@]}" --source "$POD_NETWORK" --jump NFQUEUE --queue-num 100 --queue-bypass
}

# When the address of a load balancer moves here, connections that are open stay with the node where they
# began, as behind a cloud's load balancer: what belongs to none that this node knows is handed to the other.
hand_on_strays() {
  local other=${PEERS%% *} mark=0x1000/0x1000 table=77
  if [[ -z $other ]]; then return; fi
  # Else a connection would be taken up in its middle, and led to another pod.
  echo 0 >/proc/sys/net/netfilter/nf_conntrack_tcp_loose
  iptables --table mangle --append PREROUTING --protocol tcp --destination "$LOAD_BALANCERS" \
    --match conntrack --ctstate INVALID --jump MARK --set-xmark "$mark"
  ip rule add fwmark "$mark" lookup "$table"
  ip route replace default via "${other#*=}" table "$table"
}

allow_plain_registries() {
  local registry
  for registry in $REGISTRIES; do
    mkdir -p "/etc/containerd/certs.d/$registry"
    echo "server = 'http://$registry'" >"/etc/containerd/certs.d/$registry/hosts.toml"
  done
}

open_control_groups
show_wanted_settings
mount --make-rshared /
# The kubelet reads the kernel's messages for processes that ran out of memory.
[[ -e /dev/kmsg ]] || mknod -m 0600 /dev/kmsg c 1 11
connect_pods
lead_packets_to_enforcer
hand_on_strays
allow_plain_registries
exec start-services "$@"
