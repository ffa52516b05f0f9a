import { DEFAULT_SETTINGS, type Settings, type StrictTransport } from "./settings.ts";
import { parseBoolean, parseInteger, parseLoadBalancing } from "./values.ts";

type Data = Readonly<Record<string, string>>;

/** Turns the text of a key into settings, or into what is wrong with it. */
type Reader = (text: string, data: Data) => Partial<Settings> | Problem;

class Problem {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type NameOf<T> = { [K in keyof Settings]: Settings[K] extends T ? K : never }[keyof Settings];

const READERS: Readonly<Record<string, Reader>> = {
  "access-log": (text) =>
    text.startsWith("syslog:")
      ? { accessLog: text }
      : new Problem(`invalid value for 'access-log': ${JSON.stringify(text)}`),
  "access-log-off": (text) => {
    const off = parseBoolean(text);
    if (off === undefined) return notBoolean("access-log-off");
    return off ? { accessLog: "off" } : {};
  },
  "client-max-body-size": asIs("clientMaxBodySize"),
  "default-server-access-log-off": yesOrNo("defaultServerAccessLogOff"),
  "default-server-return": asIs("defaultServerReturn"),
  "error-log-level": asIs("errorLogLevel"),
  "fail-timeout": asIs("failTimeout"),
  hsts: (text, data) => strictTransport(text, data),
  "hsts-behind-proxy": readWithHsts,
  "hsts-include-subdomains": readWithHsts,
  "hsts-max-age": readWithHsts,
  http2: yesOrNo("http2"),
  "http-snippets": lines("httpSnippets"),
  keepalive: integer("keepalive"),
  "keepalive-requests": integer("keepaliveRequests"),
  "keepalive-timeout": asIs("keepaliveTimeout"),
  "lb-method": (text) => {
    const loadBalancing = parseLoadBalancing(text);
    return loadBalancing === undefined
      ? new Problem(`Invalid value for the lb-method key: got ${JSON.stringify(text)}`)
      : { loadBalancing };
  },
  "location-snippets": lines("locationSnippets"),
  "log-format": lines("logFormat"),
  "log-format-escaping": (text) => ({ logFormatEscaping: text.trim() }),
  "main-snippets": lines("mainSnippets"),
  "max-fails": integer("maxFails"),
  "proxy-buffering": yesOrNo("proxyBuffering"),
  "proxy-connect-timeout": asIs("proxyConnectTimeout"),
  "proxy-read-timeout": asIs("proxyReadTimeout"),
  "proxy-send-timeout": asIs("proxySendTimeout"),
  "real-ip-header": asIs("realIpHeader"),
  "real-ip-recursive": yesOrNo("realIpRecursive"),
  "redirect-to-https": yesOrNo("redirectToHttps"),
  "server-names-hash-bucket-size": asIs("serverNamesHashBucketSize"),
  "server-names-hash-max-size": asIs("serverNamesHashMaxSize"),
  "server-snippets": lines("serverSnippets"),
  "server-tokens": (text) => {
    const serverTokens = parseBoolean(text);
    return serverTokens === undefined
      ? new Problem("'server-tokens' must be a bool for OSS")
      : { serverTokens };
  },
  "set-real-ip-from": (text) => ({ setRealIpFrom: text.split(",") }),
  "ssl-ciphers": (text) => ({ sslCiphers: text.replaceAll(/^\n+|\n+$/g, "") }),
  "ssl-prefer-server-ciphers": yesOrNo("sslPreferServerCiphers"),
  "ssl-protocols": asIs("sslProtocols"),
  "ssl-redirect": yesOrNo("sslRedirect"),
  "worker-connections": asIs("workerConnections"),
  "worker-processes": (text) =>
    text === "auto" || parseInteger(text) !== undefined
      ? { workerProcesses: text }
      : new Problem("'worker-processes' contains invalid integer"),
  "worker-rlimit-nofile": asIs("workerRlimitNofile"),
  "worker-shutdown-timeout": asIs("workerShutdownTimeout"),
};

/** The keys that this stand-in does not have, although the controller may. */
export function unknownKeys(data: Data): string[] {
  return Object.keys(data)
    .filter((key) => !Object.hasOwn(READERS, key))
    .sort();
}

/** The settings that the data ask for; what is wrong is left at its default and reported. */
export function readConfigMap(data: Data): { settings: Settings; problems: string[] } {
  const problems: string[] = [];
  let settings = DEFAULT_SETTINGS;
  for (const [key, text] of Object.entries(data)) {
    const read = READERS[key]?.(text, data) ?? {};
    if (read instanceof Problem) problems.push(`${read.text}, ignoring`);
    else settings = { ...settings, ...read };
  }
  return { settings, problems };
}

/** One wrong value of the four makes all four count for nothing. */
function strictTransport(text: string, data: Data): Partial<Settings> | Problem {
  const enabled = parseBoolean(text);
  if (enabled === undefined) return notBoolean("hsts");
  const read = {
    enabled,
    maxAge: optional(data["hsts-max-age"], parseInteger, "maxAge"),
    includeSubdomains: optional(data["hsts-include-subdomains"], parseBoolean, "includeSubdomains"),
    behindProxy: optional(data["hsts-behind-proxy"], parseBoolean, "behindProxy"),
  };
  return isComplete(read)
    ? { strictTransport: read }
    : new Problem("there are configuration issues with HSTS settings");
}

function optional<K extends keyof StrictTransport>(
  text: string | undefined,
  parse: (text: string) => StrictTransport[K] | undefined,
  name: K,
): StrictTransport[K] | undefined {
  return text === undefined ? DEFAULT_SETTINGS.strictTransport[name] : parse(text);
}

function isComplete(
  read: {
    [K in keyof StrictTransport]: StrictTransport[K] | undefined;
  },
): read is StrictTransport {
  return !Object.values(read).includes(undefined);
}

/** Says nothing by itself: the key `hsts` reads them all. */
function readWithHsts(): Partial<Settings> {
  return {};
}

function asIs(name: NameOf<string>): Reader {
  return (text) => ({ [name]: text });
}

function lines(name: NameOf<readonly string[]>): Reader {
  return (text) => ({ [name]: text.split("\n") });
}

function yesOrNo(name: NameOf<boolean>): Reader {
  return (text) => {
    const value = parseBoolean(text);
    return value === undefined ? notBoolean(name) : { [name]: value };
  };
}

function integer(name: NameOf<number>): Reader {
  return (text) => {
    const value = parseInteger(text);
    return value === undefined
      ? new Problem(`'${keyNamed(name)}' contains invalid integer: ${JSON.stringify(text)}`)
      : { [name]: value };
  };
}

function notBoolean(name: string): Problem {
  return new Problem(`'${keyNamed(name)}' contains invalid bool`);
}

function keyNamed(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
