import { byNearness } from "../infra/near-names.ts";

/** How far what was typed may be from what was meant. */
const FARTHEST = 3;

/** The name that was probably meant; undefined where none is near. */
function closest(typed: string, names: readonly string[]): string | undefined {
  return byNearness(typed, names).find(
    ({ name, edits }) => edits <= FARTHEST && edits < name.length,
  )?.name;
}

/** ` Did you mean NAME?`, to add to a message; empty where no name is near. */
export function didYouMean(typed: string, names: readonly string[]): string {
  const name = closest(typed, names);
  return name === undefined ? "" : ` Did you mean ${name}?`;
}
