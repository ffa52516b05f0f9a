import { expect, test } from "vitest";
import { asTyped } from "../../../ops/typed.ts";

test.each([
  [
    "  pulumi config set --secret appSecret -s dev",
    "  ./slipway pulumi config set --secret appSecret -s dev",
  ],
  ["Type:\n  pulumi stack rename dev -s Dev", "Type:\n  ./slipway pulumi stack rename dev -s Dev"],
  ["Type: `pulumi config rm --path 'a.b'`.", "Type: `./slipway pulumi config rm --path 'a.b'`."],
])("a line that the program says is one for this clone: %s", (said, typed) => {
  expect(asTyped(said)).toBe(typed);
  expect(asTyped(typed)).toBe(typed);
});

test.each([
  "npm run pulumi -- config set key value",
  "take less: `pulumi config set` replicas",
  "pulumi: error",
  "bin/pulumi config set key value",
])("anything else stays: %s", (said) => {
  expect(asTyped(said)).toBe(said);
});
