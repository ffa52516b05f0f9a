import { containsUnknown, type PropertyMap } from "../property-value.ts";
import { InitializationFailed, type UpdateRequest } from "../provider.ts";
import { isForbidden, NoSuchKind } from "./api-error.ts";
import { NotReady } from "./await/not-ready.ts";
import { untilReady } from "./await/until-ready.ts";
import { checkpointIn, stateOf } from "./checkpoint.ts";
import { isBuiltIn } from "./kinds.ts";
import { idOf, type Manifest, nameOf, toManifest, withValue } from "./manifest.ts";
import { normalized } from "./normalize.ts";
import { type Site, statusOf } from "./site.ts";
import { updateObject } from "./update-object.ts";

export async function update(site: Site, request: UpdateRequest): Promise<PropertyMap> {
  const inputs = normalized(toManifest(request.inputs), isBuiltIn(site.kind));
  const cannotBePreviewed =
    request.preview && (containsUnknown(inputs) || !(await site.cluster.knows(site.kind)));
  if (cannotBePreviewed) {
    return request.inputs;
  }
  const checkpoint = checkpointIn(request.state);
  const state = (live: Manifest) => stateOf({ ...checkpoint, inputs, live }, request.inputs);
  try {
    return state(await updated(site, request, inputs, checkpoint.fieldManager));
  } catch (error) {
    if (request.preview && isForbidden(error)) {
      return request.inputs;
    }
    if (error instanceof NoSuchKind) {
      throw new Error(
        `update of resource "${request.urn}" failed because the Kubernetes API server reported ` +
          "that the apiVersion for this resource does not exist. Verify that any required CRDs " +
          `have been created: ${error.message}`,
      );
    }
    const live = await stillThere(site, request, checkpoint.live, error as Error);
    throw new InitializationFailed(
      `the Kubernetes API server reported that "${idOf(live)}" failed to fully initialize or ` +
        `become live: ${(error as Error).message}`,
      idOf(live),
      state(live),
      { reasons: error instanceof NotReady ? error.problems : [] },
    );
  }
}

async function updated(
  { cluster, kind, cancelled }: Site,
  request: UpdateRequest,
  inputs: Manifest,
  fieldManager: string,
): Promise<Manifest> {
  const { live: before } = checkpointIn(request.state);
  const object = await updateObject(cluster, {
    live: await cluster.objects.get(withValue(inputs, ["metadata", "name"], nameOf(before))),
    inputs,
    fieldManager,
    ignoreChanges: request.ignoreChanges,
    preview: request.preview,
  });
  if (request.preview) {
    return object;
  }
  return untilReady({
    kind,
    inputs,
    object,
    objects: cluster.objects,
    deadline: request.deadline,
    cancelled,
    status: statusOf(request),
  });
}

/** What there is after a failure; if it cannot be seen either, the state stays as it was. */
async function stillThere(
  { cluster }: Site,
  { urn }: UpdateRequest,
  before: Manifest,
  failure: Error,
): Promise<Manifest> {
  try {
    return await cluster.objects.get(before);
  } catch (error) {
    throw new Error(
      `update of resource "${urn}" failed: ${failure.message}\n` +
        `unable to get cluster state: ${(error as Error).message}`,
    );
  }
}
