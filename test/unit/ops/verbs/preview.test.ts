import { readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { preview, terraformReport } from "../../../../ops/verbs/preview.ts";
import { FakeGitLab } from "../../../gitlab/fake-gitlab.ts";

const report = {
  ...{ stack: "dev", verdict: ["data at risk"], dangerous: true, components: [], sizes: [] },
  ...{ unseen: [], summary: { create: 0, update: 1, replace: 0, delete: 0, same: 3 } },
};
vi.mock("../../../../ops/workspace.ts", () => ({ openStack: async () => ({}) }));
vi.mock("../../../../ops/preview/run.ts", () => ({
  previewOf: async () => ({ report, diff: "" }),
}));

let fake: FakeGitLab;
let printed: string;
let said: string;
beforeEach(async () => {
  fake = await FakeGitLab.start();
  fake.addMergeRequest(7);
  [printed, said] = ["", ""];
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    said += String(text);
    return true;
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await fake.stop();
});

function inPipeline(token: keyof FakeGitLab["tokens"]): void {
  const env = { ...fake.environment(token), CI_MERGE_REQUEST_IID: "7", CI_COMMIT_SHA: "" };
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
}

test("GitLab's widget counts a replacement as one that comes and one that goes", () => {
  expect(terraformReport({ create: 1, update: 2, replace: 3, delete: 4 })).toEqual({
    create: 4,
    update: 2,
    delete: 7,
  });
});

test("a GitLab that can't be asked for the label hides nothing: report and files are there, and it fails", async () => {
  inPipeline("read_registry");
  const files = ["markdown", "terraform"].map((kind) => ({
    option: `--${kind}`,
    file: join(tmpdir(), `slipway-preview-${process.pid}.${kind}`),
  }));
  try {
    const code = await preview.run([
      "-s",
      "dev",
      ...files.flatMap(({ option, file }) => [option, file]),
    ]);
    expect(code).toBe(1);
    expect(printed).toMatch(/^dev: DATA AT RISK\n/);
    expect(said).toContain("could not be asked: The token in GITLAB_TOKEN may not read merge");
    const [markdown, terraform] = files.map(({ file }) => readFileSync(file, "utf8"));
    expect(markdown).toContain("could not be asked");
    expect(JSON.parse(terraform ?? "")).toEqual({ create: 0, update: 1, delete: 0 });
  } finally {
    for (const { file } of files) rmSync(file, { force: true });
  }
});

test("as JSON, the report says whether it was allowed", async () => {
  inPipeline("read_api");
  expect(await preview.run(["-s", "dev", "--json"])).toBe(1);
  expect(JSON.parse(printed)).toMatchObject({ dangerous: true, allowed: false });
  fake.addLabel(7, "slipway::allow-danger");
  printed = "";
  expect(await preview.run(["-s", "dev", "--json"])).toBe(0);
  expect(JSON.parse(printed)).toMatchObject({ allowed: true });
});
