import { expect } from "vitest";
import { type Plugin, type Properties, UNKNOWN } from "./plugin.ts";

/** Makes a thing, looks at it and deletes it, and expects what must be so for each kind of thing. */
export async function expectWholeLife(
  plugin: Plugin,
  type: string,
  given: Properties,
): Promise<void> {
  const inputs = await plugin.checked(type, given);
  const preview = await plugin.create(type, inputs, { preview: true });
  const { id, state } = await plugin.create(type, inputs);

  expect(id).not.toBe("");
  expect(JSON.stringify(state)).not.toContain(UNKNOWN);
  // What a preview promises is there in the end, and nothing besides.
  expect(Object.keys(state).sort()).toEqual(Object.keys(preview.state).sort());
  expect(await plugin.create(type, inputs)).toEqual({ id, state });
  expect(await plugin.read(type, state, inputs)).toEqual({ state, inputs });
  expect((await plugin.diff(type, state, inputs, inputs)).changed).toBe(false);
  await plugin.delete(type, state);
}
