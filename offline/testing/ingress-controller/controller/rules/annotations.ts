import { annotationsOf, type Ingress, keyOf } from "../cluster/objects.ts";
import type { Log } from "../log.ts";
import { ANNOTATIONS } from "./annotation-names.ts";
import { parseSetHeaders } from "./service-lists.ts";
import type { RequestLimit, Settings, StrictTransport } from "./settings.ts";
import {
  parseBoolean,
  parseInteger,
  parseLoadBalancing,
  parseRequestRate,
  parseSize,
  parseTime,
} from "./values.ts";

/**
 * The settings that count for an Ingress. Its annotations have been checked, but for some of a
 * request limit: those that are wrong are logged, and count for nothing.
 */
export function settingsOf(ingress: Ingress, base: Settings, log: Log): Settings {
  const reader = new AnnotationReader(ingress, log);
  return {
    ...base,
    clientMaxBodySize: reader.read(ANNOTATIONS.clientMaxBodySize, asIs) ?? base.clientMaxBodySize,
    failTimeout: reader.read(ANNOTATIONS.failTimeout, parseTime) ?? base.failTimeout,
    keepalive: reader.read(ANNOTATIONS.keepalive, parseInteger) ?? base.keepalive,
    loadBalancing: reader.read(ANNOTATIONS.lbMethod, parseLoadBalancing) ?? base.loadBalancing,
    locationSnippets: reader.read(ANNOTATIONS.locationSnippets, lines) ?? base.locationSnippets,
    maxConns: reader.read(ANNOTATIONS.maxConns, parseInteger) ?? base.maxConns,
    maxFails: reader.read(ANNOTATIONS.maxFails, parseInteger) ?? base.maxFails,
    proxyBuffering: reader.read(ANNOTATIONS.proxyBuffering, parseBoolean) ?? base.proxyBuffering,
    proxyConnectTimeout:
      reader.read(ANNOTATIONS.proxyConnectTimeout, parseTime) ?? base.proxyConnectTimeout,
    proxyNextUpstream: reader.read(ANNOTATIONS.proxyNextUpstream, asIs) ?? base.proxyNextUpstream,
    proxyNextUpstreamTries:
      reader.read(ANNOTATIONS.proxyNextUpstreamTries, parseInteger) ?? base.proxyNextUpstreamTries,
    proxyReadTimeout: reader.read(ANNOTATIONS.proxyReadTimeout, parseTime) ?? base.proxyReadTimeout,
    proxySendTimeout: reader.read(ANNOTATIONS.proxySendTimeout, parseTime) ?? base.proxySendTimeout,
    proxySetHeaders:
      reader.read(ANNOTATIONS.proxySetHeaders, parseSetHeaders) ?? base.proxySetHeaders,
    redirectToHttps: reader.read(ANNOTATIONS.redirectToHttps, parseBoolean) ?? base.redirectToHttps,
    requestLimit: requestLimit(reader, base.requestLimit),
    serverSnippets: reader.read(ANNOTATIONS.serverSnippets, lines) ?? base.serverSnippets,
    sslRedirect:
      reader.read(ANNOTATIONS.sslRedirect, parseBoolean) ??
      reader.read(ANNOTATIONS.oldSslRedirect, parseBoolean) ??
      base.sslRedirect,
    strictTransport: strictTransport(reader, base.strictTransport),
  };
}

class AnnotationReader {
  readonly #ingress: Ingress;
  readonly #log: Log;

  constructor(ingress: Ingress, log: Log) {
    this.#ingress = ingress;
    this.#log = log;
  }

  has(name: string): boolean {
    return name in annotationsOf(this.#ingress);
  }

  read<T>(name: string, parse: (text: string) => T | undefined): T | undefined {
    const text = annotationsOf(this.#ingress)[name];
    if (text === undefined) return undefined;
    const value = parse(text);
    if (value === undefined) {
      this.#log.error(`ingress ${keyOf(this.#ingress)}: invalid value for ${name}: got ${text}`);
    }
    return value;
  }
}

function requestLimit(reader: AnnotationReader, base: RequestLimit): RequestLimit {
  return {
    rate: reader.read(ANNOTATIONS.limitReqRate, parseRequestRate) ?? base.rate,
    key: reader.read(ANNOTATIONS.limitReqKey, asIs) ?? base.key,
    zoneSize: reader.read(ANNOTATIONS.limitReqZoneSize, parseSize) ?? base.zoneSize,
    burst: reader.read(ANNOTATIONS.limitReqBurst, parseInteger) ?? base.burst,
    noDelay: reader.read(ANNOTATIONS.limitReqNoDelay, parseBoolean) ?? base.noDelay,
    rejectCode: reader.read(ANNOTATIONS.limitReqRejectCode, parseInteger) ?? base.rejectCode,
  };
}

/** The details count only beside an annotation that turns it on or off. */
function strictTransport(reader: AnnotationReader, base: StrictTransport): StrictTransport {
  if (!reader.has(ANNOTATIONS.hsts)) return base;
  return {
    enabled: reader.read(ANNOTATIONS.hsts, parseBoolean) ?? base.enabled,
    maxAge: reader.read(ANNOTATIONS.hstsMaxAge, parseInteger) ?? base.maxAge,
    includeSubdomains:
      reader.read(ANNOTATIONS.hstsIncludeSubdomains, parseBoolean) ?? base.includeSubdomains,
    behindProxy: reader.read(ANNOTATIONS.hstsBehindProxy, parseBoolean) ?? base.behindProxy,
  };
}

function asIs(text: string): string {
  return text;
}

function lines(text: string): string[] {
  return text.split("\n");
}
