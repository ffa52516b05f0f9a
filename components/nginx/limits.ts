/**
 * Where the defaults of Nginx are exceeded by ordinary requests, or let one client take all: the same for every
 * Nginx of Slipway, the ingress controller's among them. Every default was gone through: decision 0032.
 */

/** Connections, with a request in progress, of one address: several people behind one router, not all. */
const CONNECTIONS_OF_AN_ADDRESS = 512;

/** Largest line of a request, so a URL or a header, and the largest head of an answer. */
const HEADER_KIB = 32;

export const LIMITS = `# What a client may be slow with, and how much it may hold.
client_header_timeout 10s;
client_body_timeout 20s;
send_timeout 20s;
reset_timedout_connection on;
limit_conn_zone $binary_remote_addr zone=addresses:10m;
limit_conn addresses ${CONNECTIONS_OF_AN_ADDRESS};
limit_conn_status 429;

# Cookies of large sessions, content security policies and preloads, both ways.
large_client_header_buffers 4 ${HEADER_KIB}k;
proxy_buffer_size ${HEADER_KIB}k;
proxy_buffers 8 16k;
`;

/** Tables that grow with names: a host name may have 253 letters. */
export const TABLES = `server_names_hash_max_size 4096;
server_names_hash_bucket_size 512;
variables_hash_max_size 4096;
variables_hash_bucket_size 256;
types_hash_max_size 2048;
`;

/** The table of the headers that are set: there are more than fifty. */
export const HEADERS_TABLE = `proxy_headers_hash_max_size 2048;
proxy_headers_hash_bucket_size 128;
`;

/**
 * Sent once more where a connection breaks, and never what has timed out: the app may be at work on it. What
 * changes something in another way than PUT and DELETE do is not sent again at all.
 */
export const TRIES = { when: "error", most: 2 } as const;

/** Whether a request says two names: one decides who answers it, and the app is told the other. */
export const HOSTS_DIFFER = `map "$host $http_host" $hosts_differ {
  default                       1;
  "~*^(\\S+) \\1\\.?(:\\d{1,5})?$"   "";
  # HTTP/1.0 need not say any.
  "~^\\S* $"                     "";
}
`;

/** In each server: of two names, neither is believed. */
export const REFUSE_TWO_HOSTS = `if ($hosts_differ) {
    return 400;
  }`;

/** How much longer an Nginx waits for another one that waits for the app. */
export const FURTHER_SECONDS = 5;
