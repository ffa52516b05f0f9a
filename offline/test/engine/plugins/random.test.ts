import randomPackage from "@pulumi/random/package.json" with { type: "json" };
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { failureOf, Plugin, type Properties, secret, UNKNOWN } from "./plugin.ts";

const RANDOM_PASSWORD = "random:index/randomPassword:RandomPassword";
let plugin: Plugin;

beforeAll(async () => {
  plugin = await Plugin.start("random");
  await plugin.configure();
});

afterAll(async () => {
  await plugin.stop();
});

describe("the plugin", () => {
  test("Its version is that of the SDK", async () => {
    expect(await plugin.version()).toBe(randomPackage.version);
  });

  test("A type that it does not have is an error, and configuration too", async () => {
    const { message } = await failureOf(plugin.check("random:index/randomId:RandomId", {}));
    expect(message).toContain(`the stand-in for the random plugin has ${RANDOM_PASSWORD} only`);
    const { failures } = await plugin.checkConfig({ seed: "1" });
    expect(failures).toEqual([expect.stringContaining("Examine values at 'mine.seed'.")]);
  });
});

describe("a password", () => {
  const made = async (inputs: Properties): Promise<string> =>
    (await plugin.create(RANDOM_PASSWORD, inputs)).state["result"]["value"];

  test("It is a secret, another one each time", async () => {
    const { id, state } = await plugin.create(RANDOM_PASSWORD, { length: 32 });
    const { value } = state["result"];
    expect(id).toBe("none");
    expect(state).toMatchObject({ length: 32, special: true, result: secret(value) });
    expect(value).toHaveLength(32);
    expect(await made({ length: 32 })).not.toBe(value);
  });

  test.each<[string, Properties, RegExp]>([
    ["letters and digits", { length: 200, special: false }, /^[A-Za-z0-9]{200}$/],
    ["digits", { length: 9, lower: false, upper: false, special: false }, /^[0-9]{9}$/],
    [
      "characters of one's own",
      { length: 9, lower: false, upper: false, numeric: false, overrideSpecial: "_-" },
      /^[_-]{9}$/,
    ],
    [
      "one of each",
      { length: 4, minLower: 1, minUpper: 1, minNumeric: 1, minSpecial: 1 },
      /^(?=.*[a-z])(?=.*[A-Z])(?=.*[0-9])(?=.*[^A-Za-z0-9]).{4}$/,
    ],
  ])("Of %s it has these and no others", async (_, inputs, pattern) => {
    expect(await made(inputs)).toMatch(pattern);
  });

  test("A preview does not know it", async () => {
    const { state } = await plugin.create(RANDOM_PASSWORD, { length: 32 }, { preview: true });
    expect(state).toMatchObject({ length: 32, result: UNKNOWN });
  });

  test("It stays a secret when it is looked at again", async () => {
    const { state } = await plugin.create(RANDOM_PASSWORD, { length: 32 });
    const { value } = state["result"];
    const found = await plugin.read(RANDOM_PASSWORD, { ...state, result: value }, { length: 32 });
    expect(found?.state["result"]).toEqual(secret(value));
  });

  test.each<[string, Properties, string]>([
    ["no length", {}, 'The argument "length" is required'],
    ["less than it has to have", { length: 3, minLower: 2, minUpper: 2 }, "must be at least 4"],
    [
      "no characters",
      { length: 9, lower: false, upper: false, numeric: false, special: false },
      "At least one of lower, upper, numeric and special must be true",
    ],
  ])("Of %s is said what is wrong", async (_, inputs, problem) => {
    const { failures } = await plugin.check(RANDOM_PASSWORD, inputs);
    expect(failures).toEqual([expect.stringContaining(problem)]);
  });

  test("An unknown property is kept and changes nothing, as the official plugin has it", async () => {
    const inputs = { length: 9, size: 1 };
    expect(await plugin.check(RANDOM_PASSWORD, inputs)).toEqual({ inputs, failures: [] });
    const { state } = await plugin.create(RANDOM_PASSWORD, inputs);
    expect(state).not.toHaveProperty("size");
    const diff = await plugin.diff(RANDOM_PASSWORD, state, inputs, { length: 9, size: 2 });
    expect(diff.changed).toBe(false);
  });

  test("Any change makes another one, but to write down a default is none", async () => {
    const inputs = { length: 32, keepers: { of: "a" } };
    const diff = (change: object) =>
      plugin.diff(RANDOM_PASSWORD, {}, inputs, { ...inputs, ...change });
    expect((await diff({ length: 33 })).changes).toEqual({ length: "update-replace" });
    expect((await diff({ keepers: { of: "b" } })).replaces).toEqual(["keepers"]);
    expect((await diff({ special: true, minLower: 0 })).changed).toBe(false);
  });
});
