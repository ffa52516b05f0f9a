#!/bin/sh
# Puts the hash of each asset into its name, and into the pages that name it: app.js becomes
# app.HASH.js. So a name never gets another content, and browsers may keep it for ever.
# usage: hash-assets.sh FOLDER
set -eu

cd "$1"
for asset in assets/*; do
  hash=$(sha256sum "$asset" | cut -c1-12)
  hashed=${asset%.*}.$hash.${asset##*.}
  mv "$asset" "$hashed"
  sed -i "s|\"$asset\"|\"$hashed\"|g" ./*.html
done
