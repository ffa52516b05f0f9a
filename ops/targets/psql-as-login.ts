import { LOGIN_OF } from "../../components/postgres/session.ts";

/**
 * psql beside a server of ours, as the app gets in: its login acts as the owner by itself, and no function of the app's
 * can make more of it. $0 is the database; the others are arguments of psql.
 */
export const PSQL_AS_LOGIN = `${LOGIN_OF}
login=$(login_of "$0")
if [ -z "$login" ]; then echo "The database $0 has no login yet; bring the stack up first." >&2; exit 1; fi
exec psql -U "$login" -d "$0" "$@"`;
