#!/usr/bin/env bash
# Makes a server of a small Debian: SSH, two users, and services that start when they are installed.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive

apt-get update --error-on=any
# systemd does not run here, but packages that find no systemd bring another service manager along.
apt-get install --yes --no-install-recommends ca-certificates curl dbus-user-session e2fsprogs \
  iproute2 iptables openssh-server procps sudo systemd-sysv

# Images forbid services to start; a server does not.
rm -f /usr/sbin/policy-rc.d

# Docker's init script mounts the control groups that this file does not speak of; they are there.
echo 'cgroup /sys/fs/cgroup cgroup noauto 0 0' >/etc/fstab

# Init scripts read this first. In a container they may not raise their limits, and give up over it.
cat >/lib/lsb/init-functions.d/50-limits <<'EOS'
ulimit() { command ulimit "$@" 2>/dev/null || true; }
EOS

# Each server makes its own when it first boots.
rm -f /etc/ssh/ssh_host_*

useradd --create-home --shell /bin/bash deploy
echo 'deploy ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/deploy
chmod 0440 /etc/sudoers.d/deploy
install --directory --mode 0700 /root/.ssh
install --directory --mode 0700 --owner deploy --group deploy /home/deploy/.ssh

rm -rf /var/lib/apt/lists/* /var/log/*.log /var/log/apt
