import { isMap } from "../property-value.ts";
import { type Found, InitializationFailed, type ReadRequest } from "../provider.ts";
import { isAsked } from "./annotations.ts";
import { isNotFound, NoSuchKind } from "./api-error.ts";
import { awaitedOf } from "./await/awaited.ts";
import { type Checkpoint, checkpointIn, newFieldManager, stateOf } from "./checkpoint.ts";
import { withEmpties } from "./kept.ts";
import { isBuiltIn, type Kind } from "./kinds.ts";
import { type Manifest, nameOf, toManifest, toProperties, withoutValue } from "./manifest.ts";
import { normalized } from "./normalize.ts";
import { pruned } from "./prune.ts";
import { sealed } from "./secrets.ts";
import type { Site } from "./site.ts";

/** The object as it is now; it fails if what the object is for does not work. */
export async function read(site: Site, request: ReadRequest): Promise<Found | null> {
  if (!site.cluster.isReachable) {
    return unreachable(site, request);
  }
  const isImported = request.inputs["apiVersion"] === undefined;
  const oldInputs = isImported
    ? placeOf(site.kind, request.id)
    : normalized(toManifest(request.inputs), isBuiltIn(site.kind));
  let live: Manifest;
  try {
    live = await site.cluster.objects.get(named(oldInputs, request));
  } catch (error) {
    if (isNotFound(error) || error instanceof NoSuchKind) {
      return null;
    }
    throw error;
  }
  const inputs = isImported
    ? importedInputs(site.kind, live, oldInputs)
    : withEmpties(pruned(live, oldInputs), oldInputs);
  const checkpoint = { ...recorded(request, oldInputs), live, inputs };
  const found = {
    id: request.id,
    properties: stateOf(checkpoint, request.inputs),
    inputs: sealed(toProperties(inputs), request.inputs),
  };
  if (!isImported) {
    await failUnlessReady(site, oldInputs, live, found);
  }
  return found;
}

/** An ID is `namespace/name`, or just the name. */
function placeOf({ apiVersion, kind }: Kind, id: string): Manifest {
  const [namespace, name] = id.includes("/") ? id.split("/", 2) : [undefined, id];
  return {
    apiVersion,
    kind,
    metadata: { name: name ?? "", ...(namespace === undefined ? {} : { namespace }) },
  };
}

function named(inputs: Manifest, { id }: ReadRequest): Manifest {
  const metadata = inputs["metadata"] ?? {};
  const name = id.split("/").at(-1) ?? "";
  return { ...inputs, metadata: { ...(isMap(metadata) ? metadata : {}), name } };
}

function recorded({ state }: ReadRequest, inputs: Manifest): Checkpoint {
  const checkpoint = checkpointIn(state);
  return {
    ...checkpoint,
    initialApiVersion: checkpoint.initialApiVersion || String(inputs["apiVersion"]),
    fieldManager: checkpoint.fieldManager || newFieldManager(),
  };
}

/** Metadata and annotations that are the cluster's, not the program's. */
const NOT_INPUTS: readonly (readonly string[])[] = [
  ["status"],
  ["metadata", "creationTimestamp"],
  ["metadata", "generation"],
  ["metadata", "managedFields"],
  ["metadata", "resourceVersion"],
  ["metadata", "uid"],
  ["metadata", "annotations", "deployment.kubernetes.io/revision"],
  ["metadata", "annotations", "kubectl.kubernetes.io/last-applied-configuration"],
];

/** What the program has to say so that an import changes nothing. */
function importedInputs(kind: Kind, live: Manifest, place: Manifest): Manifest {
  return isBuiltIn(kind)
    ? NOT_INPUTS.reduce((inputs, path) => withoutValue(inputs, path), live)
    : pruned(live, place);
}

async function failUnlessReady(
  { cluster, kind }: Site,
  inputs: Manifest,
  live: Manifest,
  { id, properties, inputs: liveInputs }: Found,
): Promise<void> {
  const awaited = awaitedOf(kind);
  if (awaited?.isRead !== true || isAsked(inputs, "skipAwait")) {
    return;
  }
  const { isReady, problems } = await awaited.look(live, cluster.objects, true);
  if (!isReady) {
    throw new InitializationFailed(
      `Resource '${nameOf(live)}' was created but failed to initialize`,
      id,
      properties,
      { reasons: problems, inputs: liveInputs },
    );
  }
}

function unreachable({ cluster, deleteUnreachable }: Site, { log }: ReadRequest): null {
  log("warning", `configured Kubernetes cluster is unreachable: ${cluster.whyUnreachable}`);
  if (deleteUnreachable) {
    log(
      "info",
      "configured Kubernetes cluster is unreachable and the `deleteUnreachable` option is " +
        "enabled. Deleting the unreachable resource from Pulumi state",
    );
    return null;
  }
  throw new Error(
    "failed to read resource state due to unreachable cluster. If the cluster was deleted, you " +
      "can remove this resource from Pulumi state by rerunning the operation with the " +
      'PULUMI_K8S_DELETE_UNREACHABLE environment variable set to "true"',
  );
}
