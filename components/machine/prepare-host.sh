deadline=$(($(date +%s) + $1))
as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi; }
# A machine that is being set up by its cloud is left to it.
if command -v cloud-init >/dev/null; then
  code=0
  timeout "$1" cloud-init status --wait >/dev/null || code=$?
  case $code in
    # 2 is done as well, with something that it would have liked otherwise.
    0 | 2) problem= ;;
    124) problem="cloud-init was not done after $1 seconds. The last lines:" ;;
    *) problem="cloud-init did not end well. The last lines:" ;;
  esac
  if [ -n "$problem" ]; then
    echo "$problem" >&2
    # Without its tables of addresses and keys.
    as_root grep -v '^ci-info: ' /var/log/cloud-init-output.log | tail -n 30 >&2
    exit 1
  fi
fi
if [ -n "$2" ] && ! mountpoint -q "$3"; then
  while [ ! -e "$2" ]; do
    if [ "$(date +%s)" -ge "$deadline" ]; then echo "The disk $2 for data is not there." >&2; exit 1; fi
    sleep 1
  done
  # Only one that has never had anything on it.
  if ! as_root blkid "$2" >/dev/null; then as_root mkfs.ext4 -q "$2" >&2; fi
  as_root mkdir -p "$3"
  if ! grep -q " $3 " /etc/fstab; then
    echo "$2 $3 ext4 defaults,nofail,discard 0 2" | as_root tee -a /etc/fstab >/dev/null
  fi
  as_root mount "$3"
fi
if [ -n "$2" ]; then as_root resize2fs "$2" >/dev/null 2>&1 || :; fi
if ! command -v docker >/dev/null; then
  # shellcheck source=/dev/null
  . /etc/os-release
  case "$ID ${ID_LIKE-}" in
    *debian*|*ubuntu*) ;;
    *) echo "There is no Docker on this machine, and it is no Debian or Ubuntu. Install Docker there." >&2; exit 1 ;;
  esac
  log=$(mktemp)
  # shellcheck disable=SC2046 # One word more, or none.
  {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q update &&
      # Newer releases have the command in a package of its own.
      as_root env DEBIAN_FRONTEND=noninteractive apt-get -qy install --no-install-recommends docker.io \
        $(apt-cache show docker-cli >/dev/null 2>&1 && echo docker-cli)
  } >"$log" 2>&1 || {
    echo "Docker could not be installed. The last lines:" >&2
    tail -n 30 "$log" >&2
    exit 1
  }
  rm -f "$log"
  if [ "$(id -u)" -ne 0 ]; then
    as_root usermod -aG docker "$(id -un)"
    exit "$LOG_IN_AGAIN"
  fi
fi
while ! said=$(docker version --format '{{.Server.Version}}' 2>&1); do
  case $said in
    *"permission denied"*)
      echo "$(id -un) may not use Docker on this machine. Type there: sudo usermod -aG docker $(id -un)" >&2
      exit 1
      ;;
  esac
  if [ "$(date +%s)" -ge "$deadline" ]; then
    echo "Docker does not answer on this machine. It said: $said" >&2
    exit 1
  fi
  if ! pgrep -x dockerd >/dev/null; then as_root service docker start >/dev/null 2>&1 || :; fi
  sleep 1
done
echo "$said"
