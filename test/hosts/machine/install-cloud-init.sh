#!/usr/bin/env bash
# Makes the server one that sets itself up at its first boot, as the images of clouds do.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive

apt-get update --error-on=any
apt-get install --yes --no-install-recommends cloud-init

cat >/etc/cloud/cloud.cfg.d/99-test.cfg <<'EOS'
# What a cloud tells the machine is in a folder here.
datasource_list: [NoCloud]
# The machine that runs this one gives it its network and its package sources.
network: { config: disabled }
apt: { preserve_sources_list: true }
EOS

# Fetched once and not at each first boot, which then only installs them.
apt-get install --yes --download-only docker.io unattended-upgrades

rm -rf /var/lib/apt/lists/* /var/log/*.log /var/log/apt
