import { isAsked } from "./annotations.ts";
import { isConflict } from "./api-error.ts";
import type { Cluster } from "./cluster.ts";
import { isNewlyCreated, isOfOthers, takenOver } from "./managed-fields.ts";
import {
  isCustomResourceDefinition,
  type Manifest,
  objectsAt,
  textAt,
  valueAt,
  withoutValue,
  withValue,
} from "./manifest.ts";

export interface Update {
  readonly live: Manifest;
  readonly inputs: Manifest;
  readonly fieldManager: string;
  readonly ignoreChanges: readonly string[];
  readonly preview: boolean;
}

/** Makes the object as the inputs say. What others manage of it stays theirs. */
export async function updateObject(cluster: Cluster, update: Update): Promise<Manifest> {
  const { inputs, fieldManager, preview } = update;
  if (isCustomResourceDefinition(inputs)) {
    const resourceVersion = textAt(update.live, "metadata", "resourceVersion");
    const replacement = withValue(inputs, ["metadata", "resourceVersion"], resourceVersion);
    return cluster.objects.replace(replacement, { preview, fieldManager });
  }
  const live = preview ? update.live : await takeOver(cluster, update.live, fieldManager);
  const applied = update.ignoreChanges.reduce(
    (rest, path) => withIgnored(rest, live, fieldManager, path.split(".")),
    inputs,
  );
  try {
    const force = isForced(inputs, live, preview);
    return await cluster.objects.apply(applied, { preview, fieldManager, force });
  } catch (error) {
    throw isConflict(error) ? new Error(explained(error as Error, fieldManager)) : error;
  }
}

/** What was created belongs to the creator, and would be in conflict with what is applied. */
async function takeOver(cluster: Cluster, live: Manifest, manager: string): Promise<Manifest> {
  const managedFields = takenOver(live, manager);
  if (managedFields === undefined) {
    return live;
  }
  return cluster.objects.replaceValues(live, {
    "/metadata/managedFields": managedFields,
    "/metadata/resourceVersion": textAt(live, "metadata", "resourceVersion"),
  });
}

/** An ignored field that is another's must not be sent; one of ours must be sent as it is. */
function withIgnored(
  inputs: Manifest,
  live: Manifest,
  manager: string,
  path: readonly string[],
): Manifest {
  if (isOfOthers(live, manager, path)) {
    return withoutValue(inputs, path);
  }
  const value = valueAt(live, ...path);
  return value === undefined ? inputs : withValue(inputs, path, value);
}

/** A preview takes over nothing, so it has to overrule what the update would take over. */
function isForced(inputs: Manifest, live: Manifest, preview: boolean): boolean {
  return (
    isAsked(inputs, "patchForce") ||
    (preview && isNewlyCreated(live)) ||
    objectsAt(live, "metadata", "managedFields").length === 0
  );
}

function explained({ message }: Error, fieldManager: string): string {
  return (
    "server-side apply field conflict detected, see https://www.pulumi.com/registry/packages/" +
    "kubernetes/how-to-guides/managing-resources-with-server-side-apply/" +
    "#handle-field-conflicts-on-existing-resources for troubleshooting help\n" +
    `The resource managed by field manager "${fieldManager}" had an apply conflict: ${message}`
  );
}
