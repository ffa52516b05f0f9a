#!/usr/bin/env bash
# Puts Debian's PostgreSQL where the official image has its own.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive

groupadd --system --gid 999 postgres
useradd --system --uid 999 --gid postgres --home-dir /var/lib/postgresql --shell /bin/bash postgres

package=postgresql-$PG_MAJOR
apt-get update --error-on=any
candidate=$(apt-cache policy "$package" | sed -n 's/^ *Candidate: //p')
if [[ $candidate != "$PG_MAJOR".* ]]; then
  echo "This image is PostgreSQL $PG_MAJOR, but the Debian mirror has no $package." >&2
  exit 1
fi

# The locale decides how a database sorts: the official image's, not Debian's C.UTF-8.
apt-get install --yes --no-install-recommends locales
localedef --inputfile en_US --charmap UTF-8 en_US.UTF-8

install --directory /etc/postgresql-common
echo "create_main_cluster = false" >/etc/postgresql-common/createcluster.conf
# Without the two standalone tools a whole systemd is installed.
apt-get install --yes --no-install-recommends gosu "$package" \
  systemd-standalone-sysusers systemd-standalone-tmpfiles

sample=/usr/share/postgresql/$PG_MAJOR/postgresql.conf.sample
sed -i "s/^#listen_addresses = .*/listen_addresses = '*'/" "$sample"
grep -q "^listen_addresses = '\*'$" "$sample"

rm -rf /var/lib/postgresql
install --directory --owner postgres --group postgres --mode 1777 /var/lib/postgresql
install --directory --owner postgres --group postgres --mode 3777 /var/run/postgresql
install --directory /docker-entrypoint-initdb.d

rm -rf /var/lib/apt/lists/* /var/cache/debconf/* /var/log/*.log /var/log/apt /usr/share/i18n
# A key pair that every container of this image would share.
rm -f /etc/ssl/private/ssl-cert-snakeoil.key /etc/ssl/certs/ssl-cert-snakeoil.pem
