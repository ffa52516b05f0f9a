import { execFileSync, spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chosenTools, toolEnvironment } from "../../ops/tools.ts";
import { Clone, docker, type Ended, ended } from "./clone.ts";
import { CommandLines } from "./command-lines.ts";
import { article, ask, JANE, register, traffic } from "./conduit-client.ts";
import { logsIn } from "./database-login.ts";
import { RequestLoop } from "./request-loop.ts";
import { expectNoSecret, textBelow } from "./secret-search.ts";

// Every character that some notation has to escape: a URL, a shell, SQL, JSON, YAML.
const NEW_PASSWORD = `it's 100% "new": a/b?c#d@e&f=g $HOME \\n`;

let clone: Clone;
let token: string;
const printed: string[] = [];

beforeAll(async () => {
  clone = await Clone.make();
  // As the sample app's own stacks have it (Pulumi.dev.yaml).
  clone.write(
    `Pulumi.${clone.stack}.yaml`,
    `config:
  slipway:httpPort: "${clone.port}"
  slipway:memory: "256"
  slipway:readOnlyRoot: "true"
`,
  );
  await run("start");
  token = await register(clone.url);
  await ask(clone.url, "/api/articles", { token, body: article("First light", "stars", "night") });
});
afterAll(() => clone?.remove());

describe("what containers may do (CIS Docker Benchmark 5.3, 5.10 to 5.12, 5.25, 5.28)", () => {
  const inspected = (): Inspected[] =>
    JSON.parse(
      docker("inspect", ...lines("ps", "--quiet", `--filter=label=slipway.stack=${clone.stack}`)),
    );

  test("each has few of root's rights, gains none, and has limits of memory and of processes", () => {
    const all = inspected();
    expect(all.map(({ Config }) => Config.Labels["slipway.role"]).sort()).toEqual([
      ...["database", "ingress", "web"],
    ]);
    for (const { Config, HostConfig } of all) {
      const role = Config.Labels["slipway.role"];
      expect(HostConfig, role).toMatchObject({
        Privileged: false,
        CapDrop: ["ALL"],
        SecurityOpt: ["no-new-privileges"],
        ReadonlyRootfs: true,
      });
      expect(HostConfig.CapAdd, role).not.toContain("CAP_NET_RAW");
      expect(HostConfig.PidsLimit, role).toBeGreaterThan(0);
      expect(HostConfig.Memory, role).toBeGreaterThan(0);
    }
  });

  test("the kernel holds each to it, and what serves requests has no right of root's at all", () => {
    for (const role of ["web", "ingress", "database"] as const) {
      const status = docker("exec", container(role), "cat", "/proc/1/status");
      expect(status, role).toMatch(/^NoNewPrivs:\t1$/m);
      const write = "if touch /usr/new 2>/dev/null; then echo written; fi";
      expect(docker("exec", "--user=root", container(role), "sh", "-c", write), role).toBe("");
    }
    const effective = "grep -h CapEff /proc/[0-9]*/status | sort | uniq -c | sort -rn";
    for (const role of ["web", "database"] as const) {
      const user = role === "web" ? "node" : "postgres";
      const said = docker("exec", `--user=${user}`, container(role), "sh", "-c", effective);
      expect(said.trim(), role).toMatch(/^\d+ CapEff:\t0{16}$/);
    }
    const workers = docker("exec", container("ingress"), "sh", "-c", effective);
    expect(workers).toMatch(/CapEff:\t0{16}/);
  });

  test("a command of `run` may do no more than the app, and has its secrets", async () => {
    const look =
      "cat /proc/self/status; test -s $DATABASE_URL_FILE && echo has-secrets; touch /usr/new";
    const { output, code } = await clone.slipway([
      "run",
      "-s",
      clone.stack,
      "--",
      "sh",
      "-c",
      look,
    ]);
    expect(code, output).not.toBe(0);
    expect(output).toMatch(/^NoNewPrivs:\s1$/m);
    expect(output).toContain("has-secrets");
    expect(output).toMatch(/read-only file system/i);
  });

  test("a copy of the app's container is without its secrets", () => {
    const files = execFileSync(
      "sh",
      ["-c", `docker export ${container("web")} | tar -t run/secrets`],
      {
        encoding: "utf8",
      },
    );
    expect(files.split("\n").filter(Boolean)).toEqual(["run/secrets/"]);
  });
});

interface Inspected {
  readonly Config: { readonly Labels: Readonly<Record<string, string>> };
  readonly HostConfig: {
    readonly CapAdd: readonly string[];
    readonly PidsLimit: number;
    readonly Memory: number;
  };
}

