import { execFileSync } from "node:child_process";
import { appendFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Clone, docker } from "../clone.ts";
import { writeSmallApp } from "../small-app.ts";

let clone: Clone;
let socket: Server | undefined;

beforeAll(async () => {
  clone = await Clone.make();
  writeSmallApp(clone, { build: ["COPY . /context"], healthSeconds: 5 });
  clone.write("small/.gitignore", "*.log\n");
  clone.write("small/.dockerignore", "notes\n");
  await started(0);
});
afterAll(async () => {
  socket?.close();
  await clone?.remove();
});

test("What git and .dockerignore leave out, a socket and a pipe release nothing, and get into no image", async () => {
  clone.write("small/dev.log", "GET / 200\n");
  clone.write("small/notes/todo.txt", "later\n");
  clone.write("small/caf\xe9 au lait.txt", "hot\n");
  await started(0);
  socket = createServer();
  await new Promise<void>((done) => socket?.listen(join(clone.folder, "small/app.sock"), done));
  execFileSync("mkfifo", [join(clone.folder, "small/pipe")]);
  appendFileSync(join(clone.folder, "small/dev.log"), "GET / 200\n");
  clone.write("small/notes/todo.txt", "now\n");

  expect(await started(0)).toContain("✓ Nothing to change");

  const web = docker("ps", "--quiet", ...labels("web"));
  expect(docker("exec", web, "ls", "-A", "/context").split("\n").sort()).toEqual(
    [".dockerignore", ".gitignore", "Dockerfile", "café au lait.txt", "server.mjs"].sort(),
  );
});

test("What failed and is mended, again and again, leaves no image without a name", async () => {
  for (const attempt of [1, 2]) {
    // As git itself does, with every command.
    clone.write("small/.git/index", `${attempt}`);
    writeSmallApp(clone, { build: ["COPY . /context"], before: "throw 1;", healthSeconds: 5 });
    await started(1);
    writeSmallApp(clone, { build: ["COPY . /context"], healthSeconds: 5 });
    await started(0);
  }
  expect(docker("image", "ls", "--quiet", "--filter=dangling=true", ...labels("image"))).toBe("");
});

test("A build that lacks what git ignores fails with its name and the way to let it in", async () => {
  writeSmallApp(clone, { build: ["COPY dev.log /"] });
  expect(await started(1)).toContain("The build is not sent what git ignores: dev.log.");
  clone.write("small/.dockerignore", "notes\n!dev.log\n");
  await started(0);
});

/** A start that ends with this code; @returns what it printed. */
async function started(code: number): Promise<string> {
  const end = await clone.slipway(["start"]);
  expect(end.code, end.output).toBe(code);
  return end.output;
}

function labels(role: string): string[] {
  return [`--filter=label=slipway.stack=${clone.stack}`, `--filter=label=slipway.role=${role}`];
}
