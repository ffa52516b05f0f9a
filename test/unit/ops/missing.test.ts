import { expect, test } from "vitest";
import type { Look } from "../../../ops/look.ts";
import { missingAmong, missingFrom } from "../../../ops/missing.ts";
import { metadataOf, type RecordedResource } from "../../../ops/state/stack-state.ts";
import type { LabelledThing } from "../../../ops/targets/target.ts";
import { UserError } from "../../../ops/user-error.ts";

const urn = (type: string, name: string) => `urn:pulumi:dev::slipway::${type}::${name}`;

function recorded(
  kind: "container" | "network" | "volume",
  name: string,
  role = "web",
): RecordedResource {
  const type = `docker:index/${kind}:${kind.replace(/^./, (letter) => letter.toUpperCase())}`;
  const labels = Object.entries({ "slipway.stack": "dev", "slipway.role": role });
  return {
    urn: urn(type, name),
    type,
    id: `id of ${name}`,
    inputs: { labels: labels.map(([label, value]) => ({ label, value })) },
  };
}

function inCluster(
  type: string,
  name: string,
  generation?: number,
  spec: object = {},
): RecordedResource {
  const labels = { "slipway.stack": "dev", "slipway.role": "web" };
  const count = generation === undefined ? {} : { generation };
  const outputs = { metadata: { uid: `uid of ${name}`, labels, ...count } };
  return { urn: urn(type, name), type, id: `slipway-dev/${name}`, inputs: { spec }, outputs };
}

const step = (name: string, dependencies: string[], inputs = {}): RecordedResource => ({
  urn: urn("command:local:Command", name),
  type: "command:local:Command",
  id: name,
  inputs,
  dependencies,
});

const thing = (id: string, more: Partial<LabelledThing> = {}): LabelledThing => ({
  ...{ id, name: id, kind: "thing", role: "resource", runs: true, remove: async () => {} },
  ...more,
});

const all = [recorded("container", "web-1"), recorded("container", "ingress", "ingress")];

test("Where all is there and runs, nothing is missing", () => {
  const there = all.map(({ id = "" }) => thing(id));
  expect(missingAmong("dev", all, there)).toEqual({ what: [], undone: [] });
});

test("What is gone and what was stopped is named", () => {
  const there = [thing("id of web-1", { runs: false })];
  expect(missingAmong("dev", all, there).what).toEqual([
    "container web-1 does not run",
    "container ingress is gone",
  ]);
});

test("A container that a hand took off its network is named and replaced; one on more networks is well", () => {
  const [web] = all as [RecordedResource, RecordedResource];
  const on = [{ name: "slipway-dev", aliases: ["database"] }];
  const state = [{ ...web, inputs: { ...web.inputs, networksAdvanced: on } }];
  const seen = (...networks: string[]) =>
    missingAmong("dev", state, [thing("id of web-1", { networks })]);
  expect(seen("slipway-other", "slipway-dev")).toEqual({ what: [], undone: [] });
  expect(seen("slipway-other")).toEqual({
    what: ["container web-1 is cut off its network"],
    undone: [web.urn],
  });
});

test("What a failed release has stopped is no drift, nor is what is on its way out", () => {
  const [web, ingress] = all.map((one) => one as RecordedResource);
  const before = { ...web, id: "id of before", delete: true } as RecordedResource;
  const there = [thing("id of web-1", { runs: false }), thing("id of ingress")];
  const state = [web, before, ingress] as RecordedResource[];
  expect(missingAmong("dev", state, there).what).toEqual([]);
});

const DEPLOYMENT = "kubernetes:apps/v1:Deployment";

test("In a cluster an object is found by its uid, and another wish for it by its generation", () => {
  const policy = inCluster("kubernetes:networking.k8s.io/v1:NetworkPolicy", "network-web", 1);
  const service = inCluster("kubernetes:core/v1:Service", "web");
  const web = inCluster(DEPLOYMENT, "web", 4, { replicas: 2 });
  const state = [policy, service, web];
  const there = [
    thing("uid of network-web", { generation: 1 }),
    thing("uid of web", { generation: 5 }),
  ];
  expect(missingAmong("dev", state, there.slice(0, 1)).what).toEqual([
    "service web is gone",
    "deployment web is gone",
  ]);
  expect(missingAmong("dev", [policy, web], there).what).toEqual([
    "deployment web is not as the state has it",
  ]);
  const changed = thing("uid of network-web", { generation: 2 });
  expect(missingAmong("dev", [policy], [changed]).what).toEqual([
    "networkpolicy network-web is not as the state has it",
  ]);
});

