import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { stringify } from "yaml";
import { execPrinted } from "../../../components/kubernetes/steps/exec.ts";
import { offlineImages } from "../../../offline/images/index.ts";
import { Cluster } from "../../../offline/testing/cluster/index.ts";
import { chosenTools } from "../../../ops/tools.ts";
import { Clone, docker, type Ended, thingsOf } from "../../e2e/clone.ts";
import { article, ask, JANE, register } from "../../e2e/conduit-client.ts";
import { setConfig } from "../../e2e/config.ts";
import { runbook } from "../../e2e/runbook.ts";
import { Forwarder } from "./forwarder.ts";

const CHAPTER = "Move a stack";
/** What its blocks of commands do, in their order. */
const PARTS = ["prepare", "copy", "take over", "go back", "remove", "remove the volume"] as const;
const TITLE = "Written on the old host";
const BACKUPS = "/var/lib/postgresql/backups";

const cluster = new Cluster(inject("cluster"));
const config = new KubeConfig();
config.loadFromString(cluster.kubeconfig);

let clone: Clone;
/** On the machine's engine, and as pods have it. */
let local: string;
let image: string;
let token: string;
let loadBalancer: Forwarder | undefined;
const printed: string[] = [];

beforeAll(async () => {
  clone = await Clone.make();
  await succeed(clone.slipway(["start"]));
  token = await register(clone.url);
  await ask(clone.url, "/api/articles", { token, body: article(TITLE, "move") });
  local = (await ask(clone.url, "/version")).image;
  image = await cluster.registry.push(local, clone.stack);
});
afterAll(async () => {
  await loadBalancer?.close();
  const made = existsSync(join(clone.folder, `Pulumi.${newName()}.yaml`));
  if (made) await succeed(newStack("pulumi", "destroy", "--yes", "--skip-preview"));
  await clone.remove();
});

test("A stack does not change its target in place: its data would not come along", async () => {
  setConfig(clone, { target: "kubernetes", domain: "localhost" });
  await clone.setSecret("kubeconfig", cluster.kubeconfig);
  const { code, output } = await clone.slipway(["up", "-s", clone.stack]);
  setConfig(clone, { target: undefined, domain: undefined, kubeconfig: undefined });

  expect(code, output).toBe(1);
  expect(output).toContain(`stack "${clone.stack}" is on "docker": its data would not move`);
  expect(output).toContain(`pulumi config set target docker -s ${clone.stack}`);
  expect(thingsOf(clone.stack).filter((thing) => thing.startsWith("volume"))).not.toEqual([]);
  expect(await articlesAt(clone.url)).toEqual([TITLE]);
});

test("While the runbook's commands take the dump, nobody can write to the old stack", async () => {
  writeNewStack();
  await succeed(typed("prepare"));
  await succeed(typed("copy"));

  expect((await fetch(clone.url)).status).toBe(503);
  const web = docker("ps", "--quiet", ...labelled("web"));
  const write = `fetch("http://127.0.0.1:3000/api/users", {
    method: "POST", headers: { "content-type": "application/json" },
    body: JSON.stringify({ user: { username: "late", email: "late@example.org", password: "too late by far" } }),
  }).then(({ status }) => console.log(status))`;
  expect(Number(docker("exec", web, "node", "-e", write))).toBeGreaterThanOrEqual(500);
});

test("They bring the rows to a second stack, on the cluster, where the load balancer leads to the app", async () => {
  const output = await succeed(typed("take over"));

  const [record] = JSON.parse(
    (await newStack("pulumi", "stack", "output", "dns", "--json")).output,
  );
  expect(output).toContain(record.value);
  loadBalancer = await Forwarder.open(record.value, 80);
  expect(await ask(newUrl(), "/version")).toMatchObject({ image });
  expect(await articlesAt(newUrl())).toEqual([TITLE]);
});

test("Users are still signed in there, log in with their passwords, and write", async () => {
  expect((await ask(newUrl(), "/api/user", { token })).user.username).toBe(JANE.username);
  const { email, password } = JANE;
  const login = await ask(newUrl(), "/api/users/login", { body: { user: { email, password } } });
  await ask(newUrl(), "/api/articles", {
    token: login.user.token,
    body: article("Written on the cluster", "move"),
  });
});

test("A migration in the cluster is preceded by a dump, which has what the migration loses", async () => {
  const before = await dumps();
  expect(before).toHaveLength(1);
  const losing = await imageThatLosesUsers();

  await succeed(newStack("up", "--image", losing, "--version", "2.0.0"));

  expect(await inDatabase('psql -qXAt -d app -c "SELECT count(*) FROM users"')).toBe("0");
  const after = await dumps();
  expect(after).toHaveLength(2);
  const last = after.at(-1) ?? "";
  expect(last).toMatch(/^\d{8}T\d{6}Z-before-2\.0\.0\.dump$/);
  const rows = await inDatabase(`pg_restore --data-only --table=users -f - ${BACKUPS}/${last}`);
  expect(rows).toContain(JANE.email);
});

