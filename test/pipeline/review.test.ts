import { afterAll, beforeAll, expect, test } from "vitest";
import { reviewName } from "../../ops/review/review-name.ts";
import { freePort, thingsOf } from "../e2e/clone.ts";
import { jsonAt } from "../e2e/host-name.ts";
import { FakeGitLab } from "../gitlab/fake-gitlab.ts";
import { LocalRegistry } from "./local-registry.ts";
import { TeamProject } from "./team-project.ts";

// A branch with a review app, from its merge request until it is gone. What a test has left is what the next
// one begins with.

const HOUR_MS = 3_600_000;
const MERGE_REQUEST = 8;
const MODEL = "model.example";
const BELOW = "review.example";

let registry: LocalRegistry;
let gitlab: FakeGitLab;
let project: TeamProject;
let port: number;

beforeAll(async () => {
  registry = await LocalRegistry.start();
  gitlab = await FakeGitLab.start();
  project = await TeamProject.make(registry, gitlab);
  port = await freePort();
  await project.makeStack(model(), {
    ...{ httpPort: String(port), domain: MODEL, reviewDomain: BELOW },
  });
  for (const stack of [project.dev, project.prod]) {
    await project.makeStack(stack, { httpPort: String(await freePort()) });
  }
  for (const stack of [project.dev, project.prod, model()]) {
    await project.setSecret(stack, "appSecret", "a-secret-of-at-least-32-characters");
  }
  project.writeApp("model");
  project.clone.write(".gitlab-ci.yml", pipelineFile(project));
  const commit = project.push("main", "the stacks");
  // No pipeline deploys it: a person has, once.
  const built = await project.pipeline({ ref: "main", jobs: ["pack"] });
  if (built.code !== 0) throw new Error(built.output);
  const image = `${registry.server}/team/app@${(await registry.content("team/app"))[commit]}`;
  const { code, output } = await project.slipway("up", "-s", model(), "--image", image);
  if (code !== 0) throw new Error(output);
});

afterAll(async () => {
  try {
    await project?.slipway("sweep", "-s", reviewStack());
    await project?.remove([project.prod, project.dev, model()]);
  } finally {
    await registry?.remove();
    await gitlab?.stop();
  }
});

test("a merge request's branch gets a stack of its own beside the model, at its own host name, with the image that was packed for it", async () => {
  project.writeApp("wish");
  const commit = project.push(branch(), "a wish");
  gitlab.addMergeRequest(MERGE_REQUEST);
  const { code, output } = await project.pipeline({ ref: branch(), mergeRequest: MERGE_REQUEST });
  expect(code, output).toBe(0);
  expect(output).toContain("PASS  review");
  // Where it is, a job's log says last, and its environment at GitLab by the dotenv report.
  expect(output).toContain(`http://${host()}:${port}`);
  const built = (await registry.content("team/app"))[commit];
  expect(await jsonAt(port, host())).toMatchObject({
    page: "wish",
    commit,
    image: `${registry.server}/team/app@${built}`,
  });
  expect(await jsonAt(port, MODEL)).toMatchObject({ page: "model" });
  const said = await project.slipway(
    ...["pulumi", "stack", "output", "review", "--json", "-s", reviewStack()],
  );
  const { branch: of, until } = JSON.parse(said.output.slice(said.output.indexOf("{")));
  expect(of).toBe(branch());
  expect((Date.parse(until) - Date.now()) / HOUR_MS).toBeCloseTo(3 * 24, 0);
});

test("when the branch is gone, the job that stops it takes all of the stack away, and the model serves on", async () => {
  project.git("checkout", "--quiet", "--force", "main");
  project.git("push", "--quiet", "origin", "--delete", branch());
  project.git("branch", "--quiet", "-D", branch());
  const { code, output } = await project.pipeline({
    ref: "main",
    mergeRequest: MERGE_REQUEST,
    jobs: ["stop-review"],
    variables: { CI_COMMIT_REF_NAME: branch(), CI_COMMIT_REF_SLUG: slug() },
  });
  expect(code, output).toBe(0);
  expect(output).toContain("PASS  stop-review");
  expect(thingsOf(reviewStack())).toEqual([]);
  const stacks = await project.slipway("pulumi", "stack", "ls", "--json");
  expect(stacks.output).not.toContain(reviewStack());
  await expect(jsonAt(port, host())).rejects.toThrow();
  expect(await jsonAt(port, MODEL)).toMatchObject({ page: "model" });
});

/** Another one in each run: stacks on one machine have names of their own. */
const branch = () => `${project.clone.stack}/wish`;
const slug = () => `${project.clone.stack}-wish`;
const model = () => `${project.clone.stack}-model`;
const review = () => reviewName(`review-${slug()}`, branch());
const reviewStack = () => review().stack;
const host = () => `${review().slug}.${BELOW}`;

const pipelineFile = ({ dev, prod }: TeamProject, like = model()) => `
stages: [test, pack, preview, deploy, promote, review, sweep, drift]
include:
  - local: ci/pack.yml
    inputs: { sbom: none, pack: --app small }
  - local: ci/deploy.yml
    inputs: { dev: ${dev}, prod: ${prod}, review: true, review_like: ${like}, review_ttl: 3 days }
pack: { services: [] }
`;
