import type { ChangeKind, Difference, DiffRequest } from "../provider.ts";
import { isAsked, isAutonamed } from "./annotations.ts";
import { jobState } from "./await/job-state.ts";
import { checkpointIn } from "./checkpoint.ts";
import type { Cluster } from "./cluster.ts";
import { difference } from "./difference.ts";
import { kept } from "./kept.ts";
import { fixedPaths, isBuiltIn, type Kind } from "./kinds.ts";
import {
  type Manifest,
  nameOf,
  namespaceOf,
  toManifest,
  withoutValue,
  withValue,
} from "./manifest.ts";
import { isNamed } from "./naming.ts";
import { normalized } from "./normalize.ts";
import { pruned } from "./prune.ts";

const REPLACE_UNREADY = 'metadata.annotations["pulumi.com/replaceUnready"]';

/**
 * Where the inputs differ from the object as it was last seen, of which only that counts which the
 * inputs before spoke of: the rest is the cluster's.
 */
export async function diff(
  cluster: Cluster,
  kind: Kind,
  request: DiffRequest,
): Promise<Difference> {
  const { live, inputs: recorded } = checkpointIn(request.state);
  const oldInputs = normalized(recorded, isBuiltIn(kind));
  const inputs = normalized(toManifest(request.inputs), isBuiltIn(kind));
  const isNamespaced = await cluster.isNamespaced(kind);
  const before = placed(pruned(live, oldInputs), isNamespaced);
  const after = placed(kept(inputs, oldInputs, live), isNamespaced);
  const changes = withoutIgnored(
    difference(
      nameOf(after) === "" ? before : withValue(before, ["metadata", "name"], nameOf(live)),
      after,
      fixedPaths(kind),
    ),
    request.ignoreChanges,
  );
  if (isAsked(inputs, "replaceUnready") && (await isUnready(cluster, kind, live, request))) {
    changes.set(REPLACE_UNREADY, "update-replace");
  }
  return { changes, deleteBeforeReplace: keepsItsName(inputs, live), stables: [] };
}

/** What names no namespace is in `default`, and what belongs to the cluster is in none. */
function placed(object: Manifest, isNamespaced: boolean): Manifest {
  return isNamespaced
    ? withValue(object, ["metadata", "namespace"], namespaceOf(object) || "default")
    : withoutValue(object, ["metadata", "namespace"]);
}

function withoutIgnored(
  changes: ReadonlyMap<string, ChangeKind>,
  ignored: readonly string[],
): Map<string, ChangeKind> {
  return new Map(
    [...changes].filter(
      ([path]) =>
        !ignored.some(
          (ignore) =>
            path === ignore || (/^[.[]/.test(path.slice(ignore.length)) && path.startsWith(ignore)),
        ),
    ),
  );
}

/** Two of the same name cannot exist side by side; a name that was made up can be made up anew. */
function keepsItsName(inputs: Manifest, live: Manifest): boolean {
  return (
    isNamed(inputs) &&
    !isAutonamed(inputs) &&
    nameOf(inputs) === nameOf(live) &&
    namespaceOf(inputs) === namespaceOf(live)
  );
}

/** The official plugin knows this of Jobs only. */
async function isUnready(
  cluster: Cluster,
  { kind, apiVersion }: Kind,
  live: Manifest,
  { log }: DiffRequest,
): Promise<boolean> {
  if (!cluster.isReachable) {
    log("warning", "Cluster is unreachable, skipping replaceUnready check");
    return false;
  }
  if (kind !== "Job" || apiVersion !== "batch/v1") {
    log("warning", "replaceUnready annotation is not supported for this resource");
    return false;
  }
  try {
    return !jobState(await cluster.objects.get(live)).isReady;
  } catch {
    return false;
  }
}
