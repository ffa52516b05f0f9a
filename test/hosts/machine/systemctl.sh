#!/usr/bin/env bash
# What scripts for servers ask of systemctl, done with init scripts. Anything else is an error, because
# a script that passes here must not fail on a server with systemd, nor the other way round.
set -euo pipefail

verb='' now=no units=()
for argument; do
  case $argument in
    --now) now=yes ;;
    --quiet | -q | --no-pager) ;;
    # Packages have their links put in order so; it asks for no running systemd.
    --root=*) exec /usr/bin/systemctl.distrib "$@" ;;
    -*) echo "systemctl: this server does not know $argument." >&2; exit 1 ;;
    *) if [[ -z $verb ]]; then verb=$argument; else units+=("${argument%.service}"); fi ;;
  esac
done

is_enabled() { compgen -G "/etc/rc2.d/S[0-9][0-9]$1" >/dev/null; }

on_unit() {
  local unit=$1
  if [[ ! -x /etc/init.d/$unit ]]; then
    echo "systemctl: Unit $unit.service could not be found." >&2
    exit 5
  fi
  case $verb in
    start | stop | restart | reload | status | try-restart) service "$unit" "$verb" ;;
    is-active)
      if service "$unit" status >/dev/null; then echo active; else echo inactive; return 3; fi
      ;;
    is-enabled) if is_enabled "$unit"; then echo enabled; else echo disabled; return 1; fi ;;
    enable)
      update-rc.d "$unit" defaults
      update-rc.d "$unit" enable
      if [[ $now = yes ]]; then service "$unit" start; fi
      ;;
    disable)
      update-rc.d "$unit" disable
      if [[ $now = yes ]]; then service "$unit" stop; fi
      ;;
    *) echo "systemctl: this server does not know the verb '$verb'." >&2; exit 1 ;;
  esac
}

# Nothing is kept in memory here that would have to be read again.
if [[ $verb = daemon-reload ]]; then exit 0; fi
if [[ ${#units[@]} = 0 ]]; then
  echo "systemctl: name a verb and a unit: systemctl restart docker" >&2
  exit 1
fi
for unit in "${units[@]}"; do on_unit "$unit"; done
