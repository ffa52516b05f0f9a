#!/usr/bin/env bash
# Installs what Kubernetes needs around it.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive

apt-get update --error-on=any
# Without the two standalone tools a whole systemd is installed.
apt-get install --yes --no-install-recommends busybox-static containerd containernetworking-plugins \
  docker-registry etcd-server iproute2 iptables iputils-arping openssl runc runit \
  systemd-standalone-sysusers systemd-standalone-tmpfiles

rm -rf /var/lib/apt/lists/* /var/cache/debconf/* /var/log/*.log /var/log/apt /var/lib/etcd
