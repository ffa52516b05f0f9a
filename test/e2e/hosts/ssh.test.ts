import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TestHost } from "../../hosts/test-host.ts";
import type { Clone, Ended } from "../clone.ts";
import { CommandLines } from "../command-lines.ts";
import { ask, register, traffic } from "../conduit-client.ts";
import { setConfig } from "../config.ts";
import { type LoopReport, RequestLoop } from "../request-loop.ts";
import { expectNoSecret, textBelow } from "../secret-search.ts";
import { provideImagesWithDocker } from "./host-images.ts";
import { cloneFor } from "./ssh-clone.ts";
import { containersOn, lines, thingsOn } from "./stack-on-host.ts";

let host: TestHost;
let clone: Clone;
let url: string;
let token: string;
const printed: string[] = [];
let commandLines = "";

beforeAll(async () => {
  host = await TestHost.start({ variant: "bare" });
  await provideImagesWithDocker(host);
  clone = await cloneFor(host, { databaseSeed: "seed.sql" });
  seed("sown once");
  url = `http://${host.address}`;
});
afterAll(() => host?.remove());
afterAll(() => clone?.remove());

test("The first start installs Docker on a fresh server, as a user with sudo, and the app answers there", async () => {
  await expect(host.ssh("docker version")).rejects.toThrow("not found");

  const watch = new CommandLines();
  const { code, output } = await slipway("start").finally(async () => {
    commandLines = await watch.finish();
  });

  expect(code, output).toBe(0);
  const { image, version } = await ask(url, "/version");
  expect(image).toMatch(new RegExp(`^slipway-${clone.stack}/app:[0-9a-f]{12}$`));
  expect(version).toBe(await versionOfStack());
  expect(await host.docker(["version", "--format={{.Server.Os}}"], "deploy")).toBe("linux");
  token = await register(url);
});

test("The database began with what the seed has, before the migrations came", async () => {
  expect(await sql("SELECT note FROM seeded")).toEqual(["sown once"]);
  expect(
    await sql("SELECT pg_get_userbyid(relowner) FROM pg_class WHERE relname = 'seeded'"),
  ).toEqual(["app"]);
});

test("A preview has nothing to change, not even after a look at the server", async () => {
  const preview = await slipway(...PREVIEW, "--refresh", "--expect-no-changes");
  expect(preview.code, preview.output).toBe(0);
});

describe("from another machine, over SSH", () => {
  test("`status` names what is live, where it is, and that all of it runs", async () => {
    const { code, output } = await slipway("status");
    expect(output).toContain(`${clone.stack}: ${await versionOfStack()} (`);
    expect(output).toContain(`at ${url}\n`);
    for (const part of ["web", "ingress", "database"]) {
      expect(output).toMatch(new RegExp(`^${part} .* Up `, "m"));
    }
    expect(code, output).toBe(0);
  });

  test("`releases` lists the one that is live", async () => {
    const { output } = await slipway("releases", "--json");
    expect(JSON.parse(output)).toMatchObject([
      { version: await versionOfStack(), image: await liveImage(), verified: true },
    ]);
  });

  test("`logs` shows the app's lines, and with --of those of another part", async () => {
    expect((await slipway("logs", "-n", "50")).output).toContain("Server listening at");
    const ofNginx = await slipway("logs", "--of", "ingress");
    expect(ofNginx.output).toContain('"path":"/api/users"');
  });

  test("`run` has the image, the environment and the secrets of the app, and passes the exit code on", async () => {
    const command = 'echo "$APP_IMAGE has $(wc -c <"$APP_SECRET_FILE")"; exit 3';
    const { code, output } = await slipway("run", "--", command);
    expect(output.trim()).toBe(`${await liveImage()} has 32`);
    expect(code, output).toBe(3);
    expect(await containersOn(host, clone.stack, "step")).toEqual([]);
  });

  test("`psql` acts as the owner of the database", async () => {
    expect(await sql("SELECT current_user")).toEqual(["app"]);
    expect(await sql("SELECT username FROM users")).toEqual(["jane"]);
  });

  test("`rotate` gives the app another login to the database, and drops the one before", async () => {
    const { code, output } = await slipway("rotate", "databasePassword");
    expect(code, output).toBe(0);
    const logins = "SELECT rolname FROM pg_roles WHERE rolname ~ '^app_' AND rolcanlogin";
    expect(await sql(logins)).toEqual(["app_2"]);
    expect(await sql("SELECT username FROM users")).toEqual(["jane"]);
  });

  test("`maintenance` closes the app to clients, and opens it again", async () => {
    expect((await slipway("maintenance", "on")).code).toBe(0);
    const closed = await fetch(url);
    expect(closed.status).toBe(503);
    expect(await closed.text()).toContain("Under maintenance");
    expect((await slipway("status")).output).toContain(", in maintenance");

    expect((await slipway("maintenance", "off")).code).toBe(0);
    expect((await fetch(url)).status).toBe(200);
  });
});

