#!/usr/bin/env bash
# Puts Debian's Nginx where the official image has its own.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive

groupadd --system --gid 101 nginx
useradd --system --uid 101 --gid nginx --no-create-home --home-dir /nonexistent \
  --shell /usr/sbin/nologin nginx

apt-get update --error-on=any
candidate=$(apt-cache policy nginx | sed -n 's/^ *Candidate: //p')
if [[ $candidate != 1.30.* ]]; then
  echo "This image is nginx 1.30, but the Debian mirror has version '$candidate'." >&2
  exit 1
fi
apt-get install --yes --no-install-recommends curl libnginx-mod-http-js nginx

cd /etc/nginx
rm -r modules-available modules-enabled sites-available sites-enabled snippets
ln -s /usr/lib/nginx/modules modules

# Debian's build keeps its temporary files elsewhere, but this is the folder that is made writable
# where the root is read-only.
install --directory /var/cache/nginx /docker-entrypoint.d
rm -r /var/lib/nginx
ln -s /var/cache/nginx /var/lib/nginx

rm -rf /var/lib/apt/lists/* /var/cache/debconf/* /var/log/*.log /var/log/apt
ln -sf /dev/stdout /var/log/nginx/access.log
ln -sf /dev/stderr /var/log/nginx/error.log
