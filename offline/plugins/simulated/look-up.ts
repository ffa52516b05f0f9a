import type { PropertyMap } from "../property-value.ts";
import type { Settings } from "./kind.ts";
import { simulate } from "./simulator.ts";

/** A question about what there is in a cloud. */
export interface LookUp {
  /** What has to be said; each is a text. */
  readonly arguments: readonly string[];
  answer(given: PropertyMap, settings: Settings): PropertyMap;
  /** What a simulator, where there is one, is asked with `read`. */
  readonly outside: string;
}

/** Answers as the official provider does, and a simulator may know better. */
export async function lookUp(
  token: string,
  { arguments: names, answer, outside }: LookUp,
  given: PropertyMap,
  settings: Settings,
): Promise<PropertyMap> {
  const wrong = [
    ...Object.keys(given).filter((name) => !names.includes(name)),
    ...names.filter((name) => typeof given[name] !== "string"),
  ];
  if (wrong.length > 0) throw new Error(`${token}: unknown or missing: ${wrong.join(", ")}`);
  const known = answer(given, settings);
  const better = await simulate("read", outside, given, undefined);
  const unknown = Object.keys(better).filter((name) => !(name in known));
  if (unknown.length > 0) {
    throw new Error(`the simulator's answer has what ${token} has not: ${unknown.join(", ")}`);
  }
  return { ...known, ...better };
}
