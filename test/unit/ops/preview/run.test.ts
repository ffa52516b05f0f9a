import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { expect, test } from "vitest";
import { previewOf } from "../../../../ops/preview/run.ts";

const NOW = { refresh: true, runProgram: true };

test.each([
  ["with a refresh asks with the logins that the program has by now", true, NOW],
  ["without one asks nobody", false, {}],
])("A preview %s", async (_, refresh, expected) => {
  let asked = {};
  const stack = {
    name: "dev",
    preview: async ({ refresh, runProgram }: Record<string, unknown>) => {
      asked = JSON.parse(JSON.stringify({ refresh, runProgram }));
    },
  };
  const { report } = await previewOf(stack as unknown as Stack, { refresh });
  expect(asked).toEqual(expected);
  expect(report.stack).toBe("dev");
});
