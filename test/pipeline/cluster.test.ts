import { CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { offlineImages } from "../../offline/images/index.ts";
import { Cluster } from "../../offline/testing/cluster/index.ts";
import { reviewName } from "../../ops/review/review-name.ts";
import { chosenTools } from "../../ops/tools.ts";
import { docker } from "../e2e/clone.ts";
import { jsonAt } from "../e2e/host-name.ts";
import { FakeGitLab } from "../gitlab/fake-gitlab.ts";
import { LocalRegistry } from "./local-registry.ts";
import { TeamProject } from "./team-project.ts";

// The same pipeline for stacks in a cluster, which pulls what it has packed. What a test has left is what the
// next one begins with.

const MERGE_REQUEST = 9;
const DEV = "dev.example";
const PROD = "prod.example";
const MODEL = "model.example";
const BELOW = "review.example";

const cluster = new Cluster(inject("cluster"));
const config = new KubeConfig();
let registry: LocalRegistry;
let gitlab: FakeGitLab;
let project: TeamProject;

beforeAll(async () => {
  config.loadFromString(cluster.kubeconfig);
  registry = await LocalRegistry.start();
  await cluster.reachRegistry(registry.server, await registry.openTo(gateway()));
  gitlab = await FakeGitLab.start();
  project = await TeamProject.make(registry, gitlab);
  await makeStack(project.dev, { domain: DEV, ingressShared: "true" });
  // Only its file is there: its reviews are served by a controller that is.
  await makeStack(model(), {
    ...{ domain: MODEL, reviewDomain: BELOW, ingressClass: `slipway-${project.dev}` },
  });
  await makeStack(project.prod, { domain: PROD });
  project.writeApp("one");
  project.clone.write(".gitlab-ci.yml", pipelineFile(project));
});

afterAll(async () => {
  try {
    await project?.slipway("sweep", "-s", reviewStack());
    await project?.remove([model(), project.prod, project.dev]);
  } finally {
    await registry?.remove();
    await gitlab?.stop();
  }
});

test("what is pushed to the default branch is packed, pulled by the cluster and verified on dev", async () => {
  const commit = project.push("main", "the stacks");
  const { code, output } = await project.pipeline({ ref: "main" });
  expect(code, output).toBe(0);
  expect(output).toContain(`PASS  deploy-${project.dev}`);
  expect(await answer(project.dev, DEV)).toMatchObject({
    page: "one",
    commit,
    image: await packed(commit),
  });
  expect(output).not.toContain(registry.password);
  expect(output).not.toContain(APP_SECRET);
});

test("a merge request is previewed for both stacks, and its branch gets a stack of its own through dev's ingress controller", async () => {
  project.writeApp("wish");
  const commit = project.push(branch(), "a wish");
  gitlab.addMergeRequest(MERGE_REQUEST);
  const { code, output } = await project.pipeline({ ref: branch(), mergeRequest: MERGE_REQUEST });
  expect(code, output).toBe(0);
  expect(gitlab.notes.get(MERGE_REQUEST)).toHaveLength(2);
  expect(output).toContain(`http://${reviewHost()}`);
  expect(await answer(project.dev, reviewHost())).toMatchObject({
    page: "wish",
    commit,
    image: await packed(commit),
  });
  expect(await answer(project.dev, DEV)).toMatchObject({ page: "one" });
  expect(await namespaces()).toContain(`slipway-${reviewStack()}`);
});

test("a tag releases to prod, in the same cluster, the image that dev has verified", async () => {
  project.git("tag", "v1.0.0", "main");
  const { code, output } = await project.pipeline({ ref: "v1.0.0" });
  expect(code, output).toBe(0);
  expect(output).toContain(`PASS  promote-${project.prod}`);
  const [dev, prod] = await Promise.all([answer(project.dev, DEV), answer(project.prod, PROD)]);
  expect(prod["version"]).toBe("v1.0.0");
  expect(prod["image"]).toBe(dev["image"]);
});

test("when the branch is gone, the job that stops it takes its namespace away, and dev serves on", async () => {
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
  expect(await namespaces(), output).not.toContain(`slipway-${reviewStack()}`);
  const stacks = await project.slipway("pulumi", "stack", "ls", "--json");
  expect(stacks.output).not.toContain(reviewStack());
  await expect(answer(project.dev, reviewHost())).rejects.toThrow(/socket hang up|ECONNRESET/);
  expect(await answer(project.dev, DEV)).toMatchObject({ page: "one" });
});

const APP_SECRET = "a-secret-of-at-least-32-characters";

const branch = () => `${project.clone.stack}/wish`;
const slug = () => `${project.clone.stack}-wish`;
const model = () => `${project.clone.stack}-model`;
const review = () => reviewName(`review-${slug()}`, branch());
const reviewStack = () => review().stack;
const reviewHost = () => `${review().slug}.${BELOW}`;

/** This machine's address on the network of the nodes. */
const gateway = () =>
  docker("network", "inspect", "--format={{(index .IPAM.Config 0).Gateway}}", cluster.network);

async function makeStack(stack: string, settings: Readonly<Record<string, string>>): Promise<void> {
  const { postgres, nginx, ingressController } = offlineImages;
  const images =
    chosenTools().images === "offline"
      ? { images: JSON.stringify({ postgres, nginx, ingressController }) }
      : {};
  await project.makeStack(stack, {
    ...{ target: "kubernetes", database: "container", ...images },
    ...settings,
  });
  await project.setSecret(stack, "kubeconfig", cluster.kubeconfig);
  await project.setSecret(stack, "appSecret", APP_SECRET);
  await project.setSecret(stack, "databasePassword", `database-${APP_SECRET}`);
}

const packed = async (commit: string) =>
  `${registry.server}/team/app@${(await registry.content("team/app"))[commit]}`;

/** What a host name answers through a stack's load balancer. */
async function answer(stack: string, host: string): Promise<Record<string, string>> {
  const said = await project.slipway("pulumi", "stack", "output", "dns", "--json", "-s", stack);
  const [record] = JSON.parse(said.output.slice(said.output.indexOf("[")));
  return await jsonAt(80, host, record.value);
}

async function namespaces(): Promise<string[]> {
  const { items } = await config.makeApiClient(CoreV1Api).listNamespace();
  return items.flatMap(({ metadata }) => metadata?.name ?? []);
}

const pipelineFile = ({ dev, prod }: TeamProject, like = model()) => `
stages: [test, pack, preview, deploy, promote, review, sweep, drift]
include:
  - local: ci/pack.yml
    inputs: { sbom: none, pack: --app small }
  - local: ci/deploy.yml
    inputs: { dev: ${dev}, prod: ${prod}, promote: on_success, review: true, review_like: ${like} }
pack: { services: [] }
`;
