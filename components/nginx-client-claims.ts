/** Who is believed about the client, and what the app is told of it. */

export function throughProxies(trustedProxies: readonly string[]): string {
  if (trustedProxies.length === 0) return "";
  const trusted = trustedProxies.map((network) => `  set_real_ip_from ${network};\n`).join("");
  return `${trusted}  real_ip_header X-Forwarded-For;\n  real_ip_recursive on;\n`;
}

interface ProxyHeaders {
  /** Path prefix without a slash at its end. */
  readonly prefix: string;
  /** Variable that says how the client came. */
  readonly scheme: string;
}

/** What the app is told of a request. What the client itself claims is not handed on. */
export function proxyHeaders({ prefix, scheme }: ProxyHeaders): string[] {
  return [
    "proxy_set_header Host $http_host;",
    "proxy_set_header Upgrade $http_upgrade;",
    "proxy_set_header Connection $connection_upgrade;",
    "proxy_set_header X-Real-IP $remote_addr;",
    "proxy_set_header X-Forwarded-For $remote_addr;",
    "proxy_set_header X-Forwarded-Host $http_host;",
    `proxy_set_header X-Forwarded-Proto ${scheme};`,
    `proxy_set_header X-Forwarded-Prefix "${prefix}";`,
    "proxy_set_header X-Request-Id $request_id;",
  ];
}
