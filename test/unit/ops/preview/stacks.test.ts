import { isDeepStrictEqual } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import { expect, test, vi } from "vitest";
import { type PreviewReport, reportOf } from "../../../../ops/preview/report.ts";
import type { PreviewStep, ResourceState } from "../../../../ops/preview/step.ts";
import { deploy } from "../../../../stacks/index.ts";
import type {
  AppRelease,
  DropletHost,
  GkeCluster,
  Settings,
  SshHost,
} from "../../../../stacks/settings.ts";
import { type Recorded, record } from "../../recorder.ts";
import { clusterSettings, exampleSettings, PULLED, SECRETS } from "../../stacks/example.ts";

// Each runs the program several times.
vi.setConfig({ testTimeout: 60_000 });

const droplet: DropletHost = {
  kind: "droplet",
  size: "s-1vcpu-1gb",
  image: "debian",
  region: "fra1",
  token: undefined,
  sshSources: ["203.0.113.0/24"],
  dataGiB: 10,
  dns: undefined,
  protect: true,
};
const onDroplet = (changes: Partial<DropletHost> = {}): Settings => ({
  ...exampleSettings({ ingress: { bindAddress: "0.0.0.0", httpPort: 80, httpsPort: 443 } }),
  host: { ...droplet, ...changes },
});
const server: SshHost = {
  kind: "ssh",
  address: "",
  port: 22,
  user: "root",
  key: undefined,
  hostKey: undefined,
};
const gke: GkeCluster = {
  kind: "gke",
  project: "acme-prod",
  region: "europe-west3",
  zonal: { zone: "europe-west3-a", size: "e2-standard-2", count: 2 },
  login: "token",
  protect: true,
};
const NEXT: AppRelease = {
  ...PULLED,
  version: "1.2.4",
  from: { reference: "registry.example/app:1.2.4" },
};

type State = readonly [Settings, AppRelease];
const recordOf = async ([settings, release]: State) =>
  await record(() => deploy(settings, release));

/** What the program's own resources would be previewed as, from one state to another. */
async function previewed(before: State | undefined, after: State): Promise<PreviewReport> {
  const old = before === undefined ? [] : await recordOf(before);
  const now = await recordOf(after);
  return reportOf({ stack: "test", steps: stepsBetween(old, now), refreshed: false });
}

/** The steps that the engine takes from one set of resources to the other. */
function stepsBetween(old: readonly Recorded[], now: readonly Recorded[]): PreviewStep[] {
  const byId = (all: readonly Recorded[]) => new Map(all.map((one) => [one.id, one]));
  const [before, after] = [byId(old), byId(now)];
  const stateIn = (all: ReadonlyMap<string, Recorded>, id: string) => {
    const one = all.get(id);
    return one === undefined ? undefined : stateOf(one, all);
  };
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((id) => {
    const [oldState, newState] = [stateIn(before, id), stateIn(after, id)];
    const urn = urnOf(id);
    if (oldState === undefined)
      return newState === undefined ? [] : { op: "create", urn, newState };
    if (newState === undefined) return { op: "delete", urn, oldState };
    if (isDeepStrictEqual(oldState.inputs, newState.inputs))
      return { op: "same", urn, oldState, newState };
    const diffReasons = Object.keys({ ...oldState.inputs, ...newState.inputs }).filter(
      (key) => !isDeepStrictEqual(oldState.inputs?.[key], newState.inputs?.[key]),
    );
    // Of what is used here, Docker replaces all but volumes; it deletes first unless told otherwise.
    if (!newState.type.startsWith("docker:"))
      return { op: "update", urn, oldState, newState, diffReasons };
    const steps: PreviewStep[] = [
      { op: "create-replacement", urn, newState },
      { op: "replace", urn, oldState, newState, diffReasons },
      { op: "delete-replaced", urn, oldState },
    ];
    return after.get(id)?.deleteBeforeReplace === false ? steps : steps.toReversed();
  });
}

