#!/usr/bin/env bash
# Puts Debian's Python where the official image has its own.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive

apt-get update --error-on=any
candidate=$(apt-cache policy python3.14 | sed -n 's/^ *Candidate: //p')
if [[ $candidate != 3.14.* ]]; then
  echo "This image is Python 3.14, but the Debian mirror has no python3.14." >&2
  exit 1
fi
apt-get install --yes --no-install-recommends python3.14-venv tzdata

# A virtual environment laid over /usr/local: Debian's own Python refuses pip as "externally managed",
# and has its packages elsewhere. It sees the system's packages, of which there are none, because
# `pip install --user` is refused in an environment that does not.
python3.14 -m venv --system-site-packages /usr/local
# There is nothing to activate: /usr/local/bin comes first anyway.
rm /usr/local/bin/[Aa]ctivate*

rm -rf /var/lib/apt/lists/* /var/cache/debconf/* /var/log/*.log /var/log/apt
