import { Type } from "typebox";

/** A string with at least one character that is not white space. */
export function nonBlank(maxLength: number) {
  return Type.String({ pattern: "\\S", maxLength });
}
