import { describe, expect, test } from "vitest";
import { readPipelineEvent } from "../../../../ops/hook/pipeline-event.ts";
import { wantedFor } from "../../../../ops/hook/wanted.ts";
import { type PipelineChange, pipelinePayload, SHA } from "../../../gitlab/pipeline-hook.ts";

const DEV = { kind: "branch", pattern: "main", stack: "dev", from: undefined } as const;
const TEAM = { kind: "branch", pattern: "team/*", stack: "team", from: undefined } as const;
const PROD = { kind: "tag", pattern: "v*.*.*", stack: "prod", from: "dev" } as const;
const settings = { project: "team/app", routes: [DEV, TEAM, PROD] };

function wanted(change: PipelineChange) {
  const event = readPipelineEvent(JSON.stringify(pipelinePayload(change)));
  if (typeof event === "string") throw new Error(event);
  return wantedFor(settings, event);
}

test("What GitLab documents of a pipeline event is read", () => {
  expect(readPipelineEvent(JSON.stringify(pipelinePayload({ id: 7 })))).toEqual({
    pipeline: 7,
    sequence: 7,
    project: "team/app",
    status: "success",
    source: "push",
    ref: "main",
    isTag: false,
    sha: SHA,
    isOfMergeRequest: false,
    jobs: { unit: 7, pack: 1007 },
  });
});

test("Of a job that was retried the last one counts, and one that failed built nothing", () => {
  const build = (id: number, name: string, status = "success") => ({ id, name, status });
  const builds = [build(9, "pack"), build(8, "pack"), build(10, "other", "failed"), 7, null];
  const event = readPipelineEvent(JSON.stringify(pipelinePayload({ builds: builds as object[] })));
  expect(event).toMatchObject({ jobs: { pack: 9 } });
  expect(Object.keys((event as { jobs: object }).jobs)).toEqual(["pack"]);
});

test.each([
  ["no JSON", "{", "The body is no JSON object."],
  ["another type", "[]", "The body is no JSON object."],
  ["another kind", '{"object_kind":"push"}', "object_kind is not pipeline."],
  [
    "nothing in it",
    '{"object_kind":"pipeline"}',
    "Missing or malformed: object_attributes.id, object_attributes.ref, object_attributes.tag, " +
      "object_attributes.sha, object_attributes.status, object_attributes.source, " +
      "project.path_with_namespace.",
  ],
])("A malformed body says what is wrong with it: %s", (_, body, message) => {
  expect(readPipelineEvent(body)).toBe(message);
});

test.each([
  { sha: "main" },
  { sha: `${SHA}; reboot` },
  { sha: SHA.toUpperCase() },
  { ref: "main\nevil" },
  { ref: "" },
  { id: -1 },
  { id: 1.5 },
])("A field that is no such thing is malformed: %j", (change) => {
  expect(readPipelineEvent(JSON.stringify(pipelinePayload(change)))).toMatch(
    /^Missing or malformed: object_attributes\.\w+\.$/,
  );
});

describe("what is deployed", () => {
  test("A tag that can't be the name of a version is not, and it is said why", () => {
    expect(wanted({ ref: 'v1.2.3"x', tag: true })).toEqual({
      ignored:
        "The tag v1.2.3\"x is no version's name: letters, digits, `.`, `+`, `_` and `-`, at most 128.",
    });
  });

  test.each([
    [{}, DEV],
    [{ project: "Team/App" }, DEV],
    [{ ref: "team/a" }, TEAM],
    [{ ref: "v1.2.3", tag: true }, PROD],
    [{ ref: "v1.2.3", tag: true, isProtected: true }, PROD],
    [{ ref: "team/a", isProtected: false }, TEAM],
    [{ source: "web" }, DEV],
  ])("%j", (change, route) => {
    expect(wanted(change)).toEqual(route);
  });

  test.each([
    [{ status: "failed" }, "The pipeline's status is failed."],
    [{ status: "running" }, "The pipeline's status is running."],
    [{ ref: "main2" }, "No stack takes the branch main2."],
    [{ ref: "main", tag: true }, "No stack takes the tag main."],
    [{ ref: "v1.2.3" }, "No stack takes the branch v1.2.3."],
    [{ ref: "v1x2y3", tag: true }, "No stack takes the tag v1x2y3."],
    [{ source: "merge_request_event" }, "A pipeline by merge_request_event is not deployed."],
    [{ mergeRequest: { id: 1, iid: 1 } }, "A pipeline by push is not deployed."],
    [
      { ref: "v1.2.3", tag: true, isProtected: false },
      "The tag v1.2.3 is not protected at GitLab.",
    ],
    [{ source: "parent_pipeline" }, "A pipeline by parent_pipeline is not deployed."],
  ])("not %j", (change, ignored) => {
    expect(wanted(change)).toEqual({ ignored });
  });

  test("another project is refused", () => {
    expect(wanted({ project: "evil/app" })).toEqual({
      refused: "This deploys team/app, not evil/app.",
    });
  });
});
