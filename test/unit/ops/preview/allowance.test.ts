import { afterEach, beforeEach, expect, test } from "vitest";
import { GitLab } from "../../../../ops/gitlab/client.ts";
import type { MergeRequest } from "../../../../ops/gitlab/shapes.ts";
import { allowanceOf } from "../../../../ops/preview/allowance.ts";
import { FakeGitLab } from "../../../gitlab/fake-gitlab.ts";

const LABEL = "slipway::allow-danger";
const [FIRST, SECOND] = ["a".repeat(40), "b".repeat(40)] as [string, string];
const at = (minute: number) => `2026-11-27T08:0${minute}:00.000Z`;

let fake: FakeGitLab;
beforeEach(async () => {
  fake = await FakeGitLab.start();
  fake.addMergeRequest(7);
  fake.versions.set(7, []);
  fake.push(7, FIRST, at(1));
});
afterEach(async () => {
  expect(fake.refused).toEqual([]);
  await fake.stop();
});

const asked = (env: Record<string, string> = {}, token: keyof FakeGitLab["tokens"] = "read_api") =>
  allowanceOf(
    LABEL,
    { CI_MERGE_REQUEST_IID: "7", CI_COMMIT_SHA: FIRST, ...env },
    GitLab.fromEnvironment(fake.environment(token)),
  );

test("nothing is allowed without the label, nor where there is no merge request", async () => {
  fake.addLabel(7, "bug", at(2));
  expect(await asked()).toEqual({ allowed: false });
  expect(await asked({ CI_MERGE_REQUEST_IID: "" })).toEqual({ allowed: false });
});

test("the label allows the push that it was put there after, and a retry of its job passes", async () => {
  fake.addLabel(7, LABEL, at(2));
  expect(await asked()).toEqual({ allowed: true });
});

test("a later push is asked about again, until the label is put there anew", async () => {
  fake.addLabel(7, LABEL, at(2));
  fake.push(7, SECOND, at(3));
  expect(await asked({ CI_COMMIT_SHA: SECOND })).toEqual({
    allowed: false,
    why:
      `The label ${LABEL} was set on ${at(2)}, before the push of ${at(3)}: ` +
      "remove it and set it again.",
  });
  expect(await asked()).toEqual({ allowed: true });
  fake.removeLabel(7, LABEL, at(4));
  expect(await asked({ CI_COMMIT_SHA: SECOND })).toEqual({ allowed: false });
  fake.addLabel(7, LABEL, at(5));
  expect(await asked({ CI_COMMIT_SHA: SECOND })).toEqual({ allowed: true });
});

test("a pipeline of merged results is of what was pushed, and an unknown commit of the last push", async () => {
  fake.addLabel(7, LABEL, at(2));
  fake.push(7, SECOND, at(3));
  const merged = { CI_COMMIT_SHA: "c".repeat(40) };
  expect((await asked(merged)).allowed).toBe(false);
  expect((await asked({ ...merged, CI_MERGE_REQUEST_SOURCE_BRANCH_SHA: FIRST })).allowed).toBe(
    true,
  );
  fake.removeLabel(7, LABEL, at(4));
  fake.addLabel(7, LABEL, at(5));
  expect(await asked(merged)).toEqual({ allowed: true });
});

test("a label that was taken away after the push, as it is asked about, allows nothing", async () => {
  fake.addLabel(7, LABEL, at(0));
  const seen = fake.mergeRequests.get(7) as MergeRequest;
  fake.removeLabel(7, LABEL, at(2));
  fake.mergeRequests.set(7, seen);
  expect((await asked()).allowed).toBe(false);
});

test("a label whose history GitLab does not have allows nothing", async () => {
  fake.addLabel(7, LABEL, at(2));
  fake.labelEvents.set(7, []);
  expect(await asked()).toEqual({
    allowed: false,
    why: `GitLab does not say when the label ${LABEL} was set.`,
  });
});

test("without a token, the labels count that the pipeline was made with", async () => {
  const env = { CI_MERGE_REQUEST_IID: "7", CI_MERGE_REQUEST_LABELS: `bug,${LABEL}` };
  expect(await allowanceOf(LABEL, env, undefined)).toEqual({ allowed: true });
  expect(await allowanceOf(LABEL, { CI_MERGE_REQUEST_IID: "7" }, undefined)).toEqual({
    allowed: false,
  });
});

test("an API that does not answer as it should is a no, with its reason", async () => {
  expect(await asked({}, "read_registry")).toMatchObject({
    allowed: false,
    why: expect.stringMatching(/^Whether the merge request has the label .* may not read merge/),
  });
});
