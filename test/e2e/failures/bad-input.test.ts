import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Clone, docker, type Ended, ended, thingsOf } from "../clone.ts";
import { setConfig } from "../config.ts";
import { type SmallApp, writeSmallApp } from "../small-app.ts";
import { withSmallEngine } from "../small-engine.ts";
import { unrecordedThings } from "../unrecorded.ts";

const COMPLAINT = "the compiler complains";
const asRoot = process.getuid?.() === 0;

/** Refused before anything was tried. */
describe("A start that can't begin says why, and leaves nothing", () => {
  let clone: Clone;

  beforeAll(async () => {
    clone = await Clone.make();
    writeSmallApp(clone);
  });

  afterAll(async () => {
    await clone.remove();
  });

  test("A question about the stack before the first start: what makes it", async () => {
    const { code, output } = await clone.slipway(["releases", "-s", clone.stack]);
    expect(output).toContain(
      `slipway: The stack ${clone.stack} is not there yet. To make it: \`npm start\`.`,
    );
    expect(output).not.toContain("    at ");
    expect(code, output).toBe(2);
  });

  test("A port that another program has: the line to type names a free one's place", async () => {
    const server = await listenOn(clone.port);
    try {
      const { code, output } = await clone.slipway(["start"]);
      expect(output).toContain(`Port ${clone.port} on 127.0.0.1 is taken by another program.`);
      expect(output).toContain(
        `npm run pulumi -- config set httpPort ${clone.port + 1} -s ${clone.stack}\``,
      );
      expect(code, output).toBe(2);
    } finally {
      server.close();
    }
    expect(thingsOf(clone.stack)).toEqual([]);
  });

  test("A disk with less room than is needed: both figures", async () => {
    const { code, output } = await clone.slipway(["start"], { SLIPWAY_MIN_FREE_MIB: "987654321" });
    expect(output).toMatch(/The disk of \S+ has \d+ MiB free; Slipway needs 987654321 MiB\./);
    expect(output).toContain("docker system df");
    expect(code, output).toBe(2);
    expect(thingsOf(clone.stack)).toEqual([]);
  });

  test("An engine that does not answer at DOCKER_HOST: its address, and Docker's own words", async () => {
    const DOCKER_HOST = `unix://${clone.folder}/no.sock`;
    const { code, output } = await clone.slipway(["start"], { DOCKER_HOST });
    expect(output).toContain(`No Docker Engine answers at DOCKER_HOST=${DOCKER_HOST}: `);
    expect(output).toContain("Is the docker daemon running?");
    expect(code, output).toBe(2);
  });

  test("A misspelt key, wrong values, a missing secret and a port of 99999: one message has all", async () => {
    const bad = {
      htpPort: "8081",
      drainSeconds: "soon",
      appSecret: "",
      httpPort: "99999",
    };
    setConfig(clone, bad);
    const { code, output } = await clone.slipway(["start"]);
    setConfig(clone, { ...bad, htpPort: undefined, appSecret: undefined });
    setConfig(clone, { drainSeconds: "1", httpPort: String(clone.port) });

    expect(output).toContain(`Stack "${clone.stack}" was not touched: 4 problems in its config.`);
    expect(output).toContain("slipway:htpPort is not a setting; did you mean httpPort?");
    expect(output).toContain('slipway:drainSeconds is "soon"; it must be a whole number from 1');
    expect(output).toContain(
      'slipway:httpPort is "99999"; it must be a whole number from 1 to 65535',
    );
    expect(output).toContain("slipway:appSecret is missing.");
    expect(output).toContain(`pulumi config set --secret appSecret -s ${clone.stack}`);
    expect(output.match(/was not touched/g)).toHaveLength(1);
    expect(code, output).toBe(1);
    expect(thingsOf(clone.stack)).toEqual([]);
  });

  test("Go is missing where Pulumi has to be built: how to get it", async () => {
    const other = await Clone.make();
    other.write(".slipway/tools.json", '{"pulumi":"offline","images":"official","asked":true}');
    mkdirSync(join(other.folder, "empty-cache"));
    const env = {
      PATH: pathOf(join(other.folder, "bin"), ["sh", "node", "dirname", "git", "docker"]),
      XDG_CACHE_HOME: join(other.folder, "empty-cache"),
    };
    const { code, output } = await other.slipway(["start"], env);
    const left = thingsOf(other.stack);
    await other.remove();

    expect(left).toEqual([]);
    expect(output).toContain("slipway: Go is missing.");
    expect(output).toContain("Install it from https://go.dev/dl/");
    expect(code, output).toBe(2);
  });

  test.runIf(asRoot)("A user who may not use Docker: what the administrator types", async () => {
    const other = await Clone.make();
    execFileSync("chown", ["-hR", "65534:65534", other.folder]);
    const nobody = ["--reuid=65534", "--regid=65534", "--clear-groups"];
    const { code, output } = await within(other, ["setpriv", ...nobody, "./slipway", "start"]);
    const left = thingsOf(other.stack);
    await other.remove();

    expect(left).toEqual([]);
    expect(output).toContain(
      "You may not use Docker on this machine. Run `sudo usermod -aG docker",
    );
    expect(code, output).toBe(2);
  });

  test.runIf(asRoot)("An engine that does not start: the last lines of its log", async () => {
    // In a mount namespace of its own: no socket to be found, and a configuration that stops dockerd.
    const script = `
      mount -t tmpfs tmpfs /run
      mkdir -p /etc/docker && mount -t tmpfs tmpfs /etc/docker
      echo '{ broken' >/etc/docker/daemon.json
      exec ./slipway start`;
    const { code, output } = await within(clone, ["unshare", "--mount", "sh", "-euc", script]);
    expect(output).toContain("Docker is installed but not running; starting dockerd");
    expect(output).toContain("slipway: Docker did not start. The last lines of its log:");
    expect(output).toContain("/etc/docker/daemon.json");
    expect(code, output).toBe(1);
    expect(docker("version", "--format={{.Server.Version}}")).not.toBe("");
  });

  test.runIf(asRoot)("An engine whose disk is small, and then full: both are said", async () => {
    const other = await Clone.make();
    other.write(".slipway/tools.json", '{"pulumi":"offline","images":"offline","asked":true}');
    try {
      await withSmallEngine(64, async (DOCKER_HOST) => {
        const early = await other.slipway(["start"], { DOCKER_HOST });
        expect(early.output).toMatch(
          /The disk of \S+\/root has \d\d MiB free; Slipway needs 3072 MiB/,
        );
        expect(early.code).toBe(2);

        const late = await other.slipway(["start"], { DOCKER_HOST, SLIPWAY_MIN_FREE_MIB: "1" });
        expect(late.output).toMatch(/^slipway: .*\n?.*no space left on device/ms);
        expect(late.output).not.toContain("node:internal");
        expect(late.code).toBe(1);
      });
    } finally {
      await other.remove();
    }
  });
});

