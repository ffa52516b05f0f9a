/** What gixy-ng would have otherwise, and why it stays as it is. */
export interface Exception {
  readonly check: string;
  /** Of which lines; undefined is all that the check finds. */
  readonly config?: RegExp;
  readonly because: string;
}

export const EXCEPTIONS: readonly Exception[] = [
  {
    check: "host_spoofing",
    because:
      "$host has no port, which apps need for their links; a request whose Host is not $host is refused.",
  },
  {
    check: "ssrf",
    config: /proxy_pass http:\/\/app\$app_request_uri;/,
    because:
      "The variable begins with a slash, or is empty and then refused, so the host is always `app`.",
  },
  {
    check: "try_files_is_evil_too",
    because: "A cache of open files would serve what a switch or a rollback has taken away.",
  },
  {
    check: "weak_ssl_tls",
    config: /^\s*server \{\s*server_name _;\s*\}\s*$/,
    because: "The server for unknown hosts ends every handshake before anything is chosen.",
  },
];
