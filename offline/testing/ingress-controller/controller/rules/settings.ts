export interface RequestLimit {
  /** Empty where there is no limit. */
  readonly rate: string;
  readonly key: string;
  readonly zoneSize: string;
  readonly burst: number;
  readonly noDelay: boolean;
  readonly rejectCode: number;
}

export interface StrictTransport {
  readonly enabled: boolean;
  readonly maxAge: number;
  readonly includeSubdomains: boolean;
  readonly behindProxy: boolean;
}

export interface Header {
  readonly name: string;
  readonly value: string;
}

/** What the ConfigMap decides for all of Nginx, and an Ingress, by its annotations, for itself. */
export interface Settings {
  readonly accessLog: string;
  readonly clientMaxBodySize: string;
  readonly defaultServerAccessLogOff: boolean;
  readonly defaultServerReturn: string;
  readonly errorLogLevel: string;
  readonly failTimeout: string;
  readonly http2: boolean;
  readonly httpSnippets: readonly string[];
  readonly keepalive: number;
  readonly keepaliveRequests: number;
  readonly keepaliveTimeout: string;
  readonly loadBalancing: string;
  readonly locationSnippets: readonly string[];
  readonly logFormat: readonly string[];
  readonly logFormatEscaping: string;
  readonly mainSnippets: readonly string[];
  readonly maxConns: number;
  readonly maxFails: number;
  readonly proxyBuffering: boolean;
  readonly proxyConnectTimeout: string;
  /** Empty leaves it to Nginx. */
  readonly proxyNextUpstream: string;
  /** 0 leaves it to Nginx. */
  readonly proxyNextUpstreamTries: number;
  readonly proxyReadTimeout: string;
  readonly proxySendTimeout: string;
  readonly proxySetHeaders: readonly Header[];
  readonly realIpHeader: string;
  readonly realIpRecursive: boolean;
  readonly redirectToHttps: boolean;
  readonly requestLimit: RequestLimit;
  readonly serverNamesHashBucketSize: string;
  readonly serverNamesHashMaxSize: string;
  readonly serverSnippets: readonly string[];
  readonly serverTokens: boolean;
  readonly setRealIpFrom: readonly string[];
  readonly sslCiphers: string;
  readonly sslPreferServerCiphers: boolean;
  readonly sslProtocols: string;
  readonly sslRedirect: boolean;
  readonly strictTransport: StrictTransport;
  readonly workerConnections: string;
  readonly workerProcesses: string;
  /** Empty leaves it to the system. */
  readonly workerRlimitNofile: string;
  readonly workerShutdownTimeout: string;
}

export const DEFAULT_SETTINGS: Settings = {
  accessLog: "/dev/stdout main",
  clientMaxBodySize: "1m",
  defaultServerAccessLogOff: false,
  defaultServerReturn: "404",
  errorLogLevel: "notice",
  failTimeout: "10s",
  http2: false,
  httpSnippets: [],
  keepalive: 0,
  keepaliveRequests: 1000,
  keepaliveTimeout: "75s",
  loadBalancing: "random two least_conn",
  locationSnippets: [],
  logFormat: [],
  logFormatEscaping: "",
  mainSnippets: [],
  maxConns: 0,
  maxFails: 1,
  proxyBuffering: true,
  proxyConnectTimeout: "60s",
  proxyNextUpstream: "",
  proxyNextUpstreamTries: 0,
  proxyReadTimeout: "60s",
  proxySendTimeout: "60s",
  proxySetHeaders: [],
  realIpHeader: "",
  realIpRecursive: false,
  redirectToHttps: false,
  requestLimit: {
    rate: "",
    key: "$binary_remote_addr",
    zoneSize: "10m",
    burst: 0,
    noDelay: false,
    rejectCode: 429,
  },
  serverNamesHashBucketSize: "256",
  serverNamesHashMaxSize: "1024",
  serverSnippets: [],
  serverTokens: true,
  setRealIpFrom: [],
  sslCiphers: "",
  sslPreferServerCiphers: false,
  sslProtocols: "",
  sslRedirect: true,
  strictTransport: {
    enabled: false,
    maxAge: 2592000,
    includeSubdomains: false,
    behindProxy: false,
  },
  workerConnections: "1024",
  workerProcesses: "auto",
  workerRlimitNofile: "",
  workerShutdownTimeout: "",
};
