import { annotationsOf, type Ingress, keyOf } from "../cluster/objects.ts";
import type { Log } from "../log.ts";
import type { Route } from "../routing/route.ts";
import {
  ANNOTATIONS,
  INHERITED_BY_MINIONS,
  ONLY_FOR_MASTERS,
  ONLY_FOR_MINIONS,
} from "../rules/annotation-names.ts";
import { parseSetHeaders } from "../rules/service-lists.ts";
import type { Header } from "../rules/settings.ts";
import { ingressConfig, type Made, type Surroundings } from "./ingress-config.ts";
import type { Location } from "./model.ts";

/** A configuration, and what to tell each of the Ingresses that it was made from. */
export interface MadeTogether extends Made {
  /** By the key of the minion. */
  readonly minionWarnings: ReadonlyMap<string, readonly string[]>;
}

/** The server is the master's, the locations are the minions'. */
export function mergeableConfig(route: Route, surroundings: Surroundings): MadeTogether {
  const { log } = surroundings;
  const master = without(route.ingress, ONLY_FOR_MINIONS, "master", log);
  const { config, warnings } = ingressConfig(master, route.hosts, surroundings);
  const minions = route.minions.map(({ ingress, paths }) => {
    const minion = without(inheriting(ingress, master), ONLY_FOR_MASTERS, "minion", log);
    const made = ingressConfig(minion, route.hosts, surroundings, paths);
    return { minion, ...made };
  });
  const locations = minions.flatMap(({ minion, config: { servers } }) =>
    servers.flatMap((server) =>
      server.locations.map((location) => asMinions(location, minion, master)),
    ),
  );
  return {
    config: {
      ...config,
      upstreams: [...config.upstreams, ...minions.flatMap((made) => made.config.upstreams)],
      requestLimitZones: minions.flatMap((made) => made.config.requestLimitZones),
      servers: config.servers.slice(0, 1).map((server) => ({ ...server, locations })),
    },
    warnings,
    minionWarnings: new Map(minions.map((made) => [keyOf(made.minion), made.warnings])),
  };
}

function asMinions(location: Location, minion: Ingress, master: Ingress): Location {
  const { namespace, name } = minion.metadata;
  return { ...location, minion: { namespace, name }, setHeaders: mergedHeaders(minion, master) };
}

/** A header that both set is the minion's. */
function mergedHeaders(minion: Ingress, master: Ingress): Header[] {
  const [own, inherited] = [minion, master].map((ingress) =>
    parseSetHeaders(annotationsOf(ingress)[ANNOTATIONS.proxySetHeaders] ?? ""),
  ) as [Header[], Header[]];
  const taken = own.map(({ name }) => name.toLowerCase());
  return [...own, ...inherited.filter(({ name }) => !taken.includes(name.toLowerCase()))];
}

function inheriting(minion: Ingress, master: Ingress): Ingress {
  const inherited = Object.entries(annotationsOf(master)).filter(([name]) =>
    INHERITED_BY_MINIONS.has(name),
  );
  return annotated(minion, { ...Object.fromEntries(inherited), ...annotationsOf(minion) });
}

/** Annotations that are not for this kind of Ingress count for nothing, which only the log tells. */
function without(ingress: Ingress, unwanted: ReadonlySet<string>, kind: string, log: Log): Ingress {
  const annotations = Object.entries(annotationsOf(ingress));
  const left = annotations.filter(([name]) => unwanted.has(name)).map(([name]) => name);
  if (left.length > 0) {
    log.error(
      `Ingress Resource ${keyOf(ingress)} with the annotation '${ANNOTATIONS.mergeableIngressType}' ` +
        `set to '${kind}' cannot contain the '${left.join(",")}' annotation(s). They will be ignored`,
    );
  }
  const kept = annotations.filter(([name]) => !unwanted.has(name));
  return annotated(ingress, Object.fromEntries(kept));
}

function annotated(ingress: Ingress, annotations: Readonly<Record<string, string>>): Ingress {
  return { ...ingress, metadata: { ...ingress.metadata, annotations } };
}
