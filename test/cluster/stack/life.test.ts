import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { AppsV1Api, NetworkingV1Api } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CommandLines } from "../../e2e/command-lines.ts";
import { ask, JANE, register } from "../../e2e/conduit-client.ts";
import { setConfig } from "../../e2e/config.ts";
import { expectNoSecret, textBelow } from "../../e2e/secret-search.ts";
import { ClusterStack } from "./cluster-stack.ts";
import { clusterWideObjects, logsIn, logsOf, openObjects } from "./cluster-things.ts";
import { Forwarder } from "./forwarder.ts";

const SCRIPT = "/assets/app-3f2a1c9d.js";
const PREVIEW = ["preview", "--expect-no-changes", "--diff"] as const;

let stack: ClusterStack;
let first: string;
let second: string;
let token: string;
let commands: CommandLines;

beforeAll(async () => {
  stack = await ClusterStack.make();
  const { clone } = stack;
  clone.write(`app/public${SCRIPT}`, "first\n");
  first = await stack.push("app", "one");
  rmSync(join(clone.folder, "app/public", SCRIPT));
  clone.write("app/public/second.txt", "second\n");
  second = await stack.push("app", "two");
  commands = new CommandLines();
});
afterAll(() => stack?.remove());

describe("releases", () => {
  test("The first up serves the app through the load balancer", async () => {
    await stack.up({ image: first, version: "1.0.0" });
    const version = { version: "1.0.0", commit: "one", image: first };
    expect(await ask(stack.url, "/version")).toEqual(version);
    token = await register(stack.url);
  });

  test("A preview after an up has nothing to change, not even after a look at the cluster", async () => {
    for (const looking of [[], ["--refresh"]]) {
      const preview = await stack.pulumi(...PREVIEW, ...looking);
      expect(preview.code, preview.output).toBe(0);
    }
  });

  test("What a hand has removed or changed comes back with the next up, and without that nothing is looked for", async () => {
    const { namespace, config, core } = stack;
    const networking = config.makeApiClient(NetworkingV1Api);
    const apps = config.makeApiClient(AppsV1Api);
    const policies = async () => {
      const { items } = await networking.listNamespacedNetworkPolicy({ namespace });
      return items.map(({ metadata }) => metadata?.name ?? "");
    };
    const all = await policies();
    await networking.deleteNamespacedNetworkPolicy({ namespace, name: all[0] ?? "" });
    await core.deleteNamespacedService({ namespace, name: "web" });
    await scale(apps, "front", 0);

    const mended = await stack.verb("up");
    expect(mended.match(/^ {2}\S+ \S+ (is gone|does not run)\.$/gm)).toHaveLength(3);
    expect(mended).toContain("✓ http://localhost answers with 1.0.0");
    expect(await policies()).toHaveLength(all.length);
    expect(await ask(stack.url, "/version")).toMatchObject({ version: "1.0.0" });

    const same = await stack.verb("up");
    expect(same).toContain("✓ Nothing to change: ");
    expect(same).not.toMatch(/is gone|does not run|is not as/);
  });

  test("A release keeps the data, and still serves the files of the one before", async () => {
    await stack.up({ image: second, version: "2.0.0" });
    expect(await liveImage()).toBe(second);
    expect(await whoAmI()).toBe(JANE.username);

    expect(await (await fetch(`${stack.url}/second.txt`)).text()).toBe("second\n");
    const script = await fetch(stack.url + SCRIPT);
    expect(await script.text()).toBe("first\n");
    expect(script.headers.get("cache-control")).toContain("immutable");
  });

  test("A rollback brings the release before back, and a later up keeps it", async () => {
    await stack.verb("rollback");
    expect(await liveImage()).toBe(first);
    expect(await stack.up()).toContain("was rolled back");
    expect(await liveImage()).toBe(first);
  });

  test("At another address of its cluster the stack goes on, and nothing of it is made anew", async () => {
    const { kubeconfig } = stack.cluster;
    const server = new URL(stack.config.getCurrentCluster()?.server ?? "");
    const other = await Forwarder.open(server.hostname, Number(server.port));
    const pods = await stack.pods("web");
    try {
      const elsewhere = kubeconfig.replace(server.origin, `https://localhost:${other.port}`);
      await stack.clone.setSecret("kubeconfig", elsewhere);
      expect(await stack.up()).not.toMatch(/replac|deleted/);
      expect(await stack.pods("web")).toEqual(pods);
      const place = await stack.pulumi("stack", "output", "place", "--json");
      expect(JSON.parse(place.output)).toMatchObject({ server: server.origin });
    } finally {
      await stack.clone.setSecret("kubeconfig", kubeconfig);
      await other.close();
    }
    expect(await stack.up()).not.toMatch(/replac|deleted/);
  });
});

