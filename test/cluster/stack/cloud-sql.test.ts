import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CoreV1Api, KubernetesObjectApi } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { execPrinted } from "../../../components/kubernetes/steps/exec.ts";
import { Cluster } from "../../../offline/testing/cluster/index.ts";
import { chosenTools } from "../../../ops/tools.ts";
import { docker } from "../../e2e/clone.ts";
import { ask, JANE, register } from "../../e2e/conduit-client.ts";
import { setConfig } from "../../e2e/config.ts";
import { CloudPostgres } from "../../e2e/hosts/cloud-postgres.ts";
import { CloudSqlFront } from "../../e2e/hosts/cloud-sql/front.ts";
import { buildProxyImage } from "../../e2e/hosts/cloud-sql/proxy-image.ts";
import { expectNoSecret, textBelow } from "../../e2e/secret-search.ts";
import { until } from "../../e2e/until.ts";
import { TestNetwork } from "../../hosts/test-network.ts";
import { Forwarder } from "./forwarder.ts";
import { GkeStack } from "./gke-stack.ts";

// The real Auth Proxy in real pods, and a real Postgres at what they take for the instance's private address. Google's
// API is at an address that only this test lets them out to, and their token is in the proxy's image: the
// metadata server of a node, who gives it at Google, is not there.
const TOKEN = "a-token-that-no-cloud-has-given";
const ADMINISTRATOR = "postgres";

let network: TestNetwork;
let api: TestNetwork;
let front: CloudSqlFront;
let database: CloudPostgres;
let stack: GkeStack;
let core: CoreV1Api;
let forwarder: Forwarder | undefined;
let token: string;
const printed: string[] = [];
const asked: string[] = [];

