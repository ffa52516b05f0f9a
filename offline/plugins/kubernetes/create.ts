import { containsUnknown, type PropertyMap } from "../property-value.ts";
import { type CreateRequest, InitializationFailed } from "../provider.ts";
import { isForbidden, isMissingNamespace, NoSuchKind } from "./api-error.ts";
import { NotReady } from "./await/not-ready.ts";
import { untilReady } from "./await/until-ready.ts";
import { newFieldManager, stateOf } from "./checkpoint.ts";
import { AlreadyThere, createObject } from "./create-object.ts";
import {
  idOf,
  isCustomResourceDefinition,
  type Manifest,
  toManifest,
  withoutValue,
} from "./manifest.ts";
import { type Site, statusOf } from "./site.ts";

interface Created {
  readonly id: string;
  readonly properties: PropertyMap;
}

export async function create(site: Site, request: CreateRequest): Promise<Created> {
  return request.preview ? previewCreation(site, request) : createForReal(site, request);
}

/** The server says what it would make of the inputs, unless it cannot know yet. */
async function previewCreation(site: Site, request: CreateRequest): Promise<Created> {
  const inputs = toManifest(request.inputs);
  const asGiven = { id: "", properties: request.inputs };
  if (containsUnknown(inputs) || !(await site.cluster.knows(site.kind))) {
    return asGiven;
  }
  try {
    const made = await createObject(site.cluster, inputs, surroundings(site, request));
    // It says nothing of what the status is going to be.
    const live = withoutValue(made, ["status"]);
    return { id: "", properties: state(inputs, live, request) };
  } catch (error) {
    if (isForbidden(error) || isMissingNamespace(error) || error instanceof AlreadyThere) {
      return asGiven;
    }
    throw new Error(refusal(request, error));
  }
}

async function createForReal(site: Site, request: CreateRequest): Promise<Created> {
  const { cluster, kind, cancelled } = site;
  const inputs = toManifest(request.inputs);
  const made = await createObject(cluster, inputs, surroundings(site, request)).catch(
    (error: unknown) => {
      throw new Error(refusal(request, error));
    },
  );
  const id = idOf(made);
  try {
    const live = await untilReady({
      kind,
      inputs,
      object: made,
      objects: cluster.objects,
      deadline: request.deadline,
      cancelled,
      status: statusOf(request),
    });
    return { id, properties: state(inputs, live, request) };
  } catch (error) {
    const { message, live, problems } =
      error instanceof NotReady ? error : new NotReady(String(error), made, []);
    throw new InitializationFailed(
      `resource "${request.urn}" was successfully created, but the Kubernetes API server ` +
        `reported that it failed to fully initialize or become live: ${message}`,
      id,
      state(inputs, live, request),
      { reasons: problems },
    );
  } finally {
    if (isCustomResourceDefinition(inputs)) {
      cluster.forgetKinds();
    }
  }
}

function surroundings({ cancelled }: Site, request: CreateRequest) {
  return { preview: request.preview, cancelled, status: statusOf(request) };
}

function state(inputs: Manifest, live: Manifest, request: CreateRequest): PropertyMap {
  const initialApiVersion = String(inputs["apiVersion"]);
  const fieldManager = newFieldManager();
  return stateOf({ live, inputs, initialApiVersion, fieldManager }, request.inputs);
}

function refusal({ urn }: CreateRequest, error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return error instanceof NoSuchKind
    ? `creation of resource "${urn}" failed because the Kubernetes API server reported that the ` +
        "apiVersion for this resource does not exist. Verify that any required CRDs have been " +
        `created: ${message}`
    : `resource "${urn}" was not successfully created by the Kubernetes API server: ${message}`;
}
