import { randomDigits } from "../auto-name.ts";
import { isMap, type PropertyMap } from "../property-value.ts";
import { type Manifest, textAt, toManifest, toProperties } from "./manifest.ts";
import { sealed } from "./secrets.ts";

const INPUTS = "__inputs";
const INITIAL_API_VERSION = "__initialApiVersion";
const FIELD_MANAGER = "__fieldManager";

/** What the state of the stack has of an object: as it is, and as the program wanted it. */
export interface Checkpoint {
  readonly live: Manifest;
  readonly inputs: Manifest;
  readonly initialApiVersion: string;
  readonly fieldManager: string;
}

/** The state to keep; what is secret in the properties that the program gave is secret there. */
export function stateOf(checkpoint: Checkpoint, given: PropertyMap): PropertyMap {
  return {
    ...sealed(toProperties(checkpoint.live), given),
    [INPUTS]: sealed(toProperties(checkpoint.inputs), given),
    [INITIAL_API_VERSION]: checkpoint.initialApiVersion,
    [FIELD_MANAGER]: checkpoint.fieldManager,
  };
}

export function checkpointIn(state: PropertyMap): Checkpoint {
  const {
    [INPUTS]: inputs = {},
    [INITIAL_API_VERSION]: initialApiVersion,
    [FIELD_MANAGER]: fieldManager,
    ...live
  } = toManifest(state);
  const known = isMap(inputs) ? inputs : {};
  return {
    live,
    inputs: known,
    initialApiVersion:
      typeof initialApiVersion === "string" ? initialApiVersion : textAt(known, "apiVersion"),
    fieldManager: typeof fieldManager === "string" ? fieldManager : "",
  };
}

/** Each object has a manager of its own, so that two stacks cannot take fields from each other. */
export function newFieldManager(): string {
  return `pulumi-kubernetes-${randomDigits(8, undefined)}`;
}
