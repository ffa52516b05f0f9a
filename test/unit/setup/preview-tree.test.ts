import { expect, test } from "vitest";
import type { PreviewStep } from "../../../ops/preview/step.ts";
import { previewTree } from "../../../setup/preview-tree.ts";

const urn = (name: string, type: string) => `urn:pulumi:dev::slipway::${type}::${name}`;
const STACK = urn("slipway-dev", "pulumi:pulumi:Stack");

interface Details {
  readonly parent?: string;
  readonly protect?: boolean;
  readonly op?: string;
}

function step(
  name: string,
  type: string,
  { op = "create", ...details }: Details = {},
): PreviewStep {
  return { op, urn: urn(name, type), newState: { type, parent: STACK, ...details } };
}

const stack: PreviewStep = {
  op: "create",
  urn: STACK,
  newState: { type: "pulumi:pulumi:Stack" },
};
const web = step("web", "slipway:docker:WebApp");
const container = (name: string, details: Details = {}) =>
  step(name, "docker:index/container:Container", { parent: web.urn, ...details });

test("what is in a component is below it, however the engine comes to it", () => {
  const nested = step("web-keys", "slipway:machine:MachineKeys", { parent: web.urn });
  const key = step("web-key", "tls:index/privateKey:PrivateKey", { parent: nested.urn });
  const image = step("image", "slipway:docker:AppImage");
  expect(previewTree([stack, web, nested, image, key, container("web-1")])).toBe(`\
+ web          web app
  + web-keys   machine keys
    + web-key  TLS private key
  + web-1      Docker container
+ image        app image

2 to create in 3 components, 0 of them protected.
`);
});

test("replicas are in the order of their numbers", () => {
  const steps = ["web-10", "web-2", "web-1"].map((name) => container(name));
  const names = previewTree([stack, web, ...steps]).match(/web-\d+/g);
  expect(names).toEqual(["web-1", "web-2", "web-10"]);
});

test("what is protected says so, and is counted", () => {
  const tree = previewTree([stack, web, container("web-1", { protect: true }), container("web-2")]);
  expect(tree).toContain("+ web-1  Docker container, protected\n");
  expect(tree).toContain("+ web-2  Docker container\n");
  expect(tree).toContain("2 to create in 1 components, 1 of them protected.");
});

test("names are spelled as their owners spell them", () => {
  const names = ["CloudSqlPostgres", "DigitaloceanPostgres", "SshMachine"];
  const tree = previewTree([stack, ...names.map((name) => step(name, `slipway:docker:${name}`))]);
  expect(tree).toMatch(/ {2}Cloud SQL Postgres\n.* {2}DigitalOcean Postgres\n.* {2}SSH machine\n/);
});

test("stack, providers and references to stacks are left out", () => {
  const provider = step("machine-docker", "pulumi:providers:docker");
  const reference = step("last-run", "pulumi:pulumi:StackReference", { op: "read" });
  expect(previewTree([stack, provider, reference])).toBe(
    "\n0 to create in 0 components, 0 of them protected.\n",
  );
});

test("what is not created has its operation as a word, and is not counted", () => {
  const tree = previewTree([stack, web, container("web-1", { op: "replace" })]);
  expect(tree).toContain("  replace web-1");
  expect(tree).toContain("0 to create");
});

test.each([
  [
    "digitalocean:index/reservedIpAssignment:ReservedIpAssignment",
    "DigitalOcean reserved IP assignment",
  ],
  ["digitalocean:index/sshKey:SshKey", "DigitalOcean SSH key"],
  ["gcp:projects/iAMMember:IAMMember", "Google IAM member"],
  ["gcp:compute/instance:Instance", "Google instance"],
  ["command:local:Command", "step"],
  ["slipway:google:GceMachine", "GCE machine"],
  ["slipway:docker:Postgres", "Postgres"],
])("the type %s reads as %s", (type, words) => {
  expect(previewTree([stack, step("it", type)])).toContain(`+ it  ${words}\n`);
});
