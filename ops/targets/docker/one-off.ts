import { LIVE } from "../../../components/docker/app-life.ts";
import { quote } from "../../../components/quote.ts";
import { PSQL_AS_LOGIN } from "../psql-as-login.ts";
import { FIRST } from "./first.ts";

/**
 * Scripts on a Docker host that run one thing beside a stack. The first argument is the filters of
 * `docker ps` for the stack, one a word; `-t` is added where there is a terminal.
 */

/** What a container may do and use, as options for another one that may do no more. */
const SAME_LIMITS = `{{range .HostConfig.CapDrop}}--cap-drop {{.}} {{end}}\
{{range .HostConfig.CapAdd}}--cap-add {{.}} {{end}}\
{{range .HostConfig.SecurityOpt}}--security-opt {{.}} {{end}}\
{{if .HostConfig.ReadonlyRootfs}}--read-only {{end}}\
{{range $folder, $options := .HostConfig.Tmpfs}}--tmpfs {{$folder}}:{{$options}} {{end}}\
{{with .HostConfig.Memory}}--memory {{.}} {{end}}\
{{with .HostConfig.MemorySwap}}--memory-swap {{.}} {{end}}\
{{with .HostConfig.PidsLimit}}--pids-limit {{.}} {{end}}`;

/**
 * A program in the environment of the app that is live, and in its image where $4 names no other. $2 is a name,
 * $3 labels as options, $5 the program, and what follows its arguments.
 */
export const RUN = `${FIRST}${LIVE}
filters=$1 name=$2 labels=$3 image=$4 program=$5
shift 5
ingress=$(first docker ps --quiet $filters --filter label=slipway.role=ingress)
# A release that failed may have left its containers beside those that are live.
web=
for one in $(if [ -n "$ingress" ]; then live "$ingress"; fi); do
  web=$(docker ps --quiet $filters --filter label=slipway.role=web --filter "name=^/?$one$")
  if [ -n "$web" ]; then break; fi
done
if [ -z "$web" ]; then echo "No container of the app runs; bring the stack up first." >&2; exit 1; fi
image=\${image:-$(docker inspect --format '{{.Config.Image}}' "$web")}
network=$(docker inspect --format '{{range $name, $_ := .NetworkSettings.Networks}}{{println $name}}{{end}}' "$web" | head -n 1)
memory=/dev/shm
[ -w "$memory" ] || memory=\${TMPDIR:-/tmp}
work=$(mktemp -d "$memory/slipway-run-XXXXXX")
trap 'rm -rf "$work"; docker rm --force --volumes "$name" >/dev/null 2>&1 || :' EXIT
trap 'exit 130' HUP INT TERM
docker inspect --format '{{range .Config.Env}}{{println .}}{{end}}' "$web" >"$work/variables"
terminal=
if [ -t 0 ]; then terminal=--tty; fi
limits=$(docker inspect --format '${SAME_LIMITS}' "$web")
cores=$(docker inspect --format '{{.HostConfig.NanoCpus}}' "$web")
if [ "$cores" -gt 0 ]; then limits="$limits --cpus $((cores / 1000000000)).$(printf %09d $((cores % 1000000000)))"; fi
secrets=$(docker inspect \\
  --format '{{range .Mounts}}{{if eq .Destination "/run/secrets"}}--volume {{.Name}}:/run/secrets:ro{{end}}{{end}}' "$web")
docker create --rm --interactive $terminal --name "$name" $labels $limits $secrets --network "$network" \\
  --env-file "$work/variables" --entrypoint "$program" "$image" "$@" >/dev/null
if [ "$program" = /bin/sh ] && ! docker cp "$name:/bin/sh" - >/dev/null 2>&1; then
  echo "The image has no /bin/sh, which is to run a line. Give a program and its arguments as words, which needs" \\
    "no shell: ./slipway run -s STACK -- /PROGRAM ARGUMENT; or one word alone as '[\\"/PROGRAM\\"]'." >&2
  exit 1
fi
rm -rf "$work"
code=0
docker start --attach --interactive "$name" || code=$?
exit "$code"`;

/** psql in the container of the database, by the newest login of the app, which acts as the owner of what is in it. $2 and on are its arguments. */
export const PSQL = `${FIRST}
filters=$1
shift
database=$(first docker ps --quiet $filters --filter label=slipway.role=database)
if [ -z "$database" ]; then
  echo "The stack has no database, or none that runs." >&2
  exit 1
fi
web=$(first docker ps --all --quiet $filters --filter label=slipway.role=web)
name=$(docker inspect --format '{{range .Config.Env}}{{println .}}{{end}}' "$web" | sed -n 's/^DB_NAME=//p')
terminal=
if [ -t 0 ]; then terminal=--tty; fi
code=0
docker exec --interactive $terminal --user postgres "$database" sh -euc ${quote(PSQL_AS_LOGIN)} "$name" "$@" || code=$?
exit "$code"`;

/** psql where the database is elsewhere: a command for the app's environment, to which arguments are added. */
export const PSQL_ELSEWHERE = `
export PATH="$PATH:/usr/local/bin:/usr/bin:/bin" PGHOST="$DB_HOST" PGPORT="$DB_PORT" PGDATABASE="$DB_NAME" PGUSER="$DB_USER"
export PGPASSWORD="\${DB_PASSWORD:-$(cat "\${DB_PASSWORD_FILE:-/dev/null}")}"
if [ -n "\${PGSSLROOTCERT-}" ]; then export PGSSLMODE=verify-full; fi
exec psql`;
