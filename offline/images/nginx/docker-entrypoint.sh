#!/bin/sh
# Runs what lies in /docker-entrypoint.d before Nginx starts, in the order of the names, then becomes
# the command. Other commands (`nginx-debug` aside) run as they are.
set -eu

say() {
  if [ -z "${NGINX_ENTRYPOINT_QUIET_LOGS-}" ]; then
    echo "$0: $*"
  fi
}

run_start_up_scripts() {
  for script in /docker-entrypoint.d/*; do
    case "$script" in
      *.envsh)
        if [ -x "$script" ]; then
          say "reading $script"
          # shellcheck source=/dev/null
          . "$script"
        else
          say "passing over $script: it is not executable"
        fi
        ;;
      *.sh)
        if [ -x "$script" ]; then
          say "running $script"
          "$script"
        else
          say "passing over $script: it is not executable"
        fi
        ;;
    esac
  done
}

case "${1-}" in
  nginx | nginx-debug) run_start_up_scripts ;;
esac

exec "$@"
