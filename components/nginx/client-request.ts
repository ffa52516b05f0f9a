/** What Nginx tells the app about a request from outside: a check that asks the app itself says the same. */
export interface ClientRequest {
  readonly host: string;
  readonly scheme: "http" | "https";
}

interface Published {
  readonly domain: string | undefined;
  readonly tls: { readonly kind: "off" | "acme" | "provided" };
  readonly trustedProxies: readonly string[];
}

/** An app may answer nothing but its own host name, and redirect each request that is not HTTPS. */
export function clientRequest({ domain, tls, trustedProxies }: Published): ClientRequest {
  const isHttps = tls.kind !== "off" || endsInFront({ tls, trustedProxies });
  return { host: domain ?? "localhost", scheme: isHttps ? "https" : "http" };
}

/** Whether a trusted proxy in front ends TLS, and says so in X-Forwarded-Proto. */
export function endsInFront({ tls, trustedProxies }: Omit<Published, "domain">): boolean {
  return tls.kind === "off" && trustedProxies.length > 0;
}
