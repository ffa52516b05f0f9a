import { annotationsOf, type Ingress, keyOf, type Path } from "../cluster/objects.ts";
import { ANNOTATIONS } from "../rules/annotation-names.ts";
import { parseRewrites } from "../rules/service-lists.ts";
import type { RequestLimit, Settings } from "../rules/settings.ts";
import type { Location, RequestLimitUse } from "./model.ts";

export function locationOf(
  { path = "", pathType, backend }: Path,
  upstream: string,
  ingress: Ingress,
  settings: Settings,
): Location {
  const service = backend.service?.name ?? "";
  const prefix = `${pathType === "Exact" ? "= " : ""}${path === "" ? "/" : path}`;
  const annotations = annotationsOf(ingress);
  const target = annotations[ANNOTATIONS.rewriteTarget];
  const rewrites = parseRewrites(annotations[ANNOTATIONS.rewrites] ?? "");
  const websockets = (annotations[ANNOTATIONS.websocketServices] ?? "").split(",");
  const isRewritten = ANNOTATIONS.rewrites in annotations;
  return {
    match: matchOf(prefix, annotations[ANNOTATIONS.pathRegex]),
    service,
    minion: undefined,
    upstream,
    websocket: websockets.includes(service),
    rewrite: typeof rewrites === "string" ? "" : (rewrites.get(service) ?? ""),
    rewriteRule:
      target === undefined || isRewritten
        ? undefined
        : { pattern: rewritePattern(prefix, annotations[ANNOTATIONS.pathRegex]), target },
    snippets: settings.locationSnippets,
    connectTimeout: settings.proxyConnectTimeout,
    readTimeout: settings.proxyReadTimeout,
    sendTimeout: settings.proxySendTimeout,
    clientMaxBodySize: settings.clientMaxBodySize,
    setHeaders: settings.proxySetHeaders,
    nextUpstream: settings.proxyNextUpstream,
    nextUpstreamTries: settings.proxyNextUpstreamTries,
    buffering: settings.proxyBuffering,
    requestLimit: requestLimitUse(ingress, settings.requestLimit),
  };
}

function matchOf(path: string, kind: string | undefined): string {
  switch (kind) {
    case "case_sensitive":
      return `~ "^${path}"`;
    case "case_insensitive":
      return `~* "^${path}"`;
    case "exact":
      return `= "${path}"`;
    default:
      return path;
  }
}

function rewritePattern(path: string, kind: string | undefined): string {
  switch (kind) {
    case "case_sensitive":
      return `^${path}`;
    case "case_insensitive":
      return `(?i)^${path}`;
    default:
      return path;
  }
}

function requestLimitUse(ingress: Ingress, limit: RequestLimit): RequestLimitUse | undefined {
  if (limit.rate === "") return undefined;
  const { burst, noDelay, rejectCode } = limit;
  return { zone: keyOf(ingress), burst, noDelay, rejectCode };
}
