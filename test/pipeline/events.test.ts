import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOT } from "../../ops/project.ts";

// GitLab's own schema, and its rules: which jobs an event makes.

const folder = mkdtempSync(join(tmpdir(), "slipway-events-"));

beforeAll(() => {
  for (const name of [".gitlab-ci.yml", "ci"]) {
    cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  }
  const git = (...args: string[]) =>
    execFileSync("git", ["-C", folder, ...args], { stdio: "pipe" });
  git("init", "--quiet", "--initial-branch=main");
  git("add", "--all");
  git("-c", "user.name=test", "-c", "user.email=test@example.org", "commit", "-qm", "first");
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Names of the jobs that a pipeline with these variables has. */
function jobsOf(variables: Record<string, string>): string[] {
  const all = {
    CI_DEFAULT_BRANCH: "main",
    CI_PROJECT_ID: "42",
    CI_COMMIT_BRANCH: "",
    ...variables,
  };
  const given = Object.entries(all).flatMap(([key, value]) => ["--variable", `${key}=${value}`]);
  const list = execFileSync(
    join(ROOT, "node_modules", ".bin", "gitlab-ci-local"),
    ["--list-csv", "--no-color", ...given],
    { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] },
  );
  const rows = list.split("\n").filter((line) => /^[\w-]+;/.test(line));
  return rows.map((line) => line.split(";")[0] ?? "").filter((name) => name !== "name");
}

const TESTS = ["typecheck", "lint", "unit", "app"];
const merging = { CI_PIPELINE_SOURCE: "merge_request_event", CI_MERGE_REQUEST_IID: "7" };

test("a merge request is tested, packed and previewed for both stacks", () => {
  const jobs = jobsOf({ ...merging, CI_MERGE_REQUEST_SOURCE_PROJECT_ID: "42" });
  expect(jobs).toEqual([...TESTS, "pack", "preview-dev", "preview-prod"]);
});

test("a fork's merge request is tested, and gets nothing that has credentials", () => {
  const jobs = jobsOf({ ...merging, CI_MERGE_REQUEST_SOURCE_PROJECT_ID: "1001" });
  expect(jobs).toEqual(TESTS);
});

test("the default branch is released to dev, another branch to nothing", () => {
  const push = { CI_PIPELINE_SOURCE: "push" };
  expect(jobsOf({ ...push, CI_COMMIT_BRANCH: "main" })).toEqual([
    ...TESTS,
    "pack",
    "sbom",
    "deploy-dev",
  ]);
  expect(jobsOf({ ...push, CI_COMMIT_BRANCH: "feature" })).toEqual([...TESTS, "pack"]);
});

test("a tag is promoted when it is a version, and protected", () => {
  const tag = { CI_PIPELINE_SOURCE: "push", CI_COMMIT_REF_PROTECTED: "true" };
  expect(jobsOf({ ...tag, CI_COMMIT_TAG: "v1.2.3" })).toEqual(["pack", "sbom", "promote-prod"]);
  expect(jobsOf({ ...tag, CI_COMMIT_TAG: "nightly" })).toEqual(["pack", "sbom"]);
  const open = { ...tag, CI_COMMIT_TAG: "v1.2.3", CI_COMMIT_REF_PROTECTED: "false" };
  expect(jobsOf(open)).toEqual(["pack", "sbom"]);
});

test("schedules sweep or look for drift, and do nothing else", () => {
  const schedule = { CI_PIPELINE_SOURCE: "schedule", CI_COMMIT_BRANCH: "main" };
  expect(jobsOf({ ...schedule, SLIPWAY_SCHEDULE: "sweep" })).toEqual(["sweep", "prune-images"]);
  const drift = jobsOf({ ...schedule, SLIPWAY_SCHEDULE: "drift" });
  expect(drift).toEqual(["drift-dev", "drift-prod"]);
});

test("another project brings an image: to dev, or with a version's tag to prod", () => {
  const image = { CI_PIPELINE_SOURCE: "pipeline", RELEASE_IMAGE: "host/app@sha256:1" };
  expect(jobsOf({ ...image, CI_COMMIT_BRANCH: "main" })).toEqual(["deploy-dev"]);
  const tagged = { ...image, RELEASE_TAG: "v1.2.3", RELEASE_COMMIT: "abc" };
  expect(jobsOf({ ...tagged, CI_COMMIT_BRANCH: "main" })).toEqual(["promote-prod"]);
  // Whoever may only push to a branch there starts nothing that deploys.
  for (const event of [image, tagged]) {
    expect(jobsOf({ ...event, CI_COMMIT_BRANCH: "feature" })).toEqual([]);
  }
});

test("with review apps, a merge request of this project gets a stack for its branch, and nothing else does", () => {
  writeFileSync(
    join(folder, ".gitlab-ci.yml"),
    [
      ...["stages: [test, pack, preview, deploy, promote, review, sweep, drift]", "include:"],
      ...[
        "  - local: ci/pack.yml",
        "  - local: ci/deploy.yml",
        "    inputs: { review: true, review_like: previews }",
        "",
      ],
    ].join("\n"),
  );
  const previews = ["preview-dev", "preview-prod"];
  const jobs = jobsOf({ ...merging, CI_MERGE_REQUEST_SOURCE_PROJECT_ID: "42" });
  expect(jobs).toEqual(["pack", ...previews, "review", "stop-review"]);
  expect(jobsOf({ ...merging, CI_MERGE_REQUEST_SOURCE_PROJECT_ID: "1001" })).toEqual([]);
  const push = { CI_PIPELINE_SOURCE: "push" };
  expect(jobsOf({ ...push, CI_COMMIT_BRANCH: "feature" })).toEqual(["pack"]);
  expect(jobsOf({ ...push, CI_COMMIT_BRANCH: "main" })).not.toContain("review");
});

test("an app in its own repository has a few lines, with any quotes in them, and hands its image over", () => {
  writeFileSync(
    join(folder, ".gitlab-ci.yml"),
    [
      ...["include:", "  - local: ci/test.yml", "    inputs:"],
      ...[`      unit: npm test -- --name "all of it's"`, "  - local: ci/release.yml"],
      ...["    inputs:", "      deployment: team/deployment", ""],
    ].join("\n"),
  );
  const push = { CI_PIPELINE_SOURCE: "push", CI_COMMIT_BRANCH: "main" };
  expect(jobsOf(push)).toEqual(["unit", "pack", "sbom", "deploy"]);
  const tag = { CI_PIPELINE_SOURCE: "push", CI_COMMIT_TAG: "v1.2.3" };
  expect(jobsOf({ ...tag, CI_COMMIT_REF_PROTECTED: "true" })).toEqual(["pack", "sbom", "deploy"]);
  expect(jobsOf({ ...tag, CI_COMMIT_REF_PROTECTED: "false" })).toEqual(["pack", "sbom"]);
});
