import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import { readValues } from "../../../../ops/init/make-stack.ts";

const folder = mkdtempSync(join(tmpdir(), "slipway-stack-file-"));
vi.mock("../../../../ops/project.ts", async (original) => ({
  ...(await original<object>()),
  stackFile: () => join(folder, "Pulumi.dev.yaml"),
}));
afterAll(() => rmSync(folder, { recursive: true }));

test("A YAML map is a value, and what is encrypted, as a whole or an entry of it, is a secret", () => {
  writeFileSync(
    join(folder, "Pulumi.dev.yaml"),
    `config:
  slipway:host: ssh
  slipway:appEnv:
    LOG_LEVEL: info
  slipway:appSecret:
    secure: v1:AAAA
  slipway:appSecrets:
    TOKEN:
      secure: v1:BBBB
`,
  );
  expect(readValues("dev")).toEqual({
    values: { host: "ssh", appEnv: '{"LOG_LEVEL":"info"}' },
    secrets: ["appSecret", "appSecrets"],
  });
});
