import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { GitLab } from "../../../../ops/gitlab/client.ts";
import { FakeGitLab } from "../../../gitlab/fake-gitlab.ts";

let fake: FakeGitLab;
let said: string;
beforeEach(async () => {
  fake = await FakeGitLab.start();
  said = "";
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    said += String(text);
    return true;
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  expect(fake.refused).toEqual([]);
  await fake.stop();
});

function client(token: keyof FakeGitLab["tokens"] = "api"): GitLab {
  return GitLab.fromEnvironment(fake.environment(token)) as GitLab;
}

const failure = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "no failure",
    (error: Error) => error.message,
  );

test("notes are read page by page, written and changed", async () => {
  fake.addMergeRequest(7);
  for (let count = 1; count <= 230; count += 1) fake.addNote(7, `note ${count}`);
  const gitlab = client();

  expect((await gitlab.notes(7)).map(({ body }) => body)).toEqual(
    Array.from({ length: 230 }, (_, index) => `note ${index + 1}`),
  );
  const { id } = await gitlab.createNote(7, "new");
  await gitlab.updateNote(7, id, "changed");
  expect(fake.notes.get(7)?.at(-1)).toEqual({ id, body: "changed", system: false });
});

test("a merge request has its labels", async () => {
  fake.addMergeRequest(7, { labels: ["slipway::allow-danger"] });
  expect((await client("read_api").mergeRequest(7)).labels).toEqual(["slipway::allow-danger"]);
});

test("a branch is there, whatever is in its name, or it is not", async () => {
  fake.addBranch("feature/a b#?ü");
  const gitlab = client();
  expect((await gitlab.branch("feature/a b#?ü"))?.name).toBe("feature/a b#?ü");
  expect(await gitlab.branch("gone")).toBeUndefined();
  expect((await gitlab.branches()).map(({ name }) => name)).toEqual(["main", "feature/a b#?ü"]);
});

test("a project that the token may not see is no branch that is gone", async () => {
  const elsewhere = new GitLab(fake.url, "team/other", fake.tokens.api);
  expect(await failure(elsewhere.branch("gone"))).toContain("in project team/other that the token");
});

test("deployments of an environment have their jobs, newest first", async () => {
  fake.addDeployment("dev", { id: 1, status: "canceled" });
  fake.addDeployment("prod", { id: 2 });
  fake.addDeployment("dev", { id: 3, status: "running" });
  const gitlab = client("read_api");
  const ids = async (...args: Parameters<GitLab["deployments"]>) =>
    (await gitlab.deployments(...args)).map(({ deployable }) => deployable?.id);
  expect(await ids("dev")).toEqual([3, 1]);
  expect(await ids("dev", "running")).toEqual([3]);
  expect((await gitlab.job(1)).status).toBe("canceled");
});

test.each([
  [429, "0.1"],
  [502, undefined],
])("%d is tried again after the time that GitLab names", async (status, seconds) => {
  fake.addMergeRequest(7);
  const headers = seconds === undefined ? {} : { "retry-after": seconds };
  fake.answerNext({ status, headers });
  expect((await client().mergeRequest(7)).iid).toBe(7);
  expect(fake.calls).toHaveLength(2);
  expect(said).toContain(`trying again in ${seconds ?? 1} s`);
});

test("a note that may have been written is not written twice", async () => {
  fake.addMergeRequest(7);
  fake.answerNext({ status: 502 });
  expect(await failure(client().createNote(7, "x"))).toBe(
    "GitLab could not write a note on merge request !7: answered 502 Bad Gateway.",
  );
  expect(fake.calls).toHaveLength(1);
});

test("what a token lacks is named", async () => {
  fake.addMergeRequest(7);
  expect(await failure(client("read_api").createNote(7, "x"))).toBe(
    "The token in GITLAB_TOKEN may not write a note on merge request !7. It has to be a project access " +
      "token with the scope `api` and the role Reporter (Settings > Access tokens).",
  );
  expect(await failure(client("read_registry").branches())).toContain(
    "may not list the branches. It has to be a project access token with the scope `read_api`",
  );
  expect(await failure(client().notes(8))).toContain("nothing at /merge_requests/8/notes");
  const stranger = new GitLab(fake.url, fake.project, "glpat-unknown");
  expect(await failure(stranger.branches())).toContain("mistyped, expired or revoked");
});

test("the token is in no message, no print and no call to another server", async () => {
  const gitlab = client();
  const token = fake.tokens.api;
  expect(inspect(gitlab, { depth: 9, showHidden: true }) + JSON.stringify(gitlab)).not.toContain(
    token,
  );
  fake.answerNext({ status: 400, body: { message: `no ${token}` } });
  expect(await failure(gitlab.branches())).toContain("no [hidden]");
  const other = await FakeGitLab.start();
  fake.answerNext({ status: 302, headers: { location: `${other.url}/projects/42/jobs/1` } });
  expect(await failure(gitlab.job(1))).toContain("is not where GitLab's API is");
  expect(other.calls).toEqual([]);
  await other.stop();
});

test("an answer that is no JSON is said so, without what it says", async () => {
  const proxy = createServer((_, response) => response.end("<html>Log in</html>"));
  await once(proxy.listen(0, "127.0.0.1"), "listening");
  const { port } = proxy.address() as AddressInfo;
  const gitlab = new GitLab(`http://127.0.0.1:${port}`, "42", fake.tokens.api);
  expect(await failure(gitlab.branches())).toBe(
    "GitLab could not list the branches: its answer is no JSON.",
  );
  expect(await failure(gitlab.branch("gone"))).toContain("its answer is no JSON");
  proxy.close();
  proxy.closeAllConnections();
});

test("a server that is not there is named", async () => {
  const gone = await FakeGitLab.start();
  await gone.stop();
  const gitlab = new GitLab("http://127.0.0.1:9/api/v4", "42", "glpat-x");
  expect(await failure(gitlab.createNote(1, "x"))).toMatch(
    /^GitLab at http:\/\/127\.0\.0\.1:9\/api\/v4 could not be reached: ./,
  );
});

test("the environment of a job decides: a token, or a file with one", () => {
  const folder = mkdtempSync(join(tmpdir(), "slipway-token-"));
  const file = join(folder, "token");
  writeFileSync(file, `${fake.tokens.api}\n`);
  const { GITLAB_TOKEN: token, ...around } = fake.environment();
  expect(GitLab.fromEnvironment(around)).toBeUndefined();
  expect(GitLab.fromEnvironment({ GITLAB_TOKEN: token })).toBeUndefined();
  expect(GitLab.fromEnvironment({ ...around, GITLAB_TOKEN_FILE: file })).toBeInstanceOf(GitLab);
  expect(() => GitLab.fromEnvironment({ ...around, GITLAB_TOKEN_FILE: `${file}-` })).toThrow(
    "GITLAB_TOKEN_FILE names a file that is not there",
  );
  rmSync(folder, { recursive: true });
});
