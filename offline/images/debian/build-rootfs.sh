#!/usr/bin/env bash
# Makes a small Debian and writes it as a tar archive.
# usage: build-rootfs.sh SUITE MIRROR KEYRING ARCHIVE
#
# Everything happens on a tmpfs in a mount and PID namespace that ends with whoever started this: no
# process, no mounted /proc and no half a system can be left on the machine.
set -euo pipefail

if [[ ${SLIPWAY_IN_NAMESPACE-} != yes ]]; then
  SLIPWAY_IN_NAMESPACE=yes exec setpriv --pdeathsig KILL \
    unshare --mount --pid --fork --kill-child --mount-proc "$0" "$@"
fi

suite=$1 mirror=$2 keyring=$3 archive=$4
root=/mnt

mount -t tmpfs -o mode=0755,size=1G tmpfs "$root"

# The script is named because an older debootstrap does not know the suite. It prints its reasons on
# standard output.
debootstrap --variant=minbase --include=ca-certificates,netbase \
  --force-check-gpg --keyring="$keyring" "$suite" "$root" "$mirror" sid

# dpkg leaves these out of every package that is installed from now on; what debootstrap unpacked
# before is removed here. Licences stay.
cat >"$root/etc/dpkg/dpkg.cfg.d/small-image" <<'EOF'
path-exclude=/usr/share/doc/*
path-include=/usr/share/doc/*/copyright
path-exclude=/usr/share/info/*
path-exclude=/usr/share/lintian/*
path-exclude=/usr/share/locale/*
path-exclude=/usr/share/man/*
EOF
find "$root/usr/share/doc" -depth -type f ! -name copyright -delete
find "$root/usr/share/doc" -depth -type l -delete
find "$root/usr/share/doc" -depth -type d -empty -delete
for folder in usr/share/info usr/share/lintian usr/share/locale usr/share/man \
  var/cache/apt var/cache/debconf var/lib/apt/lists var/log; do
  find "${root:?}/$folder" -mindepth 1 -delete
done
# These name the machine that built it; Docker gives each container its own.
rm -f "$root/etc/hostname" "$root/etc/resolv.conf" "$root/etc/machine-id"
rm -f "$root/etc/apt/sources.list"

# A package that is installed in a build must not start its service.
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod 0755 "$root/usr/sbin/policy-rc.d"

tar --create --numeric-owner --directory "$root" --file "$archive" --exclude=./dev/* \
  --exclude=./proc/* --exclude=./sys/* .
