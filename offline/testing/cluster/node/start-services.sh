#!/usr/bin/env bash
# Starts services and watches over them. usage: start-services NAME...
set -euo pipefail

rm -rf /run/service
mkdir /run/service
for name; do
  cp --recursive "/etc/slipway/services/$name" /run/service/
done
exec runsvdir -P /run/service
