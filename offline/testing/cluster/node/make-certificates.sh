#!/usr/bin/env bash
# Makes the keys and certificates of a cluster in the working folder: shared/ is for every node,
# control/ for the one that has the API server, admin/ for who uses it, and each node has a folder.
# usage: make-certificates API_ADDRESS NODE=ADDRESS...
set -euo pipefail
umask 077

service_address=10.96.0.1
key=(-newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc)
api_address=$1
shift

# usage: authority FILE NAME
authority() {
  openssl req -x509 "${key[@]}" -days 30 -subj "/CN=$2" -keyout "$1.key" -out "$1.crt" \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign
}

# usage: issue FILE AUTHORITY SUBJECT USAGE [NAMES]
issue() {
  local names=()
  if [[ $# -gt 4 ]]; then names=(-addext "subjectAltName=$5"); fi
  openssl req -x509 "${key[@]}" -days 30 -CA "$2.crt" -CAkey "$2.key" -subj "$3" \
    -addext basicConstraints=critical,CA:FALSE -addext keyUsage=critical,digitalSignature \
    -addext "extendedKeyUsage=$4" "${names[@]}" -keyout "$1.key" -out "$1.crt"
}

mkdir shared control admin
authority control/ca kubernetes
cp control/ca.crt shared/
authority control/front-proxy-ca front-proxy
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out control/service-account.key
openssl pkey -in control/service-account.key -pubout -out control/service-account.pub

server_names=DNS:localhost
for name in kubernetes kubernetes.default kubernetes.default.svc kubernetes.default.svc.cluster.local; do
  server_names+=,DNS:$name
done
issue control/apiserver control/ca /CN=kube-apiserver serverAuth \
  "$server_names,IP:127.0.0.1,IP:$api_address,IP:$service_address"
issue control/apiserver-kubelet control/ca /O=system:masters/CN=kube-apiserver-kubelet clientAuth
issue control/front-proxy control/front-proxy-ca /CN=front-proxy clientAuth
issue control/controller-manager control/ca /CN=system:kube-controller-manager clientAuth
issue control/scheduler control/ca /CN=system:kube-scheduler clientAuth
issue shared/kube-proxy control/ca /CN=system:kube-proxy clientAuth
issue admin/admin control/ca /O=system:masters/CN=admin clientAuth

for node; do
  name=${node%=*} address=${node#*=}
  mkdir "$name"
  issue "$name/kubelet" control/ca "/O=system:nodes/CN=system:node:$name" clientAuth
  issue "$name/kubelet-server" control/ca "/O=system:nodes/CN=system:node:$name" serverAuth \
    "DNS:$name,IP:$address"
done