describe("commands", () => {
  test("`status` names what is live, where it is, and that all of it runs", async () => {
    const status = await stack.verb("status");
    expect(status).toContain(`${stack.clone.stack}: 1.0.0 (${first})`);
    expect(status).toContain(`taking back ${second}`);
    for (const part of ["web", "front", "ingress", "database"]) {
      expect(status).toMatch(new RegExp(`^${part} .* Running on node-`, "m"));
    }
  });

  test("`releases` lists what was live, newest first", async () => {
    const releases = JSON.parse(await stack.verb("releases", "--json"));
    expect(releases).toMatchObject([
      { version: "1.0.0", image: first, commit: "one", rollbackOf: second, verified: true },
      { version: "2.0.0", image: second, commit: "two", rollbackOf: "", verified: true },
      { version: "1.0.0", image: first, commit: "one", rollbackOf: "", verified: true },
    ]);
  });

  test("`logs` shows the app's lines, and with --of those of another part", async () => {
    expect(await stack.verb("logs", "-n", "50")).toContain("Server listening at");
    expect(await stack.verb("logs", "--of", "front")).toContain('"path":"/version"');
  });

  test("`run` has the image, the environment and the secrets of the app, and passes the exit code on", async () => {
    const command = 'echo "$APP_IMAGE has $(wc -c <"$APP_SECRET_FILE")"; exit 3';
    const { code, output } = await stack.tryVerb("run", "--", command);
    expect(output.trim()).toBe(`${first} has 32`);
    expect(code, output).toBe(3);
    expect((await stack.pods("step")).filter((name) => name.startsWith("run-"))).toEqual([]);
  });

  test("`psql` acts as the owner of the database", async () => {
    expect(await stack.sql("SELECT current_user")).toEqual(["app"]);
    expect(await stack.sql("SELECT username FROM users")).toEqual([JANE.username]);
  });

  test("`maintenance` closes the app to clients while a release goes through, and opens it again", async () => {
    await stack.verb("maintenance", "on");
    await closed();

    await stack.up({ image: first, version: "1.0.1" });
    await closed();
    const status = await stack.verb("status");
    expect(status).toContain(": 1.0.1 (");
    expect(status).toMatch(/, in maintenance$/m);

    await stack.verb("maintenance", "off");
    expect((await ask(stack.url, "/version")).version).toBe("1.0.1");
  });
});

describe("secrets", () => {
  test("A new databasePassword takes the place of the old one, without another Postgres", async () => {
    const old = await stack.secret("databasePassword");
    const server = await uidOfDatabase();
    expect(await logsIn(stack, "app_1", old)).toBe(true);

    await stack.verb("rotate", "databasePassword");

    expect(await logsIn(stack, "app_1", old)).toBe(false);
    expect(await logsIn(stack, "app_2", old)).toBe(false);
    expect(await logsIn(stack, "app_2", await stack.secret("databasePassword"))).toBe(true);
    expect(await uidOfDatabase()).toBe(server);
    expect(await whoAmI()).toBe(JANE.username);
  });

  test("A new appSecret keeps users signed in, until previousAppSecret goes", async () => {
    await stack.verb("rotate", "appSecret");
    expect(await whoAmI()).toBe(JANE.username);

    await stack.up({ previousAppSecret: undefined });
    await expect(whoAmI()).rejects.toThrow("401");
  });

  test("None is in the clear in the cluster, the state, a preview, command lines or what was printed", async () => {
    // With a change of everything that a secret goes to, so that the preview has something to show.
    setConfig(stack.clone, { appEnv: '{"MOOD":"calm"}' });
    const preview = await stack.pulumi("preview", "--diff");
    setConfig(stack.clone, { appEnv: undefined });
    expect(preview.output).toContain("MOOD");
    const [web = ""] = await stack.pods("web");
    const seen = await commands.finish();
    expect(seen).toContain("steps/shell.ts");
    // Processes of the pods are processes of this machine.
    expect(seen).toContain("src/server.ts");

    const { clone } = stack;
    const secrets = ["databasePassword", "appSecret"].map((key) => stack.secret(key));
    const clientKey = stack.config.getCurrentUser()?.keyData ?? "";
    expectNoSecret([...(await Promise.all(secrets)), clientKey], {
      ...(await openObjects(stack)),
      logs: await logsOf(stack),
      "the app's environment": await stack.exec(web, "app", "cat /proc/1/environ"),
      "command lines": seen,
      state: textBelow(join(clone.folder, ".slipway", "state")),
      "the stack's file": readFileSync(join(clone.folder, `Pulumi.${clone.stack}.yaml`), "utf8"),
      "a preview": preview.output,
      "what was printed": stack.printed.join("\n"),
    });
  });
});

describe("destroy", () => {
  test("With protection it is refused, and a stop keeps the data for the next up", async () => {
    const refused = await stack.pulumi("destroy", "--yes", "--skip-preview");
    expect(refused.code).not.toBe(0);
    expect(refused.output).toContain("protected");

    const stopped = await stack.clone.slipway(["stop"]);
    expect(stopped.code, stopped.output).toBe(0);
    for (const role of ["web", "front", "ingress", "database"]) {
      expect(await stack.pods(role)).toEqual([]);
    }
    await stack.up();
    expect(await stack.sql("SELECT username FROM users")).toEqual([JANE.username]);
  });

  test("With --data it leaves nothing in the cluster", async () => {
    expect(await clusterWideObjects(stack)).toContain(`Namespace ${stack.namespace}`);
    const { code, output } = await stack.clone.slipway([
      "destroy",
      "--data",
      "--yes",
      stack.clone.stack,
    ]);
    expect(code, output).toBe(0);
    await expect.poll(() => clusterWideObjects(stack), { timeout: 30_000 }).toEqual([]);
  });
});

async function scale(apps: AppsV1Api, name: string, replicas: number): Promise<void> {
  const where = { namespace: stack.namespace, name };
  const body = await apps.readNamespacedDeploymentScale(where);
  await apps.replaceNamespacedDeploymentScale({ ...where, body: { ...body, spec: { replicas } } });
}

async function liveImage(): Promise<string> {
  return (await ask(stack.url, "/version")).image;
}

async function whoAmI(): Promise<string> {
  return (await ask(stack.url, "/api/user", { token })).user.username;
}

async function closed(): Promise<void> {
  const answer = await fetch(stack.url);
  expect(answer.status).toBe(503);
  expect(await answer.text()).toContain("Under maintenance");
}

async function uidOfDatabase(): Promise<string | undefined> {
  const pod = { namespace: stack.namespace, name: "database-0" };
  return (await stack.core.readNamespacedPod(pod)).metadata?.uid;
}
