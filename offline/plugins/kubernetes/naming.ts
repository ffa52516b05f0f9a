import { randomDigits } from "../auto-name.ts";
import { UNKNOWN } from "../property-value.ts";
import type { CheckRequest } from "../provider.ts";
import { AUTONAMED, areKnown, isAutonamed } from "./annotations.ts";
import { type Manifest, nameOf, valueAt, withValue } from "./manifest.ts";

const RANDOM_LENGTH = 8;

/** A name may be given and yet unknown. */
export function isNamed(inputs: Manifest): boolean {
  return nameOf(inputs) !== "" || valueAt(inputs, "metadata", "name") === UNKNOWN;
}

/** Inputs with the name that was made up before, or with one that is made up now. */
export function named(inputs: Manifest, oldInputs: Manifest, request: CheckRequest): Manifest {
  if (isNamed(inputs)) {
    return inputs;
  }
  if (Object.keys(oldInputs).length > 0) {
    return isAutonamed(oldInputs) ? withMadeUpName(inputs, nameOf(oldInputs)) : inputs;
  }
  return withMadeUpName(inputs, madeUpName(request));
}

function madeUpName({ name, autonaming, randomSeed }: CheckRequest): string {
  if (autonaming?.mode === "disable") {
    throw new Error("autonaming is disabled, resource requires the .metadata.name field to be set");
  }
  return autonaming?.proposedName ?? `${name}-${randomDigits(RANDOM_LENGTH, randomSeed)}`;
}

/** An annotation says that the name may be made up anew when the object is replaced. */
function withMadeUpName(inputs: Manifest, name: string): Manifest {
  const withName = withValue(inputs, ["metadata", "name"], name);
  return areKnown(withName)
    ? withValue(withName, ["metadata", "annotations", AUTONAMED], "true")
    : withName;
}
