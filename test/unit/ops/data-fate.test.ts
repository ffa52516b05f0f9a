import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { expect, test } from "vitest";
import { dataFate } from "../../../ops/data-fate.ts";

test.each([
  ["container", "; its data is kept", ", and so is its data"],
  ["managed", "; its data is kept", ", and so is its data"],
  ["none", "", ""],
  [
    "external",
    "; its database, which is external, is as it was",
    "; its database, which is external, is as it was",
  ],
])("of a stack whose database is %s no more is said than is so", async (database, kept, gone) => {
  const getAllConfig = async () => ({ "slipway:database": { value: database } });
  const stack = { name: "dev", getAllConfig } as unknown as Stack;
  expect([await dataFate(stack, false), await dataFate(stack, true)]).toEqual([kept, gone]);
});

test("data that was gone before is not said to be kept", async () => {
  const stack = { name: "dev", getAllConfig: async () => ({}) } as unknown as Stack;
  expect(await dataFate(stack, false, ["volume database-data"])).toBe(
    "; its data was lost before: volume database-data is gone",
  );
});