function stateOf(one: Recorded, all: ReadonlyMap<string, Recorded>): ResourceState {
  const parent = [...all.values()].find(
    ({ name, type }) => name === one.parent && type.startsWith("slipway:"),
  );
  const { type, protect, shown } = one;
  return { type, protect, inputs: shown, parent: parent === undefined ? "" : urnOf(parent.id) };
}

const urnOf = (id: string) => `urn:pulumi:test::slipway::${id}`;
const texts = ({ components }: PreviewReport) =>
  components.flatMap(({ name, findings }) => findings.map(({ text }) => `${name}: ${text}`));
const dangers = ({ components }: PreviewReport) =>
  components.flatMap(({ findings }) =>
    findings.filter((one) => one.dangerous).map(({ text }) => text),
  );

test.each<[string, Settings]>([
  ["on a droplet", onDroplet()],
  ["in a cluster", clusterSettings()],
])("a release %s is named, and has no gap", async (_, settings) => {
  const report = await previewed([settings, PULLED], [settings, NEXT]);
  expect(report).toMatchObject({ verdict: ["no downtime"], dangerous: false, sizes: [] });
  expect(texts(report)).toContain(
    "web: releases 1.2.4 (image registry.example/app:1.2.4) without a gap; it was 1.2.3",
  );
});

test("the same again is no change", async () => {
  const same: State = [onDroplet(), PULLED];
  expect((await previewed(same, same)).verdict).toEqual(["no change"]);
});

test("a new stack on this machine is not public; on a droplet its web ports are, and no danger", async () => {
  const local = await previewed(undefined, [exampleSettings(), PULLED]);
  expect(local).toMatchObject({ verdict: ["no downtime"], dangerous: false });
  const report = await previewed(undefined, [onDroplet(), PULLED]);
  expect(dangers(report)).toEqual([]);
  expect(report.verdict).toEqual(["becomes public"]);
  expect(texts(report)).toContain(
    "machine: the DigitalOcean firewall `machine-firewall`: port 443 becomes open to 0.0.0.0/0",
  );
});

test("SSH that everybody reaches is a danger, on a new droplet and on one that is there", async () => {
  const open = onDroplet({ sshSources: ["0.0.0.0/0"] });
  const text = "the DigitalOcean firewall `machine-firewall`: port 22 becomes open to 0.0.0.0/0";
  expect(dangers(await previewed(undefined, [open, PULLED]))).toEqual([text]);
  expect(dangers(await previewed([onDroplet(), PULLED], [open, PULLED]))).toEqual([text]);
});

test("a database that config no longer has is data at risk", async () => {
  const settings = onDroplet();
  const without: Settings = { ...settings, database: { kind: "none" } };
  const local = exampleSettings();
  const report = await previewed(
    [local, PULLED],
    [{ ...local, database: { kind: "none" } }, PULLED],
  );
  expect(report.verdict[0]).toBe("data at risk");
  expect(dangers(report)).toEqual([
    "the Docker volume `database-data` is DELETED, and its data with it",
  ]);
  // There the data is on the machine's own disk, which stays.
  expect(dangers(await previewed([settings, PULLED], [without, PULLED]))).toEqual([]);
});

test("a database that is there, and that the app has no more, is data at risk", async () => {
  for (const settings of [exampleSettings(), onDroplet(), clusterSettings()]) {
    const { database, images } = settings;
    const renamed = { ...settings, database: { ...database, name: "store" } } as Settings;
    expect(dangers(await previewed([settings, PULLED], [renamed, PULLED]))).toEqual([
      "the app gets another database (DB_NAME app → store): the data stays in the previous database",
    ]);
    const newer: Settings = { ...settings, images: { ...images, postgres: "postgres:19.0" } };
    expect(dangers(await previewed([settings, PULLED], [newer, PULLED]))).toEqual([
      "Postgres 19 cannot read the data of 18: it starts with an empty database",
    ]);
  }
});

test("a stack that moves to another server leaves its data behind", async () => {
  const on = (address: string): Settings => ({
    ...exampleSettings(),
    host: { ...server, address },
  });
  expect(
    dangers(await previewed([on("a.example.org"), PULLED], [on("b.example.org"), PULLED])),
  ).toContain(
    "the stack moves to another machine: its data stays on the one before, ssh://root@a.example.org:22",
  );
});

