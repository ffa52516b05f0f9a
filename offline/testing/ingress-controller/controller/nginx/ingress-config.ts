import {
  annotationsOf,
  type Ingress,
  keyOf,
  type Path,
  type Rule,
  type ServiceBackend,
} from "../cluster/objects.ts";
import type { Log } from "../log.ts";
import { portName } from "../routing/endpoints.ts";
import type { Route } from "../routing/route.ts";
import { ANNOTATIONS } from "../rules/annotation-names.ts";
import { settingsOf } from "../rules/annotations.ts";
import type { Settings } from "../rules/settings.ts";
import { locationOf } from "./ingress-location.ts";
import type { IngressConfig, Location, Server, Tls, Upstream } from "./model.ts";

/** What a configuration is made of, besides the Ingress itself. */
export interface Surroundings {
  readonly settings: Settings;
  readonly ipv6: boolean;
  readonly log: Log;
  /** The addresses behind a backend; empty, and logged, where there are none. */
  endpoints(backend: ServiceBackend, ingress: Ingress): readonly string[];
  /** The file with the certificate that a Secret holds, or why there is none. */
  certificate(secretName: string, ingress: Ingress): { path: string } | { problem: string };
}

export interface Made {
  readonly config: IngressConfig;
  readonly warnings: readonly string[];
}

/**
 * @param paths of a minion, those that it got; of any other Ingress, undefined.
 */
export function ingressConfig(
  ingress: Ingress,
  hosts: Route["hosts"],
  surroundings: Surroundings,
  paths?: ReadonlySet<string>,
): Made {
  const settings = settingsOf(ingress, surroundings.settings, surroundings.log);
  let warnings = annotationWarnings(ingress);
  const upstreams = new Map<string, Upstream>();
  const rules = (ingress.spec.rules ?? []).filter(({ host = "" }) => hosts.has(host));

  const use = (host: string, backend: ServiceBackend): string => {
    const name = upstreamName(ingress, host, backend);
    if (!upstreams.has(name)) {
      const addresses = surroundings.endpoints(backend, ingress);
      const { loadBalancing, maxFails, failTimeout, maxConns } = settings;
      upstreams.set(name, { name, addresses, loadBalancing, maxFails, failTimeout, maxConns });
    }
    return name;
  };
  const defaultBackend = paths === undefined ? ingress.spec.defaultBackend?.service : undefined;
  if (defaultBackend !== undefined) use("", defaultBackend);

  const servers = rules.map((rule) => {
    const { host = "" } = rule;
    const { tls, problem } = tlsOf(host, ingress, surroundings);
    // The controller tells of the last certificate that is missing, and then of nothing else.
    if (problem !== undefined) warnings = [problem];
    const served = pathsOf(rule, paths);
    const locations = served.flatMap((path) => {
      const { service } = path.backend;
      return service === undefined ? [] : [locationOf(path, use(host, service), ingress, settings)];
    });
    if (defaultBackend !== undefined && !served.some(isRoot)) {
      locations.push(defaultLocation(defaultBackend, use("", defaultBackend), ingress, settings));
    }
    return serverOf(host, tls, locations, settings, surroundings.ipv6);
  });

  const { namespace, name } = ingress.metadata;
  const limited = servers.some(({ locations }) =>
    locations.some(({ requestLimit }) => requestLimit !== undefined),
  );
  const { key, zoneSize: size, rate } = settings.requestLimit;
  return {
    config: {
      owner: { namespace, name },
      upstreams: [...upstreams.values()].sort((one, other) => (one.name < other.name ? -1 : 1)),
      requestLimitZones: limited ? [{ name: keyOf(ingress), key, size, rate }] : [],
      servers,
      keepalive: settings.keepalive,
    },
    warnings,
  };
}

function annotationWarnings(ingress: Ingress): string[] {
  const annotations = annotationsOf(ingress);
  return [
    ...(ANNOTATIONS.rewrites in annotations && ANNOTATIONS.rewriteTarget in annotations
      ? [
          `${ANNOTATIONS.rewrites} and ${ANNOTATIONS.rewriteTarget} annotations are mutually exclusive; ` +
            `${ANNOTATIONS.rewrites} will take precedence`,
        ]
      : []),
    ...(ANNOTATIONS.oldSslRedirect in annotations
      ? [
          `The annotation '${ANNOTATIONS.oldSslRedirect}' is deprecated and will be removed. ` +
            `Please use '${ANNOTATIONS.sslRedirect}' instead.`,
        ]
      : []),
  ];
}

function pathsOf({ http }: Rule, wanted: ReadonlySet<string> | undefined): Path[] {
  return (http?.paths ?? []).filter(({ path = "" }) => wanted?.has(path) ?? true);
}

function isRoot({ path = "", pathType }: Path): boolean {
  return pathType !== "Exact" && (path === "" || path === "/");
}

/** A request limit is for paths alone: what the default backend answers has none. */
function defaultLocation(
  service: ServiceBackend,
  upstream: string,
  ingress: Ingress,
  settings: Settings,
): Location {
  const path: Path = { path: "/", pathType: "Prefix", backend: { service } };
  return { ...locationOf(path, upstream, ingress, settings), requestLimit: undefined };
}

function upstreamName({ metadata }: Ingress, host: string, backend: ServiceBackend): string {
  const { namespace, name } = metadata;
  return [namespace, name, host === "" ? "_" : host, backend.name, portName(backend)].join("-");
}

/** Of several entries for a host, the last counts. */
function tlsOf(
  host: string,
  ingress: Ingress,
  { certificate }: Surroundings,
): { tls?: Tls; problem?: string } {
  const entry = (ingress.spec.tls ?? []).findLast(({ hosts = [] }) => hosts.includes(host));
  if (entry === undefined) return {};
  const reject: Tls = { certificate: undefined };
  if (entry.secretName === undefined || entry.secretName === "") {
    const problem =
      `TLS termination for host '${host}' requires specifying a TLS secret ` +
      "or configuring a global wildcard TLS secret";
    return { tls: reject, problem };
  }
  const found = certificate(entry.secretName, ingress);
  return "path" in found
    ? { tls: { certificate: found.path } }
    : { tls: reject, problem: found.problem };
}

function serverOf(
  name: string,
  tls: Tls | undefined,
  locations: readonly Location[],
  settings: Settings,
  ipv6: boolean,
): Server {
  const { realIpHeader, realIpRecursive, setRealIpFrom, serverSnippets } = settings;
  return {
    name,
    isDefault: false,
    tls,
    ipv6,
    http2: settings.http2,
    serverTokens: settings.serverTokens,
    realIp: { header: realIpHeader, recursive: realIpRecursive, from: setRealIpFrom },
    strictTransport: settings.strictTransport,
    sslRedirect: settings.sslRedirect,
    redirectToHttps: settings.redirectToHttps,
    accessLogOff: false,
    snippets: serverSnippets,
    healthUri: undefined,
    answer: undefined,
    locations,
  };
}
