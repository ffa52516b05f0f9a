#!/usr/bin/env bash
# Lays out what package-lock.json pins as it shall lie in the image, under FOLDER/root.
# usage: collect-parts.sh FOLDER
set -euo pipefail

cd "$1"
npm ci --ignore-scripts --no-audit --no-fund

local_files=root/usr/local
install --directory "$local_files/bin" "$local_files/lib/node_modules" root/opt
mv node_modules/node-linux-*/bin/node "$local_files/bin/"
mv node_modules/node-linux-*/include "$local_files/"
mv node_modules/npm node_modules/corepack "$local_files/lib/node_modules/"
mv node_modules/yarn root/opt/
rm -r node_modules

# Of Node's 67 MB of headers, 60 are OpenSSL's for other machines.
case $(uname -m) in
  x86_64) openssl=linux-x86_64 ;;
  aarch64) openssl=linux-aarch64 ;;
  *) echo "npm has no Node for a $(uname -m)." >&2 && exit 1 ;;
esac
find "$local_files/include/node/openssl/archs" -mindepth 1 -maxdepth 1 ! -name "$openssl" \
  -exec rm -r '{}' +

# npm does not make programs executable when they belong to packages inside others.
modules=../lib/node_modules
link() {
  ln -s "$2" "$local_files/bin/$1"
  chmod 0755 "$local_files/bin/$1"
}
link npm "$modules/npm/bin/npm-cli.js"
link npx "$modules/npm/bin/npx-cli.js"
link corepack "$modules/corepack/dist/corepack.js"
link yarn ../../../opt/yarn/bin/yarn.js
link yarnpkg ../../../opt/yarn/bin/yarn.js
link nodejs node