// The official plugins ask the real Google.
describe.runIf(chosenTools().pulumi === "offline")("Cloud SQL beside a GKE cluster", () => {
  beforeAll(async () => {
    network = await TestNetwork.make();
    api = await TestNetwork.make();
    let connectionName = "";
    front = await CloudSqlFront.start({
      address: network.gateway,
      apiAddress: api.gateway,
      folder: join(network.folder, "cloud-sql"),
      token: TOKEN,
      connectionName: () => connectionName,
      database: () => database,
    });
    stack = await GkeStack.make({
      sampleApp: true,
      settings: {
        database: "managed",
        egress: JSON.stringify([`${api.gateway}/32`]),
        processes: JSON.stringify({ idle: "sleep 1000000" }),
        drainSeconds: "5",
        replicas: "1",
      },
      images: { cloudSqlProxy: await pushProxy(front.api) },
      requests: {
        "create databaseInstance": async ({ name, region, rootPassword }) => {
          asked.push("create");
          connectionName = `acme-test:${region}:${name}`;
          database = await startPostgres(rootPassword);
          await front.open();
          return { privateIpAddress: network.gateway };
        },
        "delete databaseInstance": async () => {
          asked.push("delete");
        },
      },
    });
    core = stack.config.makeApiClient(CoreV1Api);
  });
  afterAll(() => front?.stop());
  afterAll(() => network?.remove());
  afterAll(() => api?.remove());
  afterAll(() => stack?.remove());
  afterAll(() => forwarder?.close());

  test("The first up makes it, migrates it through the proxy, and the app keeps what is written", async () => {
    await up();
    expect(asked).toEqual(["create"]);
    token = await register(url());
    const owners = "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'";
    expect(await database.sql(owners, "app")).toBe("app");
    // From where the proxy's TLS ends: nothing else has reached it.
    const from = `SELECT DISTINCT client_addr FROM pg_stat_activity WHERE usename = 'app_1'`;
    expect(await database.sql(from)).toBe(network.gateway);
    expect(front.connections).toBeGreaterThan(0);
  });

  test("Then there is nothing to change, and the pod that made the login is gone", async () => {
    await stack.pulumi("preview", "--refresh", "--expect-no-changes");
    const steps = await podsOf("step");
    expect(steps.filter((name) => !name.includes("-migrate-"))).toEqual([]);
  });

  test("`psql` gets in as the app does, and acts as the owner; `run` reaches it as well", async () => {
    expect(await verb("psql", "--", "-qAtc", "SELECT session_user, current_user")).toBe(
      "app_1|app",
    );
    const found = await verb("psql", "--", "-qAtc", "SELECT username FROM users");
    expect(found).toBe(JANE.username);
    expect(await verb("run", "--", connects("127.0.0.1", 5432))).toBe("yes");
  });

  test("The app's pods reach the instance, and no other pod of the namespace does", async () => {
    const [web = ""] = await podsOf("web");
    expect(await exec(web, connects(network.gateway, 3307))).toBe("yes");
    const pod = await core.readNamespacedPod({ namespace: stack.namespace, name: web });
    const { initContainers: _, nodeName: __, ...spec } = pod.spec ?? { containers: [] };
    const containers = spec.containers.map(({ image, securityContext, resources }) => ({
      ...{ name: "app", command: ["sleep", "infinity"], terminationGracePeriodSeconds: 0 },
      ...{ image, securityContext, resources },
    }));
    const body = {
      metadata: { name: "nobody", labels: { "slipway.role": "front-of-nobody" } },
      spec: { ...spec, volumes: [], containers: containers as typeof spec.containers },
    };
    await core.createNamespacedPod({ namespace: stack.namespace, body });
    const runs = async () => {
      const where = { namespace: stack.namespace, name: "nobody" };
      return (await core.readNamespacedPod(where)).status?.phase === "Running";
    };
    await until(runs, "the pod without a role runs", 60);
    expect(await exec("nobody", connects(network.gateway, 3307))).toBe("no");
    await core.deleteNamespacedPod({
      ...{ namespace: stack.namespace, name: "nobody", gracePeriodSeconds: 0 },
    });
  });

  test("A release finds what was written before it", async () => {
    stack.clone.write("app/public/second.txt", "second\n");
    setConfig(stack.clone, { image: await stack.push("app", "two"), version: "2.0.0" });
    await up();
    expect(await (await fetch(`${url()}/second.txt`)).text()).toBe("second\n");
    expect((await ask(url(), "/api/user", { token })).user.username).toBe(JANE.username);
  });

  test("A rotated password gets in, and the one before does not any more", async () => {
    const before = await secret("databasePassword");
    expect(await database.logsIn("app_1", before, "app")).toBe(true);
    printed.push(await verb("rotate", "databasePassword"));
    const after = await secret("databasePassword");
    expect(await database.logsIn("app_2", after, "app")).toBe(true);
    expect(await database.logsIn("app_1", before, "app")).toBe(false);
    expect((await ask(url(), "/api/user", { token })).user.username).toBe(JANE.username);
  });

  test("No secret is in the clear: state, output, objects of the cluster, or the server's own log", async () => {
    const theirs = [await secret("databasePassword"), await secret("appSecret")];
    const log = await database.log();
    expect(log).toMatch(/ALTER USER "app_2" PASSWORD 'SCRAM-SHA-256\$/);
    expectNoSecret(theirs, { "the server's log": log });
    const objects = KubernetesObjectApi.makeApiClient(stack.config);
    const kinds = ["Pod", "PodTemplate", "Event", "ConfigMap"].map((kind) => ["v1", kind]);
    const found = await Promise.all(
      [...kinds, ["apps/v1", "Deployment"], ["batch/v1", "Job"]].map(
        async ([version = "", kind = ""]) =>
          JSON.stringify(await objects.list(version, kind, stack.namespace)),
      ),
    );
    expectNoSecret([database.password, ...theirs], {
      "objects of the cluster": found.join("\n"),
      "what was printed": printed.join("\n"),
      state: textBelow(join(stack.clone.folder, ".slipway", "state")),
      "the stack's file": readFileSync(
        join(stack.clone.folder, `Pulumi.${stack.clone.stack}.yaml`),
        "utf8",
      ),
    });
  });

  test("A destroy is refused while data is protected, and then leaves neither it nor the cluster", async () => {
    await expect(stack.pulumi("destroy", "--yes")).rejects.toThrow("protected");
    expect(asked).toEqual(["create"]);
    setConfig(stack.clone, { protectData: "false" });
    await up();
    await stack.pulumi("destroy", "--yes", "--skip-preview");
    expect(asked).toEqual(["create", "delete"]);
    expect(stack.asked).toEqual(["create cluster", "delete cluster with nothing"]);
  });

  async function up(): Promise<void> {
    printed.push(await stack.pulumi("up", "--yes", "--skip-preview"));
    const [record] = JSON.parse(await stack.pulumi("stack", "output", "dns", "--json"));
    await forwarder?.close();
    forwarder = await Forwarder.open(record.value, 80);
  }

  const url = () => `http://localhost:${forwarder?.port}`;
  const secret = async (key: string) =>
    (await stack.pulumi("config", "get", key)).replace(/\n$/, "");

  async function verb(name: string, ...args: string[]): Promise<string> {
    const { code, output } = await stack.slipway(name, "-s", stack.clone.stack, ...args);
    expect(code, output).toBe(0);
    return output.trim();
  }

  async function podsOf(role: string): Promise<string[]> {
    const labelSelector = `slipway.role=${role}`;
    const { items } = await core.listNamespacedPod({ namespace: stack.namespace, labelSelector });
    return items
      .filter(({ metadata }) => metadata?.deletionTimestamp === undefined)
      .map(({ metadata }) => metadata?.name ?? "");
  }

  async function exec(pod: string, command: string): Promise<string> {
    const where = { namespace: stack.namespace, pod, container: "app" };
    return (await execPrinted(stack.config, where, ["sh", "-c", command])).trim();
  }

  async function startPostgres(password: string): Promise<CloudPostgres> {
    const address = network.nextAddress();
    return await CloudPostgres.start({
      ...{ options: network.at(address), address, front: network.gateway },
      ...{ folder: join(network.folder, "database"), administrator: ADMINISTRATOR, password },
    });
  }
});

async function pushProxy(api: string): Promise<string> {
  const local = "slipway-cluster-test/cloud-sql-proxy:test";
  await buildProxyImage(local, api, TOKEN);
  try {
    return await new Cluster(inject("cluster")).registry.push(local, "cloud-sql-proxy");
  } finally {
    docker("image", "rm", "--no-prune", local);
  }
}

/** A command that says whether anybody takes a connection there. */
function connects(host: string, port: number): string {
  const end = (said: string) => `()=>{console.log("${said}");process.exit()}`;
  const script = `require("net").connect(${port},"${host}").on("connect",${end("yes")}).on("error",${end("no")});setTimeout(${end("no")},3000)`;
  return `node -e '${script}'`;
}
