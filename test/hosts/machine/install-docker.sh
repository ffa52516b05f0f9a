#!/usr/bin/env bash
# Installs Debian's Docker Engine, which boots with the server.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive

# While an image is built there is nothing that could stop a service again.
printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
chmod 0755 /usr/sbin/policy-rc.d
apt-get update --error-on=any
apt-get install --yes --no-install-recommends docker-cli docker.io
rm /usr/sbin/policy-rc.d

usermod --append --groups docker deploy

rm -rf /var/lib/apt/lists/* /var/log/*.log /var/log/apt
