import { isDeepStrictEqual } from "node:util";
import {
  equal,
  type PropertyMap,
  type PropertyValue,
  UNKNOWN,
  unionOfKeys,
  withoutSecrets,
} from "../property-value.ts";
import type { ChangeKind, Checked, CheckRequest, Difference } from "../provider.ts";
import type { ClusterSettings } from "./cluster.ts";
import { active } from "./connection.ts";
import { readKubeconfig } from "./kubeconfig.ts";

/** `version` is the engine's own; the others are the official plugin's, as far as they are known here. */
const KEYS: ReadonlySet<string> = new Set([
  "kubeconfig",
  "context",
  "cluster",
  "namespace",
  "clusterIdentifier",
  "enableServerSideApply",
  "deleteUnreachable",
  "version",
]);

export interface Config extends ClusterSettings {
  readonly deleteUnreachable: boolean;
}

export function checkConfig({ inputs }: CheckRequest): Checked {
  const unknown = Object.keys(inputs)
    .filter((key) => !KEYS.has(key))
    .map((key) => ({
      property: key,
      reason: `the stand-in for the kubernetes plugin has no configuration \`${key}\``,
    }));
  const { enableServerSideApply = "true" } = withoutSecrets(inputs) as PropertyMap;
  const appliesElsewhere =
    enableServerSideApply !== UNKNOWN && String(enableServerSideApply) !== "true";
  return {
    inputs,
    failures: appliesElsewhere
      ? [
          ...unknown,
          {
            property: "enableServerSideApply",
            reason:
              "the stand-in for the kubernetes plugin applies on the server only: " +
              "leave `enableServerSideApply` away, or set it to true",
          },
        ]
      : unknown,
  };
}

export function configIn(properties: PropertyMap): Config {
  const config = withoutSecrets(properties) as PropertyMap;
  const text = <Key extends string>(key: Key) => {
    const value = config[key];
    return typeof value === "string" && value !== "" ? { [key]: value } : {};
  };
  return {
    kubeconfig: undefined,
    ...text("kubeconfig"),
    ...text("context"),
    ...text("cluster"),
    ...text("namespace"),
    deleteUnreachable:
      String(config["deleteUnreachable"] ?? process.env["PULUMI_K8S_DELETE_UNREACHABLE"]) ===
      "true",
  };
}

/**
 * Another cluster replaces all that is in it. Which cluster it is, is what `clusterIdentifier`
 * says, and without it the active cluster of the kubeconfig.
 */
export function diffConfig(oldInputs: PropertyMap, inputs: PropertyMap): Difference {
  const before = withoutSecrets(oldInputs) as PropertyMap;
  const after = withoutSecrets(inputs) as PropertyMap;
  const changed = unionOfKeys(before, after).filter(
    (key) => !equal(before[key] ?? null, after[key] ?? null),
  );
  const replacing = new Set(replacingKeys(before, after, changed));
  const changes = changed.map((key): [string, ChangeKind] => {
    const kind = !(key in before) ? "add" : key in after ? "update" : "delete";
    return [key, replacing.has(key) ? `${kind}-replace` : kind];
  });
  return { changes: new Map(changes), deleteBeforeReplace: false, stables: [] };
}

const CLUSTER_KEYS = ["kubeconfig", "context", "cluster"];

function replacingKeys(
  before: PropertyMap,
  after: PropertyMap,
  changed: readonly string[],
): readonly string[] {
  const identified = "clusterIdentifier" in before && "clusterIdentifier" in after;
  if (identified) {
    return changed.includes("clusterIdentifier") ? ["clusterIdentifier"] : [];
  }
  const unknown = CLUSTER_KEYS.filter((key) => after[key] === UNKNOWN);
  if (unknown.length > 0) {
    return unknown;
  }
  const old = activeCluster(before);
  const now = activeCluster(after);
  const isAnother = old !== undefined && now !== undefined && !isDeepStrictEqual(old, now);
  return isAnother ? CLUSTER_KEYS.filter((key) => changed.includes(key)) : [];
}

function activeCluster(config: PropertyMap): PropertyValue | undefined {
  const { kubeconfig, ...overrides } = configIn(config);
  try {
    return kubeconfig === undefined
      ? undefined
      : active(readKubeconfig(kubeconfig), overrides).cluster;
  } catch {
    return undefined;
  }
}
