import { distance } from "fastest-levenshtein";

export interface NearName {
  readonly name: string;
  /** Edits between it and the text that was typed. */
  readonly edits: number;
}

/** Names by their nearness to a text, in any case of letters; the nearest first. */
export const byNearness = (typed: string, names: readonly string[]): readonly NearName[] =>
  names
    .map((name) => ({ name, edits: distance(typed.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.edits - b.edits);
