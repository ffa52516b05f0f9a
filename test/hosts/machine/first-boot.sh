#!/usr/bin/env bash
# Boots the server for the first time, with the user data of the standard input: the stages of cloud-init
# in the order of systemd. The server has its own keys before sshd runs; packages come last, while this
# has ended.
set -euo pipefail

seed=/var/lib/cloud/seed/nocloud
mkdir -p "$seed"
printf 'instance-id: %s\nlocal-hostname: server\n' "$(hostname)" >"$seed/meta-data"
cat >"$seed/user-data"

# cloud-init writes down by itself what it prints.
exec >/dev/null 2>&1
service ssh stop
cloud-init init --local
cloud-init init
service ssh start
setsid sh -c 'cloud-init modules --mode=config; cloud-init modules --mode=final' &
