/** The annotations that this stand-in has. They are the controller's own, and some of those that it has. */
export const ANNOTATIONS = {
  clientMaxBodySize: "nginx.org/client-max-body-size",
  failTimeout: "nginx.org/fail-timeout",
  hsts: "nginx.org/hsts",
  hstsBehindProxy: "nginx.org/hsts-behind-proxy",
  hstsIncludeSubdomains: "nginx.org/hsts-include-subdomains",
  hstsMaxAge: "nginx.org/hsts-max-age",
  keepalive: "nginx.org/keepalive",
  lbMethod: "nginx.org/lb-method",
  limitReqBurst: "nginx.org/limit-req-burst",
  limitReqKey: "nginx.org/limit-req-key",
  limitReqNoDelay: "nginx.org/limit-req-no-delay",
  limitReqRate: "nginx.org/limit-req-rate",
  limitReqRejectCode: "nginx.org/limit-req-reject-code",
  limitReqZoneSize: "nginx.org/limit-req-zone-size",
  locationSnippets: "nginx.org/location-snippets",
  maxConns: "nginx.org/max-conns",
  maxFails: "nginx.org/max-fails",
  mergeableIngressType: "nginx.org/mergeable-ingress-type",
  oldSslRedirect: "ingress.kubernetes.io/ssl-redirect",
  pathRegex: "nginx.org/path-regex",
  proxyBuffering: "nginx.org/proxy-buffering",
  proxyConnectTimeout: "nginx.org/proxy-connect-timeout",
  proxyNextUpstream: "nginx.org/proxy-next-upstream",
  proxyNextUpstreamTries: "nginx.org/proxy-next-upstream-tries",
  proxyReadTimeout: "nginx.org/proxy-read-timeout",
  proxySendTimeout: "nginx.org/proxy-send-timeout",
  proxySetHeaders: "nginx.org/proxy-set-headers",
  redirectToHttps: "nginx.org/redirect-to-https",
  rewriteTarget: "nginx.org/rewrite-target",
  rewrites: "nginx.org/rewrites",
  serverSnippets: "nginx.org/server-snippets",
  sslRedirect: "nginx.org/ssl-redirect",
  websocketServices: "nginx.org/websocket-services",
} as const;

const KNOWN: ReadonlySet<string> = new Set(Object.values(ANNOTATIONS));

/** Whether an annotation is meant for the controller, but is none that this stand-in has. */
export function isForeign(name: string): boolean {
  const [prefix = ""] = name.split("/");
  return /(^|\.)(nginx\.org|nginx\.com|f5\.com)$/.test(prefix) && !KNOWN.has(name);
}

/** Annotations of a minion that only its master may have: they are left out, and that is logged. */
export const ONLY_FOR_MASTERS: ReadonlySet<string> = new Set([
  ANNOTATIONS.hsts,
  ANNOTATIONS.hstsIncludeSubdomains,
  ANNOTATIONS.hstsMaxAge,
  ANNOTATIONS.oldSslRedirect,
  ANNOTATIONS.redirectToHttps,
  ANNOTATIONS.serverSnippets,
  ANNOTATIONS.sslRedirect,
]);

/** Annotations of a master that only its minions may have. */
export const ONLY_FOR_MINIONS: ReadonlySet<string> = new Set([
  ANNOTATIONS.rewrites,
  ANNOTATIONS.websocketServices,
]);

/** Annotations of a master that count for a minion which does not have them itself. */
export const INHERITED_BY_MINIONS: ReadonlySet<string> = new Set([
  ANNOTATIONS.clientMaxBodySize,
  ANNOTATIONS.failTimeout,
  ANNOTATIONS.keepalive,
  ANNOTATIONS.lbMethod,
  ANNOTATIONS.limitReqBurst,
  ANNOTATIONS.limitReqKey,
  ANNOTATIONS.limitReqNoDelay,
  ANNOTATIONS.limitReqRate,
  ANNOTATIONS.limitReqRejectCode,
  ANNOTATIONS.limitReqZoneSize,
  ANNOTATIONS.locationSnippets,
  ANNOTATIONS.maxConns,
  ANNOTATIONS.maxFails,
  ANNOTATIONS.proxyBuffering,
  ANNOTATIONS.proxyConnectTimeout,
  ANNOTATIONS.proxyNextUpstream,
  ANNOTATIONS.proxyNextUpstreamTries,
  ANNOTATIONS.proxyReadTimeout,
  ANNOTATIONS.proxySendTimeout,
]);