describe("the app behind Nginx", () => {
  test("A user who registered signs in and is known by the token", async () => {
    const signedIn = await ask(clone.url, "/api/users/login", { body: { user: JANE } });
    const { user } = await ask(clone.url, "/api/user", { token: signedIn.user.token });
    expect(user).toMatchObject({ username: JANE.username, email: JANE.email });
  });

  test("An article that was posted is listed, read and found by its tags", async () => {
    const { articles } = await ask(clone.url, "/api/articles?tag=stars");
    expect(articles).toMatchObject([{ title: "First light", author: { username: "jane" } }]);
    const read = await ask(clone.url, `/api/articles/${articles[0].slug}`);
    expect(read.article).toMatchObject({ title: "First light", body: "All of it" });
    expect((await ask(clone.url, "/api/tags")).tags.toSorted()).toEqual(["night", "stars"]);
  });

  test("/version names the commit and the image that the stack says it has deployed", async () => {
    const commit = git("log", "-1", "--first-parent", "--format=%H", "--", "app");
    const { image, url, verifiedImage, version } = await outputs();
    expect(await ask(clone.url, "/version")).toEqual({ version, commit, image });
    expect(version).toBe(`0.0.0-1-g${commit.slice(0, 7)}`);
    expect(verifiedImage).toBe(image);
    expect(docker("inspect", "--format={{.Config.Image}}", container("web"))).toBe(image);
    expect(url).toBe(`http://localhost:${clone.port}`);
  });

  test("Nginx itself serves the page with its style and its script, which ask for version and articles", async () => {
    const files = { "/": "text/html", "/style.css": "text/css", "/app.js": "javascript" };
    for (const [path, type] of Object.entries(files)) {
      const response = await fetch(new URL(path, clone.url));
      const name = path === "/" ? "index.html" : path;
      expect(await response.text()).toBe(
        readFileSync(join(clone.folder, "app/public", name), "utf8"),
      );
      expect(response.headers.get("content-type")).toContain(type);
      expect(statusOfApp(path)).toBe("404");
    }
    const page = await (await fetch(clone.url)).text();
    expect(page).toContain('href="style.css"');
    expect(page).toContain('src="app.js"');
    const script = await (await fetch(`${clone.url}/app.js`)).text();
    for (const path of ["version", "api/articles"]) {
      expect(script).toMatch(new RegExp(`getJson\\(["\`]${path}["\`?]`));
      expect(statusOfApp(`/${path}`)).toBe("200");
    }
  });
});

describe("plain pulumi", () => {
  test("`stack output url` is where the app answers", async () => {
    const { code, output } = await clone.pulumi(["stack", "output", "url"]);
    expect(code, output).toBe(0);
    expect(await ask(output.trim(), "/version")).toHaveProperty("image");
  });

  test("A preview after an up has nothing to change, not even after a look at what runs", async () => {
    const preview = await pulumi("preview", "--refresh", "--expect-no-changes");
    expect(preview.code, preview.output).toBe(0);
  });

  test("A container that was stopped by hand is missed by the preview, and `up --refresh` repairs it", async () => {
    docker("stop", container("web"));
    const preview = await pulumi("preview", "--refresh", "--expect-no-changes");
    expect(preview.code).not.toBe(0);

    const up = await pulumi("up", "--refresh", "--yes", "--skip-preview");
    expect(up.code, up.output).toBe(0);
    await expect.poll(() => statusOf("/version"), { timeout: 20_000 }).toBe(200);
    expect(docker("inspect", "--format={{.State.Running}}", container("web"))).toBe("true");
  });
});

describe("secrets", () => {
  test("A new databasePassword takes the place of the old one under load, without another Postgres", async () => {
    const old = await secret("databasePassword");
    const database = container("database");
    expect(logsIn(database, "app_1", old)).toBe(true);
    await clone.pulumi(["config", "set", "--secret", "databasePassword", NEW_PASSWORD]);

    const loop = new RequestLoop(clone.url, traffic(token));
    const commands = new CommandLines();
    const [rotation] = await Promise.allSettled([run("start")]);
    const [{ failures, answers }, seen] = [await loop.finish(), await commands.finish()];

    expect(rotation.status).toBe("fulfilled");
    expect(failures).toEqual([]);
    expect(answers.length).toBeGreaterThan(100);
    expect(container("database")).toBe(database);
    expect(logsIn(database, "app_2", NEW_PASSWORD)).toBe(true);
    expect(logsIn(database, "app_1", old)).toBe(false);
    expect(logsIn(database, "app_2", old)).toBe(false);
    expect((await ask(clone.url, "/api/user", { token })).user.username).toBe(JANE.username);

    expect(seen).toContain("docker exec");
    expectNoSecret(await secrets(), { "command lines": seen });
  });

  test("No start, preview or stop of a stack that is in order warns of anything", () => {
    expect(printed.join("\n")).not.toMatch(/warning/i);
  });

  test("No secret is in the clear in containers, images, logs, state, previews or what was printed", async () => {
    const ids = lines("ps", "--all", "--quiet", `--filter=label=slipway.stack=${clone.stack}`);
    const { image } = await outputs();
    // With a change of everything that a secret goes to, so that the preview has something to show.
    await clone.pulumi(["config", "set", "appEnv", '{"MOOD":"calm"}']);
    const preview = await pulumi("preview", "--diff");
    await clone.pulumi(["config", "rm", "appEnv"]);
    expect(preview.output).toContain("MOOD");
    expect(ids).toHaveLength(3);

    expectNoSecret(await secrets(), {
      "docker inspect": docker("inspect", ...ids),
      "the image": docker("image", "inspect", image),
      "the image's history": docker("image", "history", "--no-trunc", image),
      logs: ids.map((id) => execFileSync("sh", ["-c", `docker logs ${id} 2>&1`])).join("\n"),
      state: textBelow(join(clone.folder, ".slipway", "state")),
      "a preview": preview.output,
      "what was printed": printed.join("\n"),
    });
  });
});

