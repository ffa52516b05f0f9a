import type { Facts } from "../condition.ts";
import type { Problem } from "../problem.ts";
import type { Values } from "../table.ts";

/** The values of the table, of which the typed settings are made, and a place for what is wrong between them. */
export interface Context {
  readonly values: Values;
  readonly facts: Facts;
  problem(problem: Problem): void;
}
