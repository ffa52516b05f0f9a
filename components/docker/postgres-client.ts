import { labelOptions, labels, type Owner } from "../labels.ts";
import { confinedOptions, STEP } from "./confinement.ts";

/**
 * The shell function `client ARGUMENT...`: psql in a container of its own, which stops at the first error. It
 * reads NETWORK and IMAGE, and of the connection PGHOST, PGPORT, PGDATABASE, PGUSER, PGPASSWORD, PGSSLMODE
 * and CA, the certificate of the server's authority, which may be empty. What psql is to do is on standard
 * input. Password and certificate go before it there, so that no list of processes and no inspection of the
 * container shows them.
 *
 * @param options with what its sessions begin, as `PGOPTIONS`
 */
export function postgresClient(owner: Owner, options = ""): string {
  return `
client() {
  {
    printf '%s\\n' "$PGPASSWORD"
    printf %s "$CA" | base64 | tr -d '\\n'
    echo
    cat
  } | docker run --rm --interactive ${labelOptions(labels(owner, "step"))} ${confinedOptions(STEP)} \\
    --network "$NETWORK" --env PGHOST="$PGHOST" --env PGPORT="$PGPORT" --env PGDATABASE="$PGDATABASE" \\
    --env PGUSER="$PGUSER" --env PGSSLMODE="$PGSSLMODE" --env PGCONNECT_TIMEOUT=10 \\
    ${options === "" ? "" : `--env PGOPTIONS="${options}" `}--entrypoint sh "$IMAGE" -c '
      IFS= read -r PGPASSWORD
      IFS= read -r ca
      export PGPASSWORD
      if [ -n "$ca" ]; then
        PGSSLROOTCERT=$(mktemp)
        export PGSSLROOTCERT
        printf %s "$ca" | base64 -d >"$PGSSLROOTCERT"
      fi
      exec psql -qXAt -v ON_ERROR_STOP=1 "$@"' psql "$@"
}`;
}