test("Another start does not seed again, with another seed neither", async () => {
  await sql("UPDATE seeded SET note = 'grown since'");
  seed("sown anew");
  const { code, output } = await slipway("start");
  expect(code, output).toBe(0);
  expect(await sql("SELECT note FROM seeded")).toEqual(["grown since"]);
  expect(await sql("SELECT username FROM users")).toEqual(["jane"]);
});

describe("under load", () => {
  test("A release and its rollback fail no request, and every write that was acknowledged is there", async () => {
    const first = await liveImage();
    clone.write("app/public/second.txt", "second\n");
    const live: string[] = [];

    const { answers, failures } = await underLoad(async () => {
      for (const verb of ["start", "rollback"]) {
        const { code, output } = await slipway(verb);
        expect(code, output).toBe(0);
        live.push(await liveImage());
      }
    });

    expect(failures).toEqual([]);
    const [second, back] = live;
    expect(second).not.toBe(first);
    expect(back).toBe(first);
    const answered = answers.filter(({ name }) => name === "version").map(imageOf);
    expect(new Set(answered)).toEqual(new Set([first, second]));
    const stored = new Set(await sql("SELECT slug FROM articles"));
    const acknowledged = answers.filter(({ name }) => name === "write").map(slugOf);
    expect(acknowledged.length).toBeGreaterThan(50);
    expect(acknowledged.filter((slug) => !stored.has(slug))).toEqual([]);
    expect(await containersOn(host, clone.stack, "web")).toHaveLength(1);
  });

  test("A second replica takes its share of the requests, without one that fails", async () => {
    setConfig(clone, { replicas: "2" });

    const { failures } = await underLoad(async () => {
      const { code, output } = await slipway("start");
      expect(code, output).toBe(0);
    });

    expect(failures).toEqual([]);
    expect(await containersOn(host, clone.stack, "web")).toHaveLength(2);
    await Promise.all(Array.from({ length: 20 }, () => ask(url, "/version")));
    const { output } = await slipway("logs", "--of", "ingress", "-n", "20");
    expect(new Set(output.match(/"upstream":"[^"]+"/g)).size).toBe(2);
  });
});

describe("secrets", () => {
  test("The key is in a file that only its owner can read, and that git does not see", async () => {
    const file = join(".slipway", "ssh", clone.stack, "key");
    expect(readFileSync(join(clone.folder, file), "utf8")).toContain(keyLines().at(-1));
    expect((statSync(join(clone.folder, file)).mode & 0o777).toString(8)).toBe("600");
    const ignored = execFileSync("git", ["-C", clone.folder, "check-ignore", file]);
    expect(String(ignored).trim()).toBe(file);
  });

  test("None is in the clear on the server, in the state, in a preview or in what was printed", async () => {
    const ids = lines(await host.docker(["ps", "--all", "--quiet"]));
    const image = await liveImage();
    // With a change of everything that a secret goes to, so that the preview has something to show.
    setConfig(clone, { appEnv: '{"MOOD":"calm"}' });
    const preview = await slipway(...PREVIEW, "--diff");
    setConfig(clone, { appEnv: undefined });
    expect(preview.output).toContain("MOOD");
    expect(ids).toHaveLength(4);
    // Those of the server are in it, whose processes are those of a container of this machine.
    expect(commandLines).toContain("deploy@notty");

    expectNoSecret([...(await configured("databasePassword", "appSecret")), ...keyLines()], {
      "docker inspect": await host.docker(["inspect", ...ids]),
      "the image": await host.docker(["image", "inspect", image]),
      "the image's history": await host.docker(["image", "history", "--no-trunc", image]),
      logs: await host.ssh(`for id in ${ids.join(" ")}; do docker logs $id 2>&1; done`),
      "files of the server": await host.ssh(
        "find /dev/shm /etc /home /root /tmp /var/log /var/tmp -type f -exec cat {} + | tr -d '\\000'",
      ),
      "command lines": commandLines,
      state: textBelow(join(clone.folder, ".slipway", "state")),
      "the stack's file": readFileSync(join(clone.folder, `Pulumi.${clone.stack}.yaml`), "utf8"),
      "a preview": preview.output,
      "what was printed": printed.join("\n"),
    });
  });
});

test("A destroy with --data, from a clone that was never at the server, leaves nothing there and here", async () => {
  const keys = join(clone.folder, ".slipway", "ssh", clone.stack);
  rmSync(keys, { recursive: true });
  const { code, output } = await slipway("destroy", "--data", "--yes", clone.stack);
  expect(code, output).toBe(0);
  expect(output).not.toContain("could not be asked");
  expect(await thingsOn(host, clone.stack)).toEqual([]);
  expect(existsSync(keys)).toBe(false);
});

const PREVIEW = ["pulumi", "preview"] as const;

/** `./slipway ARGS` on the stack. */
async function slipway(...args: string[]): Promise<Ended> {
  const [verb = "", ...rest] = args;
  // Those of the clone's own stack take no name.
  const stack = ["start", "destroy"].includes(verb) ? [] : ["-s", clone.stack];
  const end = await clone.slipway(
    verb === "pulumi" ? [...args, ...stack] : [verb, ...stack, ...rest],
  );
  printed.push(end.output);
  return end;
}

/** Writes a seed that does not go through a pipe in one piece. */
function seed(note: string): void {
  const filling = `-- ${"about nothing ".repeat(7)}\n`.repeat(10_000);
  const table = `CREATE TABLE seeded (note text);\nINSERT INTO seeded VALUES ('${note}');\n`;
  clone.write("seed.sql", `${filling}${table}`);
}

async function sql(query: string): Promise<string[]> {
  const { code, output } = await slipway("psql", "--", "-Atc", query);
  expect(code, output).toBe(0);
  return lines(output);
}

async function underLoad(work: () => Promise<void>): Promise<LoopReport> {
  const loop = new RequestLoop(url, traffic(token));
  const [end] = await Promise.allSettled([work()]);
  const report = await loop.finish();
  if (end.status === "rejected") throw end.reason;
  return report;
}

async function liveImage(): Promise<string> {
  return (await ask(url, "/version")).image;
}

async function versionOfStack(): Promise<string> {
  return (await clone.pulumi(["stack", "output", "version"])).output.trim();
}

async function configured(...keys: string[]): Promise<string[]> {
  const values = keys.map((key) => clone.pulumi(["config", "get", key]));
  return (await Promise.all(values)).map(({ output }) => output.trim());
}

/** Lines of the private key that are in no other key. */
function keyLines(): string[] {
  return lines(readFileSync(host.privateKeyFile, "utf8")).slice(2, -2);
}

const imageOf = ({ body }: { body: string }): string => JSON.parse(body).image;
const slugOf = ({ body }: { body: string }): string => JSON.parse(body).article.slug;
