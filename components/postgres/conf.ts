/** What a server of ours may use. */
export interface PostgresSize {
  /** MiB that its container may use, the cache of its files included. */
  readonly memory: number;
  /** GiB of the disk that its data is on; undefined where nobody has said. */
  readonly diskGiB: number | undefined;
}

/** Where the server finds the settings below, in a folder in memory. */
const CONF_PATH = "/var/run/postgresql/slipway.conf";

/** The variable that brings them into the container. */
export const CONF_VARIABLE = "SLIPWAY_CONF";

/** MiB of `/dev/shm`, where parallel queries keep what they share: 64 in a container that says nothing of it. */
export const sharedMemory = ({ memory }: PostgresSize): number => Math.floor(memory / 2);

/**
 * Settings of a server of ours. The defaults of Postgres are for a machine with less memory than a telephone has;
 * docs/decisions/0044 goes through them all. None of them is the app's own: `ALTER DATABASE ... SET` and what a
 * session sets come after these.
 */
export function postgresConf({ memory, diskGiB }: PostgresSize): string {
  return `# Written by Slipway.
max_connections = ${within(100, Math.floor(memory / 512) * 100, 1000)}
max_locks_per_transaction = 256
tcp_keepalives_idle = 60
tcp_keepalives_interval = 10
tcp_keepalives_count = 6
client_connection_check_interval = 10s
shared_buffers = ${Math.floor(memory / 4)}MB
effective_cache_size = ${Math.floor((memory * 3) / 4)}MB
work_mem = ${within(4, Math.floor(memory / 256), 1024)}MB
maintenance_work_mem = ${within(16, Math.floor(memory / 16), 1024)}MB
random_page_cost = 1.1
max_wal_size = ${diskGiB === undefined ? 1024 : within(128, diskGiB * 128, 1024)}MB
`;
}

/**
 * Shell that makes the server begin with them, after those that its image has made. What somebody has set by
 * `ALTER SYSTEM` is read after both, and counts.
 */
export const WITH_CONF = `
printf "include '%s/postgresql.conf'\\n%s\\n" "$PGDATA" "$${CONF_VARIABLE}" >${CONF_PATH}
unset ${CONF_VARIABLE}
set -- "$@" -c config_file=${CONF_PATH}`;

const within = (least: number, value: number, most: number) =>
  Math.min(most, Math.max(least, value));