describe("stop and start", () => {
  test("Data survives a stop, which leaves nothing running", async () => {
    await run("stop");
    expect(lines("ps", "--all", "--quiet", `--filter=label=slipway.stack=${clone.stack}`)).toEqual(
      [],
    );
    await run("start");
    const { articles } = await ask(clone.url, "/api/articles?tag=stars");
    expect(articles).toMatchObject([{ title: "First light" }]);
    expect((await ask(clone.url, "/api/user", { token })).user.username).toBe(JANE.username);
  });

  test("Pulumi alone, without setup/ and ops/, makes the same resources", async () => {
    const before = await resources();
    await run("stop");

    const copy = copyWithout("setup", "ops", ".slipway");
    try {
      const up = await pulumiAlone(copy, ["up", "--yes", "--skip-preview"]);
      expect(up.code, up.output).toBe(0);
      const preview = await pulumiAlone(copy, ["preview", "--expect-no-changes"]);
      expect(preview.code, preview.output).toBe(0);
    } finally {
      rmSync(copy, { recursive: true, force: true });
    }
    expect(await resources()).toEqual(before);
    expect((await run("start")).output).toContain("Nothing to change");
    const { articles } = await ask(clone.url, "/api/articles?tag=stars");
    expect(articles).toMatchObject([{ title: "First light" }]);
  });
});

/** `./slipway VERB`, which has to end well. */
async function run(verb: string): Promise<Ended> {
  const end = await clone.slipway([verb]);
  printed.push(end.output);
  if (end.code !== 0) throw new Error(end.output);
  return end;
}

async function pulumi(...args: string[]): Promise<Ended> {
  const end = await clone.pulumi(args);
  printed.push(end.output);
  return end;
}

async function outputs(): Promise<Record<"url" | "version" | "image" | "verifiedImage", string>> {
  return JSON.parse((await clone.pulumi(["stack", "output", "--json"])).output);
}

async function secret(key: string): Promise<string> {
  return (await clone.pulumi(["config", "get", key])).output.replace(/\n$/, "");
}

function container(role: "web" | "ingress" | "database"): string {
  const filters = [`label=slipway.stack=${clone.stack}`, `label=slipway.role=${role}`];
  const ids = lines("ps", "--quiet", "--no-trunc", ...filters.map((one) => `--filter=${one}`));
  if (ids.length !== 1) throw new Error(`There are ${ids.length} ${role} containers that run.`);
  return ids[0] ?? "";
}

function lines(...args: string[]): string[] {
  return docker(...args)
    .split("\n")
    .filter(Boolean);
}

async function statusOf(path: string): Promise<number> {
  return (await fetch(new URL(path, clone.url))).status;
}

/** What the app answers when it is asked directly, from where Nginx stands. */
function statusOfApp(path: string): string {
  const name = docker("inspect", "--format={{.Name}}", container("web")).slice(1);
  const options = ["--silent", "--output", "/dev/null", "--write-out", "%{http_code}"];
  return docker("exec", container("ingress"), "curl", ...options, `http://${name}:3000${path}`);
}

async function secrets(): Promise<string[]> {
  return await Promise.all(["databasePassword", "appSecret"].map(secret));
}

async function resources(): Promise<string[]> {
  const { output } = await clone.pulumi(["stack", "export"]);
  const { deployment } = JSON.parse(output);
  return deployment.resources.map(({ urn }: { urn: string }) => urn).toSorted();
}

/** A copy of the clone, with its git history, that lacks some folders. */
function copyWithout(...folders: string[]): string {
  const copy = mkdtempSync(join(tmpdir(), "slipway-copy-"));
  cpSync(clone.folder, copy, {
    recursive: true,
    filter: (path) => !folders.includes(relative(clone.folder, path)),
  });
  return copy;
}

/** The pulumi command with what Pulumi's manual tells a user to set, and nothing of ours. */
function pulumiAlone(folder: string, args: string[]): Promise<Ended> {
  const env = {
    ...process.env,
    ...toolEnvironment(chosenTools()),
    PULUMI_BACKEND_URL: `file://${join(clone.folder, ".slipway", "state")}`,
    PULUMI_CONFIG_PASSPHRASE_FILE: join(clone.folder, ".slipway", "passphrase"),
  };
  const options = ["--stack", clone.stack, "--non-interactive"];
  return ended(spawn("pulumi", [...args, ...options], { cwd: folder, env }));
}

function git(...args: string[]): string {
  return execFileSync("git", ["-C", clone.folder, ...args], { encoding: "utf8" }).trim();
}