test("protection that is taken off is named for each thing that had it", async () => {
  const report = await previewed([onDroplet(), PULLED], [onDroplet({ protect: false }), PULLED]);
  expect(dangers(report)).toContain(
    "the protection of the DigitalOcean volume `machine-data` is removed",
  );
  const settings = clusterSettings({ cluster: gke });
  const letGo = clusterSettings({ cluster: { ...gke, protect: false } });
  const cluster = await previewed([settings, PULLED], [letGo, PULLED]);
  expect(dangers(cluster)).toContain("the protection of the Google cluster `cluster` is removed");
  expect(dangers(cluster)).toContain(
    "the cloud's own protection of the Google cluster `cluster` is removed",
  );
});

test("another Postgres or Nginx restarts", async () => {
  const settings = exampleSettings();
  const images = { ...settings.images, postgres: "postgres:18.7", nginx: "nginx:1.30.7" };
  const report = await previewed([settings, PULLED], [{ ...settings, images }, PULLED]);
  expect(report).toMatchObject({ verdict: ["restart"], dangerous: false });
  expect(texts(report)).toContain("ingress: Nginx is replaced: a gap of about a second");
  expect(texts(report)).toContain(
    "database: Postgres is replaced: no database for some seconds; its data stays on its volume",
  );
});

test("sizes of the machine, the containers and the pods are said", async () => {
  const settings = onDroplet();
  const larger = onDroplet({ size: "s-2vcpu-2gb" });
  const more: Settings = { ...larger, app: { ...larger.app, replicas: 3 } };
  expect((await previewed([settings, PULLED], [more, PULLED])).sizes).toEqual([
    { component: "web", name: "web", of: "containers", before: "1", after: "3" },
    {
      component: "machine",
      name: "machine",
      of: "size",
      before: "s-1vcpu-1gb",
      after: "s-2vcpu-2gb",
    },
  ]);
  const cluster = clusterSettings();
  const pods: Settings = { ...cluster, app: { ...cluster.app, replicas: 4 } };
  expect((await previewed([cluster, PULLED], [pods, PULLED])).sizes).toContainEqual({
    component: "web",
    name: "web",
    of: "pods",
    before: "2",
    after: "4",
  });
});

test("a secret of the app that becomes a plain variable is a secret in the clear", async () => {
  for (const settings of [exampleSettings(), clusterSettings()]) {
    for (const secretsAs of ["files", "env"] as const) {
      const app = { ...settings.app, secretsAs };
      const token = { API_TOKEN: pulumi.secret("t0ken") };
      const before = { ...settings, app: { ...app, secrets: token } } as Settings;
      const after = { ...settings, app: { ...app, env: { API_TOKEN: "t0ken" } } } as Settings;
      const report = await previewed([before, PULLED], [after, PULLED]);
      expect(report.verdict[0]).toBe("secret in the clear");
      expect(JSON.stringify(report)).not.toContain("t0ken");
    }
  }
});

test("rotations, and secrets in other places, are not secrets in the clear", async () => {
  const settings = exampleSettings();
  const { app, database } = settings;
  const rotated: Settings = {
    ...settings,
    app: { ...app, secret: pulumi.secret("another key of the app"), previousSecret: undefined },
    database: { ...database, password: pulumi.secret("another password") } as Settings["database"],
  };
  const elsewhere: Settings = { ...settings, app: { ...app, secretsAs: "env" } };
  for (const [before, after] of [
    [settings, rotated],
    [settings, elsewhere],
    [elsewhere, settings],
  ] as const) {
    const report = await previewed([before, PULLED], [after, PULLED]);
    expect(dangers(report)).toEqual([]);
    const shown = JSON.stringify(report);
    for (const secret of Object.values(SECRETS)) {
      expect(shown).not.toContain(JSON.stringify(secret).slice(1, -1));
    }
  }
});
