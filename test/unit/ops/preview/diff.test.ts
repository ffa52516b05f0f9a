import { expect, test } from "vitest";
import { withoutReads } from "../../../../ops/preview/diff.ts";

const read = (indent: string) =>
  [
    "> pulumi:pulumi:StackReference: (read)",
    "    [id=organization/slipway/dev]",
    "    [urn=urn:pulumi:dev::slipway::pulumi:pulumi:StackReference::last-run]",
    '    name: "organization/slipway/dev"',
    "    outputs: {",
    '        url: "http://localhost"',
    "    }",
  ].map((line) => `${indent}${line}`);

test("The difference has what changes, and not what the engine reads for it", () => {
  const stack = [
    "  pulumi:pulumi:Stack: (same)",
    "    [urn=urn:pulumi:dev::slipway::pulumi:pulumi:Stack::slipway-dev]",
  ];
  const change = [
    "    ~ command:local:Command: (update)",
    "        [id=release-switched]",
    "      ~ stdin: ",
    "          - WEB='web-1'",
    "          + WEB='web-2'",
    "Resources:",
    "    ~ 1 to update",
  ];
  const all = [...stack, ...read("    "), ...change, ...read(""), "Resources:"];
  expect(withoutReads(all.join("\n"))).toBe([...stack, ...change, "Resources:"].join("\n").trim());
});

test("A line of a value that looks like a read is none", () => {
  const value = [
    "    ~ a:b:C: (update)",
    "      ~ text: '> see a:b: (read) below'",
    "        more",
  ];
  expect(withoutReads(value.join("\n"))).toBe(value.join("\n").trim());
});