test("The way back opens the old stack again, with what it had", async () => {
  await succeed(typed("go back"));
  expect(await articlesAt(clone.url)).toEqual([TITLE]);
  await ask(clone.url, "/api/articles", { token, body: article("Back again", "move") });
});

test("The old stack is removed at the end, its volume last, and the new one serves on", async () => {
  // As it is where nobody has gone back.
  await succeed(typed("copy"));
  await succeed(typed("remove"));
  const left = thingsOf(clone.stack);
  expect(left.filter((thing) => thing.startsWith("container"))).toEqual([]);
  expect(left.filter((thing) => thing.startsWith("volume"))).toHaveLength(1);
  expect(await ask(newUrl(), "/version")).toMatchObject({ image });

  await succeed(typed("remove the volume"));
  expect(thingsOf(clone.stack)).toEqual([]);
});

test("Nothing that was printed on the way shows a secret", async () => {
  const secrets = await Promise.all(
    ["databasePassword", "appSecret"].map((key) => newStack("pulumi", "config", "get", key)),
  );
  for (const { output } of secrets) {
    expect(output.trim()).toMatch(/^\S{32}$/);
    expect(printed.join("\n")).not.toContain(output.trim());
  }
});

/** What the runbook has no word about, as it is of these tests' machines alone. */
function writeNewStack(): void {
  const { postgres, nginx, ingressController } = offlineImages;
  const images = JSON.stringify({ postgres, nginx, ingressController });
  const settings = {
    "slipway:drainSeconds": "10",
    "slipway:protectData": "false",
    ...(chosenTools().images === "offline" ? { "slipway:images": images } : {}),
  };
  clone.write(`Pulumi.${newName()}.yaml`, stringify({ config: settings }));
  clone.write("kubeconfig", cluster.kubeconfig);
}

const newName = () => `${clone.stack}-cluster`;

const labelled = (role: string) => [
  ...[`--filter=label=slipway.stack=${clone.stack}`, `--filter=label=slipway.role=${role}`],
];

const newUrl = () => `http://localhost:${loadBalancer?.port}`;

const done: string[] = [];

/** The commands of a part of the runbook's chapter, as a person types them; none after one that failed. */
async function typed(part: (typeof PARTS)[number]): Promise<Ended> {
  const blocks = runbook(clone, CHAPTER);
  expect(blocks).toHaveLength(PARTS.length);
  expect(done).toEqual(expect.arrayContaining(PARTS.slice(0, PARTS.indexOf(part))));
  const commands = (blocks[PARTS.indexOf(part)] ?? "")
    .replace("<KUBECONFIG", "<kubeconfig")
    .replace("shop.example.org", "localhost")
    .replace(/registry\.example\.org\S+/, image);
  const ended = await clone.shell(commands, login());
  if (ended.code === 0) done.push(part);
  return ended;
}

/** `./slipway VERB -s STACK ARGS` for the stack on the cluster. */
function newStack(verb: string, ...args: string[]): Promise<Ended> {
  const command = verb === "pulumi" ? [verb, ...args] : [verb];
  const rest = verb === "pulumi" ? [] : args;
  return clone.slipway([...command, "-s", newName(), ...rest], login());
}

/** Where the state of both stacks is, as a team has it in its environment; neither is the clone's own `local`. */
function login(): Record<string, string> {
  const own = join(clone.folder, ".slipway");
  return {
    SLIPWAY_LOCAL_STACK: `${clone.stack}-local`,
    PULUMI_BACKEND_URL: `file://${join(own, "state")}`,
    PULUMI_CONFIG_PASSPHRASE_FILE: join(own, "passphrase"),
  };
}

async function succeed(ending: Promise<Ended>): Promise<string> {
  const { code, output } = await ending;
  if (code !== 0) throw new Error(output);
  printed.push(output);
  return output;
}

async function articlesAt(url: string): Promise<string[]> {
  const { articles } = await ask(url, "/api/articles");
  return articles.map(({ title }: { title: string }) => title);
}

/** Names of the dumps beside the new database, oldest first. */
const dumps = async () => (await inDatabase(`ls ${BACKUPS}`)).split("\n");

async function inDatabase(command: string): Promise<string> {
  const namespace = `slipway-${newName()}`;
  const where = { namespace, pod: "database-0", container: "postgres" };
  return (await execPrinted(config, where, ["sh", "-c", command])).trim();
}

/** The same app with one more migration. */
async function imageThatLosesUsers(): Promise<string> {
  const name = `slipway-cluster-test/${clone.stack}:loss`;
  execFileSync("docker", ["build", "--quiet", "--tag", name, "-"], {
    input: `FROM ${local}\nUSER root\nRUN echo "DELETE FROM users;" >migrations/0003_loss.sql\nUSER 1000:1000\n`,
    stdio: ["pipe", "ignore", "pipe"],
  });
  try {
    return await cluster.registry.push(name, newName());
  } finally {
    docker("image", "rm", name);
  }
}
