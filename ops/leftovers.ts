import type { RecordedResource } from "./state/stack-state.ts";
import type { LabelledThing } from "./targets/target.ts";

/**
 * Names of the stopped containers that failed releases have left beside the live one. The state has all of them
 * under one URN until a release succeeds, and the one at work is among those that are to go.
 */
export function leftoversAmong(
  resources: readonly RecordedResource[],
  things: readonly LabelledThing[],
): ReadonlySet<string> {
  const urns = new Set(resources.filter((one) => one.delete === true).map(({ urn }) => urn));
  const names = [...urns].flatMap((urn) => {
    const ids = new Set(resources.filter((one) => one.urn === urn).map(({ id }) => id));
    const all = things.filter(({ id }) => ids.has(id));
    // Where none runs, the live one has stopped, too.
    return all.some(({ runs }) => runs) ? all.filter(({ runs }) => !runs) : [];
  });
  return new Set(names.map(({ name }) => name));
}
