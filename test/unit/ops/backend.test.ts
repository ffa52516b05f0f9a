import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test, vi } from "vitest";
import { backendUrl, checkAccess, explained, inWholeFiles } from "../../../ops/backend.ts";

const own = vi.hoisted(() => ({ folder: "" }));
vi.mock("../../../ops/project.ts", () => ({
  stackFile: (stack: string) => `${own.folder}/Pulumi.${stack}.yaml`,
}));
own.folder = mkdtempSync(join(tmpdir(), "slipway-backend-"));
afterAll(() => rmSync(own.folder, { recursive: true }));
beforeEach(() => rmSync(join(own.folder, "credentials.json"), { force: true }));

const login = (current: string) =>
  writeFileSync(join(own.folder, "credentials.json"), JSON.stringify({ current }));

test("the environment says where the state is, else the login does, else nobody", () => {
  expect(backendUrl(own.folder, {})).toBeUndefined();
  expect(backendUrl(own.folder, { PULUMI_ACCESS_TOKEN: "pul-x" })).toMatch(/^https:/);
  login("gs://login");
  expect(backendUrl(own.folder, {})).toBe("gs://login");
  expect(backendUrl(own.folder, { PULUMI_BACKEND_URL: "s3://env" })).toBe("s3://env");
});

test("a state in files is written without the file beside each that a killed engine leaves empty", () => {
  expect(inWholeFiles("file:///srv/state")).toBe("file:///srv/state?metadata=skip");
  expect(inWholeFiles("file://~?no_tmp_dir=true")).toBe("file://~?no_tmp_dir=true&metadata=skip");
  expect(inWholeFiles("file:///srv?metadata=skip")).toBe("file:///srv?metadata=skip");
  expect(inWholeFiles("s3://state?region=fra1")).toBe("s3://state?region=fra1");
});

test("a missing login and a missing passphrase are one message with the lines to type", () => {
  writeFileSync(join(own.folder, "Pulumi.dev.yaml"), "encryptionsalt: v1:AAAA\nconfig: {}\n");
  expect(() => checkAccess("dev", own.folder, {})).toThrow(
    /`npm run pulumi -- login gs:\/\/BUCKET`.*\n.*`export PULUMI_CONFIG_PASSPHRASE_FILE=FILE`/,
  );
  login("gs://login");
  expect(() => checkAccess("dev", own.folder, {})).not.toThrow(/login/);
  // An empty passphrase is one too.
  expect(() => checkAccess("dev", own.folder, { PULUMI_CONFIG_PASSPHRASE: "" })).not.toThrow();
});

test("a stack whose secrets a key service opens needs no passphrase", () => {
  login("gs://login");
  writeFileSync(
    join(own.folder, "Pulumi.kms.yaml"),
    "secretsprovider: gcpkms://x\nencryptedkey: y\n",
  );
  expect(() => checkAccess("kms", own.folder, {})).not.toThrow();
});

test("pulumi's own error is shown without the command around it", () => {
  const message =
    "code: 255\n stdout: \n stderr: \nerror: it is\n  so and so\n\n err?: Error: Command failed";
  expect(explained(message)).toBe("pulumi: it is\n  so and so");
  expect(explained("code: 255\n stdout: \n stderr: error: it is so\n\n err?: Error")).toBe(
    "pulumi: it is so",
  );
  const failed = "Command failed with exit code 255: pulumi stack export\nerror: it is so";
  expect(explained(`code: -2\n stdout: \n stderr: ${failed}\n err?: Error: ${failed}\n`)).toBe(
    "pulumi: it is so",
  );
  expect(explained("error: get stack secrets manager: incorrect passphrase")).toContain(
    "not the one that this stack is encrypted with",
  );
  expect(explained("error: failed to load checkpoint: EOF")).toContain(
    "find FOLDER/.pulumi -name '*.attrs' -empty -delete",
  );
});
