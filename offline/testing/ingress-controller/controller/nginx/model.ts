import type { Header, StrictTransport } from "../rules/settings.ts";

/** The configuration of an Ingress, or of a master with its minions, before it is text. */
export interface IngressConfig {
  /** Absent for the server that answers where no Ingress does. */
  readonly owner?: Owner;
  readonly upstreams: readonly Upstream[];
  readonly requestLimitZones: readonly RequestLimitZone[];
  readonly servers: readonly Server[];
  readonly keepalive: number;
}

export interface Owner {
  readonly namespace: string;
  readonly name: string;
}

export interface Upstream {
  readonly name: string;
  readonly loadBalancing: string;
  readonly addresses: readonly string[];
  readonly maxFails: number;
  readonly failTimeout: string;
  readonly maxConns: number;
}

export interface RequestLimitZone {
  readonly name: string;
  readonly key: string;
  readonly size: string;
  readonly rate: string;
}

export interface Server {
  readonly name: string;
  readonly isDefault: boolean;
  readonly tls: Tls | undefined;
  readonly http2: boolean;
  readonly ipv6: boolean;
  readonly serverTokens: boolean;
  readonly realIp: {
    readonly header: string;
    readonly recursive: boolean;
    readonly from: readonly string[];
  };
  readonly strictTransport: StrictTransport;
  readonly sslRedirect: boolean;
  readonly redirectToHttps: boolean;
  readonly accessLogOff: boolean;
  readonly snippets: readonly string[];
  /** Where it answers that it is there, if it does. */
  readonly healthUri: string | undefined;
  /** What it answers on any path, if it does. */
  readonly answer: string | undefined;
  readonly locations: readonly Location[];
}

/** A server without a certificate ends every handshake. */
export interface Tls {
  readonly certificate: string | undefined;
}

export interface Location {
  /** As Nginx has it, with its modifier. */
  readonly match: string;
  readonly service: string;
  readonly minion: Owner | undefined;
  readonly upstream: string;
  readonly websocket: boolean;
  /** What takes the place of the matched prefix. */
  readonly rewrite: string;
  readonly rewriteRule: { readonly pattern: string; readonly target: string } | undefined;
  readonly snippets: readonly string[];
  readonly connectTimeout: string;
  readonly readTimeout: string;
  readonly sendTimeout: string;
  readonly clientMaxBodySize: string;
  readonly setHeaders: readonly Header[];
  readonly nextUpstream: string;
  readonly nextUpstreamTries: number;
  readonly buffering: boolean;
  readonly requestLimit: RequestLimitUse | undefined;
}

export interface RequestLimitUse {
  readonly zone: string;
  readonly burst: number;
  readonly noDelay: boolean;
  readonly rejectCode: number;
}
