import { distance } from "fastest-levenshtein";

/** How far what was typed may be from what was meant. */
const FARTHEST = 3;

/** The name that was probably meant; undefined where none is near. */
function closest(typed: string, names: readonly string[]): string | undefined {
  const [best] = names
    .map((name) => ({ name, far: distance(typed.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, far }) => far <= FARTHEST && far < name.length)
    .sort((a, b) => a.far - b.far);
  return best?.name;
}

/** ` Did you mean NAME?`, to add to a message; empty where no name is near. */
export function didYouMean(typed: string, names: readonly string[]): string {
  const name = closest(typed, names);
  return name === undefined ? "" : ` Did you mean ${name}?`;
}