test("Another generation is no drift where a scaler or a roll-out of ours made it", () => {
  const scaled = inCluster(DEPLOYMENT, "web", 4, { selector: {} });
  const front = inCluster(DEPLOYMENT, "front", 4, { replicas: 2 });
  const create = "../node_modules/.bin/node ../components/kubernetes/steps/roll-out-part.ts";
  const rolls = step("front-rolled-out", [front.urn], { create });
  const there = ["web", "front"].map((name) => thing(`uid of ${name}`, { generation: 6 }));
  expect(missingAmong("dev", [scaled, front, rolls], there).what).toEqual([]);
  const [gone, stopped] = [[], there.map((one) => ({ ...one, runs: false }))];
  expect(missingAmong("dev", [scaled, front, rolls], gone).what).toHaveLength(2);
  expect(missingAmong("dev", [scaled, front, rolls], stopped).what).toHaveLength(2);
});

test("What the listing never has, of a stack, of a kind or of a step, is not missed", () => {
  const other = inCluster("kubernetes:cert-manager.io/v1:Issuer", "issuer");
  const job = inCluster("kubernetes:batch/v1:Job", "migrate");
  Object.assign(metadataOf(job.outputs).labels ?? {}, { "slipway.role": "step" });
  expect(missingAmong("dev", [other, job, step("release-switched", [])], []).what).toEqual([]);
});

test("What was written to a volume that is gone is written again; a step with a removal is let be", () => {
  const conf = recorded("volume", "ingress-conf", "ingress");
  const state = [
    conf,
    step("ingress-configured", [conf.urn]),
    step("marks", [conf.urn], { delete: "sh -s remove marks" }),
    step("release-switched", []),
  ];
  expect(missingAmong("dev", state, []).undone).toEqual([
    urn("command:local:Command", "ingress-configured"),
  ]);
});

const data = recorded("volume", "database-data", "database");
Object.assign(data.inputs ?? {}, { name: "slipway-dev-database" });

test("Data that is gone stops the run, with a line for its copy and one for an empty database", () => {
  expect(() => missingAmong("dev", [...all, data], [])).toThrow(
    new UserError(
      "volume database-data, which held the data of dev, is gone: it was removed by hand. Nothing was done. " +
        "To go on with a copy of it:\n" +
        "  docker volume create --label slipway.stack=dev --label slipway.role=database slipway-dev-database\n" +
        "and restore the copy into that volume. A volume without these labels does not count, and Docker gives " +
        "none to one that is there: copy its files over, or remove it first if it has that name.\n" +
        "To begin with an empty database instead:\n" +
        "  ./slipway up -s dev --accept-data-loss database-data",
    ),
  );
});

test("The line of the stack `local` is that of npm start", () => {
  const mine = structuredClone(data);
  Object.assign(mine.inputs ?? {}, { labels: [{ label: "slipway.stack", value: "local" }, ROLE] });
  expect(() => missingAmong("local", [mine], [])).toThrow(
    /\n {2}npm start -- --accept-data-loss database-data$/,
  );
});
const ROLE = { label: "slipway.role", value: "database" };

test("A claim that is gone is restored under its name", () => {
  const claim = inCluster("kubernetes:core/v1:PersistentVolumeClaim", "database");
  Object.assign(metadataOf(claim.outputs), { name: "database" });
  expect(() => missingAmong("dev", [claim], [])).toThrow(
    "To go on with a copy of it, restore it as database.\nTo begin",
  );
});

test("Data whose loss is accepted by name begins empty, and the run says so", () => {
  expect(missingAmong("dev", [data], [], ["database-data"])).toEqual({
    what: ["volume database-data is gone, with its data: an empty one takes its place"],
    undone: [],
  });
});

test("What is accepted as lost and is there, or never was, stops the run", () => {
  const there = [thing("id of database-data")];
  expect(() => missingAmong("dev", [data], there, ["database-data"])).toThrow(
    new UserError(
      "--accept-data-loss names database-data, which is not lost. Nothing was done. No data of dev is lost: " +
        "leave the option out.",
    ),
  );
  expect(() => missingAmong("dev", [data], [], ["database"])).toThrow(
    new UserError(
      "--accept-data-loss names database, which is not lost. Nothing was done. Lost is database-data.",
    ),
  );
});

test("Where nobody can be asked, no loss is accepted", () => {
  const seen = { state: { resources: [data] }, things: undefined, unreached: "No route to host" };
  const from = (accepted: string[]) => missingFrom("dev", seen as unknown as Look, accepted);
  expect(from([])).toEqual({ what: [], undone: [] });
  expect(() => from(["database-data"])).toThrow(
    new UserError(
      "Whether database-data is lost could not be asked: No route to host. Nothing was done.",
    ),
  );
});

test("A claim that was restored under its name is there, and is not as the state has it", () => {
  const type = "kubernetes:core/v1:PersistentVolumeClaim";
  const one = inCluster(type, "database-data");
  const claim = { ...one, inputs: { metadata: { name: "database-data" } } };
  const restored = thing("another uid", { name: "database-data", role: "data" });
  expect(missingAmong("dev", [claim], [restored]).what).toEqual([
    "persistentvolumeclaim database-data is not as the state has it",
  ]);
  const elsewhere = thing("another uid", { name: "other-data", role: "data" });
  expect(() => missingAmong("dev", [claim], [elsewhere])).toThrow("is gone");
});
