import type { PropertyMap } from "../property-value.ts";
import type { Thing } from "../simulated/kind.ts";
import type { Scalar } from "../simulated/schema.ts";

/** Where a thing is, project, region or zone: what it says itself, or else what the provider says. */
export const PLACE = { type: "string", computed: true, forceNew: true } as const satisfies Scalar;

export function projectOf({ inputs, settings }: Thing): string {
  return given(inputs["project"] ?? settings["project"], "project: required field is not set");
}

/** What a preview knows where a thing says no project. */
export function foretoldProject(thing: Thing): PropertyMap {
  return { project: projectOf(thing) };
}

export function zoneOf({ inputs, settings }: Thing): string {
  return given(
    inputs["zone"] ?? settings["zone"],
    "Cannot determine zone: set in this resource, or set provider-level zone.",
  );
}

export function regionOf({ inputs, settings }: Thing): string {
  return given(
    inputs["region"] ?? settings["region"] ?? settings["zone"]?.replace(/-[a-z]$/, ""),
    "Cannot determine region: set in this resource, or set provider-level 'region' or 'zone'.",
  );
}

/** A region or a zone, of what can be in either. */
export function locationOf({ inputs, settings }: Thing): string {
  return given(
    inputs["location"] ?? settings["zone"] ?? settings["region"],
    "Cannot determine location: set location in this resource, or set provider-level region/zone.",
  );
}

/** All of them may be given as a link too. */
function given(value: unknown, problem: string): string {
  if (typeof value !== "string") {
    throw new Error(problem);
  }
  return lastPart(value);
}

/** The name in a link, or a name as it is. */
export function lastPart(link: string): string {
  return link.split("/").at(-1) ?? link;
}