/** Tried, and failed where nothing has been live yet. Each gets further than the one before. */
describe("A first deploy that fails says why, and leaves what the state has", () => {
  let clone: Clone;

  beforeAll(async () => {
    clone = await Clone.make();
  });

  afterAll(async () => {
    await clone.remove();
  });

  const failures: { what: string; app: SmallApp; says: string[] }[] = [
    {
      what: "A Dockerfile that fails to build: its own output",
      app: { build: [`RUN echo ${COMPLAINT} && exit 7`] },
      says: [COMPLAINT, "image-build"],
    },
    {
      what: "A migration that fails: its own output and its exit code",
      app: { migrateCommand: "echo relation does not exist; exit 3" },
      says: ["relation does not exist", "The migration failed with exit code 3"],
    },
    {
      what: "An app that never gets healthy: the last lines of its log",
      app: {
        before:
          "console.log('waiting for Godot'); await new Promise(() => setInterval(() => {}, 1e6));",
        healthSeconds: 2,
      },
      says: ["The app was not healthy within 2 seconds", "waiting for Godot"],
    },
    {
      what: "An app that listens on loopback only: that this may be so",
      app: { listenOn: "127.0.0.1", healthSeconds: 2 },
      says: ["the app may listen on 127.0.0.1 only", "listening on 127.0.0.1"],
    },
  ];

  test.each(failures)("$what", async ({ app, says }) => {
    writeSmallApp(clone, app);
    const { code, output } = await clone.slipway(["start"]);
    for (const text of says) expect(output).toContain(text);
    expect(output).toContain("slipway: up failed. The reason is above");
    expect(code, output).toBe(1);
    expect(await unrecordedThings(clone)).toEqual([]);
    // A build that fails would leave the container of its command, which has no label.
    const commands = docker("ps", "--all", "--no-trunc", "--format={{.Command}}");
    expect(commands).not.toContain(COMPLAINT);
  });

  test("The next start goes on from what is there, and a destroy with --data leaves nothing", async () => {
    writeSmallApp(clone);
    const { code, output } = await clone.slipway(["start"]);
    expect(code, output).toBe(0);
    expect((await fetch(clone.url)).status).toBe(200);
    expect(await unrecordedThings(clone)).toEqual([]);

    await clone.slipway(["destroy", "--data", "--yes", clone.stack]);
    expect(thingsOf(clone.stack)).toEqual([]);
  });
});

function listenOn(port: number): Promise<Server> {
  return new Promise((done, fail) => {
    const server = createServer().once("error", fail);
    server.listen(port, "127.0.0.1", () => done(server));
  });
}

/** A folder with these commands and no other. */
function pathOf(folder: string, commands: string[]): string {
  mkdirSync(folder);
  for (const command of commands) {
    const found = execFileSync("sh", ["-c", `command -v ${command}`], { encoding: "utf8" }).trim();
    symlinkSync(found, join(folder, command));
  }
  return folder;
}

/** A command in a clone, for starts that need other surroundings. */
function within(clone: Clone, [command = "", ...args]: string[]): Promise<Ended> {
  const { DOCKER_HOST: _, ...env } = process.env;
  return ended(
    spawn(command, args, {
      cwd: clone.folder,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...env, HOME: clone.folder, SLIPWAY_LOCAL_STACK: clone.stack, NO_COLOR: "1" },
    }),
  );
}
