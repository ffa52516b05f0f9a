import { containsUnknown, equal, type PropertyMap, UNKNOWN } from "../property-value.ts";
import { INPUT_NAMES } from "./inputs.ts";

/**
 * What a preview can say of the outputs of a command: all of them may depend on all of its inputs,
 * so they are known only while no input of the last run changes. An input that the last run did not
 * have counts for nothing, as with the official plugin.
 */
export function previewedOutputs(
  inputs: PropertyMap,
  lastRun: PropertyMap | undefined,
): PropertyMap {
  const changes = INPUT_NAMES.some(
    (name) =>
      containsUnknown(inputs[name] ?? null) ||
      (lastRun?.[name] !== undefined && !equal(lastRun[name], inputs[name] ?? null)),
  );
  return lastRun === undefined || changes
    ? { stdout: UNKNOWN, stderr: UNKNOWN }
    : { stdout: lastRun["stdout"] ?? "", stderr: lastRun["stderr"] ?? "" };
}
