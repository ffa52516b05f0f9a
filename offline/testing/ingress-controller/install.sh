#!/usr/bin/env bash
# Makes the folders that the controller writes to, and lets Nginx have low ports without root.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive

apt-get update --error-on=any
apt-get install --yes --no-install-recommends libcap2-bin
setcap 'cap_net_bind_service=+eip' /usr/sbin/nginx
rm -rf /var/lib/apt/lists/* /var/cache/debconf/* /var/log/*.log /var/log/apt

# Each is mounted over where the root is read-only, so none may be a link to another.
rm /var/lib/nginx
install --directory /var/lib/nginx /etc/nginx/secrets
rm /etc/nginx/conf.d/*
chown -R 101:0 /etc/nginx /var/cache/nginx /var/lib/nginx /var/log/nginx
chmod -R g=u /etc/nginx /var/cache/nginx /var/lib/nginx /var/log/nginx

install --directory /opt/ingress-controller
echo '{ "type": "module" }' >/opt/ingress-controller/package.json
