import { expect, test } from "vitest";
import { pinPlacement, placementOf } from "../../../infra/placement.ts";
import { clusterSettings, exampleSettings } from "../stacks/example.ts";

const LOCAL = exampleSettings();
const DROPLET = { ...LOCAL, host: { kind: "droplet" } as never };
const CLUSTER = clusterSettings();
const GKE = clusterSettings({ cluster: { kind: "gke" } as never });
const OTHER_NAMESPACE = clusterSettings({ namespace: "shop" });

test.each([
  ["target", CLUSTER, LOCAL, 'target is "docker"', '"kubernetes"', "set target kubernetes"],
  ["target", LOCAL, CLUSTER, 'target is "kubernetes"', '"docker"', "set target docker"],
  ["host", LOCAL, DROPLET, 'host is "droplet"', '"local"', "set host local"],
  ["host", DROPLET, LOCAL, 'host is "local"', '"droplet"', "set host droplet"],
  ["cluster", GKE, CLUSTER, 'cluster is "existing"', '"gke"', "set cluster gke"],
  [
    "namespace",
    CLUSTER,
    OTHER_NAMESPACE,
    'namespace is "shop"',
    '"slipway-test"',
    "set namespace slipway-test",
  ],
] as const)(
  "A stack does not change its %s in place, and is told what to type",
  (_, was, wanted, now, before, type) => {
    const last = { target: was.target, place: placementOf(was) };
    const refused = () => pinPlacement(wanted, last);
    expect(refused).toThrow(`slipway:${now}, and stack "test" is on ${before}: its data would not`);
    expect(refused).toThrow(`\`pulumi config ${type} -s test\``);
    expect(refused).toThrow('"Move a stack" in docs/runbook.md');
    expect(refused).toThrow("`./slipway destroy -s test --data` first");
  },
);

test("The target is told of an older version's run, which said no more", () => {
  const last = { target: "kubernetes", place: undefined };
  expect(() => pinPlacement(LOCAL, last)).toThrow('slipway:target is "docker"');
});

test.each([
  ["where nothing is up", LOCAL, { target: undefined, place: undefined }],
  ["where it is", DROPLET, { target: "docker", place: placementOf(DROPLET) }],
  ["of which its last run said nothing", DROPLET, { target: "docker", place: undefined }],
  ["where it is in a cluster", CLUSTER, { target: "kubernetes", place: placementOf(CLUSTER) }],
])("A stack may go %s", (_, wanted, last) => {
  expect(() => pinPlacement(wanted, last)).not.toThrow();
});

test("A cluster that is there is known by the address that the stack's first run found it at, wherever it is now", () => {
  const first = placementOf(CLUSTER);
  const moved = clusterSettings({
    cluster: { ...CLUSTER.cluster, server: "https://other.example" } as never,
  });
  const settings = pinPlacement(moved, { target: "kubernetes", place: first });
  expect(settings).toMatchObject({
    cluster: { server: "https://other.example", firstServer: "https://cluster.example" },
  });
  expect(placementOf(settings)).toEqual(first);
});
