import { join } from "node:path";
import { ESLint } from "eslint";
import tseslint from "typescript-eslint";
import { describe, expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../..");

// The laws need no types, without which a snippet is checked in no time.
const eslint = new ESLint({
  cwd: ROOT,
  overrideConfig: [
    tseslint.configs.disableTypeChecked,
    {
      rules: {
        "@pulumi/no-output-in-template-literal": "off",
        "@pulumi/no-output-instance-in-template-literal": "off",
      },
    },
  ],
});

/** What ESLint says of a text, were it in this file. */
async function said(text: string, file: string): Promise<string[]> {
  const [result] = await eslint.lintText(text, { filePath: join(ROOT, file) });
  return result?.messages.map(({ message }) => message) ?? [];
}

const component = (line: string) => `
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
export class Thing extends pulumi.ComponentResource {
  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    ${line}
  }
}`;

describe("the laws of the program", () => {
  const laws: readonly (readonly [string, string, string, string])[] = [
    [
      "options in the place of inputs",
      component('super("slipway:docker:Thing", name, opts);'),
      component('super("slipway:docker:Thing", name, {}, opts);'),
      "Call super with type, name, {} and opts; opts in the place of {} are lost.",
    ],
    [
      "a child without options",
      component("new docker.Network(name, {});"),
      component("new docker.Network(name, {}, { parent: this });"),
      "Give a child its options: without a parent it has no provider and no protection.",
    ],
    [
      "a resource that is made in apply",
      component("output.apply((value) => { new docker.Network(value, {}, { parent: this }); });"),
      component("output.apply((value) => value.length);"),
      "Make nothing in apply: a preview does not show it while the value is unknown.",
    ],
    ...["new Date()", "Date()", "Date.now()", "performance.now()", "Math.random()"].map(
      (call) =>
        [
          call,
          `export const value = ${call};`,
          "export const value = Math.max(1, 2);",
          "No clock and no chance: the same settings must give the same preview.",
        ] as const,
    ),
    [
      "a default by ||",
      'export const port = config.getNumber("port") || 80;',
      'export const port = config.getNumber("port") ?? 80;',
      "Use ??: with ||, a 0, a false or an empty text of the config becomes the default.",
    ],
  ];

  test.each(laws)("refuse %s", async (_, wrong, right, message) => {
    for (const file of ["components/machine/machine.ts", "stacks/index.ts", "infra/index.ts"]) {
      expect(await said(wrong, file)).toEqual([message]);
      expect(await said(right, file)).toEqual([]);
    }
  });

  test("leave the clock to what is no program", async () => {
    expect(await said("export const now = Date.now();", "ops/up.ts")).toEqual([]);
  });
});

describe("the layers", () => {
  test.each([
    ["components/labels.ts", "../stacks/index.ts"],
    ["components/labels.ts", "../infra/settings/read.ts"],
    ["stacks/index.ts", "../infra/settings/read.ts"],
    ["infra/index.ts", "../ops/project.ts"],
    ["ops/up.ts", "../setup/run.ts"],
    ["ops/targets/index.ts", "../../stacks/index.ts"],
    ["setup/run.ts", "../app/src/app.ts"],
    ["setup/run.ts", "../test/unit/recorder.ts"],
    ["app/src/app.ts", "../../ops/project.ts"],
  ])("let %s not import %s", async (file, imported) => {
    const folder = file.split("/")[0];
    expect(await said(`import "${imported}";`, file)).toEqual([
      `'${imported}' import is restricted from being used by a pattern. ` +
        `Imports go one way: ${folder} knows nothing of that folder.`,
    ]);
  });

  test.each([
    ["infra/index.ts", "../stacks/index.ts"],
    ["stacks/index.ts", "../components/labels.ts"],
    ["setup/run.ts", "../ops/project.ts"],
    ["ops/targets/docker/index.ts", "../../../components/labels.ts"],
    ["offline/node-command.ts", "./engine/index.ts"],
  ])("let %s import %s", async (file, imported) => {
    expect(await said(`import "${imported}";`, file)).toEqual([]);
  });
});
