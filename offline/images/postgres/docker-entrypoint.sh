#!/usr/bin/env bash
# Makes a database cluster in an empty PGDATA, then becomes the server, as user postgres; under its other
# name, docker-ensure-initdb.sh, it ends there. Takes the settings of Docker Hub's postgres image, and
# shares its trap: a first start that is killed half-way can leave a data directory that the next start
# takes for a finished one.
set -Eeuo pipefail

fail() {
  printf 'Error: %s\n' "$1" >&2
  shift
  printf '       %s\n' "$@" >&2
  exit 1
}

# NAME from the environment, or from the file that NAME_FILE names.
read_setting() {
  local name=$1 file_setting=$1_FILE value=${2-}
  if [[ -n ${!name-} && -n ${!file_setting-} ]]; then
    fail "both $name and $file_setting are set." "They are exclusive: unset one of them."
  fi
  if [[ -n ${!name-} ]]; then
    value=${!name}
  elif [[ -n ${!file_setting-} ]]; then
    value=$(<"${!file_setting}")
  fi
  export "$name=$value"
  unset "$file_setting"
}

# Read before root is given up: a secret's file may be root's alone.
read_settings() {
  read_setting POSTGRES_PASSWORD
  read_setting POSTGRES_USER postgres
  read_setting POSTGRES_DB "$POSTGRES_USER"
  read_setting POSTGRES_INITDB_ARGS
  : "${POSTGRES_HOST_AUTH_METHOD:=}"
}

has_database() { [[ -s $PGDATA/PG_VERSION ]]; }

prepare_directories() {
  mkdir -p "$PGDATA" /var/run/postgresql
  # Under another user than root these belong to somebody else, who must have set them up.
  chmod 0700 "$PGDATA" || true
  chmod 3777 /var/run/postgresql || true
  if [[ -n ${POSTGRES_INITDB_WALDIR-} ]]; then
    mkdir -p "$POSTGRES_INITDB_WALDIR"
    chmod 0700 "$POSTGRES_INITDB_WALDIR" || true
  fi
  if [[ $(id -u) == 0 ]]; then
    local directories=("$PGDATA" /var/run/postgresql)
    if [[ -n ${POSTGRES_INITDB_WALDIR-} ]]; then
      directories+=("$POSTGRES_INITDB_WALDIR")
    fi
    find "${directories[@]}" ! -user postgres -exec chown postgres '{}' +
  fi
}

# The images before 18 kept their data here. A volume mounted there would stay empty while the data
# went to an anonymous one, to be lost with the container.
refuse_data_of_older_images() {
  local old=/var/lib/postgresql/data
  if [[ $PGDATA != "$old" && (-s $old/PG_VERSION || " $(</proc/self/mountinfo) " == *" $old "*) ]]; then
    fail "there is a volume or a database at $old, where images before 18 kept it." \
      "This one keeps it in $PGDATA: mount the volume at /var/lib/postgresql" \
      "and bring older data over with pg_upgrade or a dump."
  fi
}

require_password() {
  if [[ $POSTGRES_HOST_AUTH_METHOD == trust ]]; then
    echo "Warning: POSTGRES_HOST_AUTH_METHOD is 'trust': anyone who reaches port 5432 is let in" \
      "as any user, without a password." >&2
  elif [[ -z $POSTGRES_PASSWORD ]]; then
    fail "the database is not initialized and no superuser password is given." \
      "Set POSTGRES_PASSWORD (or POSTGRES_PASSWORD_FILE) to a value that is not empty," \
      "or POSTGRES_HOST_AUTH_METHOD=trust to let everybody in without one."
  fi
}

make_cluster() {
  local arguments=()
  # A user writes this setting as for a shell, quotes included.
  eval "arguments=($POSTGRES_INITDB_ARGS)"
  if [[ -n ${POSTGRES_INITDB_WALDIR-} ]]; then
    arguments+=(--waldir "$POSTGRES_INITDB_WALDIR")
  fi
  if [[ -n $POSTGRES_PASSWORD ]]; then
    # A pipe, so that the password is neither on a command line nor on the disk.
    initdb --username="$POSTGRES_USER" --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD") \
      "${arguments[@]}"
  else
    initdb --username="$POSTGRES_USER" "${arguments[@]}"
  fi
}

# `$@`: the server's command, because its options can change how passwords are stored.
allow_clients() {
  local method=$POSTGRES_HOST_AUTH_METHOD
  if [[ -z $method ]]; then
    method=$("$@" -C password_encryption)
  fi
  printf '\nhost all all all %s\n' "$method" >>"$PGDATA/pg_hba.conf"
}

# Only on the socket: nobody outside may find a server that is not set up yet.
start_private_server() {
  shift
  local options
  printf -v options '%q ' "$@" -c listen_addresses= -p "${PGPORT:-5432}"
  NOTIFY_SOCKET='' PGUSER=$POSTGRES_USER pg_ctl -D "$PGDATA" -o "$options" -w start
}

stop_private_server() { PGUSER=$POSTGRES_USER pg_ctl -D "$PGDATA" -m fast -w stop; }

run_sql() {
  PGHOST='' PGHOSTADDR='' PGPASSWORD=$POSTGRES_PASSWORD psql --set ON_ERROR_STOP=1 --no-psqlrc \
    --no-password --username "$POSTGRES_USER" "$@"
}

create_database() {
  if [[ $POSTGRES_DB == postgres ]]; then
    return
  fi
  run_sql --dbname postgres --set database="$POSTGRES_DB" <<'SQL'
SELECT format('CREATE DATABASE %I', :'database')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database') \gexec
SQL
}

run_seed_files() {
  local file
  for file in /docker-entrypoint-initdb.d/*; do
    case $file in
      *.sh)
        echo "$0: running $file"
        if [[ -x $file ]]; then
          "$file"
        else
          # shellcheck source=/dev/null
          . "$file"
        fi
        ;;
      *.sql)
        echo "$0: running $file"
        run_sql --dbname "$POSTGRES_DB" --file "$file"
        ;;
      *.sql.gz)
        echo "$0: running $file"
        gunzip --stdout "$file" | run_sql --dbname "$POSTGRES_DB"
        ;;
      */\*) ;;
      *) echo "$0: ignoring $file" ;;
    esac
  done
}

initialise() {
  refuse_data_of_older_images
  require_password
  # An unreadable folder would look like an empty one, and the seed would be missing for ever.
  ls /docker-entrypoint-initdb.d/ >/dev/null
  make_cluster
  allow_clients "$@"
  start_private_server "$@"
  create_database
  run_seed_files
  stop_private_server
  echo "$0: the database is set up; starting the server"
}

only_asks() {
  local argument
  for argument in "$@"; do
    case $argument in
      -\? | --help | --describe-config | -V | --version) return 0 ;;
    esac
  done
  return 1
}

only_makes() { [[ ${0##*/} == docker-ensure-initdb.sh ]]; }

main() {
  if [[ ${1-} == -* ]] || { only_makes && [[ ${1-} != postgres ]]; }; then
    set -- postgres "$@"
  fi
  if [[ ${1-} == postgres ]] && ! only_asks "$@"; then
    read_settings
    prepare_directories
    if [[ $(id -u) == 0 ]]; then
      exec gosu postgres "$0" "$@"
    fi
    if has_database; then
      echo "$0: $PGDATA has a database: nothing to set up"
    else
      initialise "$@"
    fi
  fi
  only_makes || exec "$@"
}

main "$@"
