import { execFileSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { copyContext, hashContext, readBuildContext } from "../../../infra/build-context.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "slipway-context-"));
  write("Dockerfile", "FROM scratch\n");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, text = path): void {
  mkdirSync(join(folder, path, ".."), { recursive: true });
  writeFileSync(join(folder, path), text);
}

const git = (...args: string[]) =>
  execFileSync("git", ["-C", folder, "-c", "init.defaultBranch=main", ...args]);
const read = () => readBuildContext(folder, "Dockerfile");
const sent = () => read().entries.map(({ path }) => path.toString());
const hash = () => hashContext(folder, read());

describe("what the builder is sent", () => {
  test("is every file, hidden ones among them, in an order that no machine decides", () => {
    for (const path of ["b.js", "a/x.js", "a.js", ".env.example", "B.js"]) write(path);
    expect(sent()).toEqual([".env.example", "B.js", "Dockerfile", "a.js", "a/x.js", "b.js"]);
  });

  test("is neither what git keeps for itself nor what the package manager does", () => {
    for (const path of ["node_modules/a/i.js", "src/node_modules/b/i.js", ".git/x"]) write(path);
    expect(sent()).toEqual(["Dockerfile"]);
  });

  test("is not what .dockerignore leaves out, but for the files that the builder reads itself", () => {
    write(".dockerignore", "*\n!src\nsrc/*.log\n");
    for (const path of ["src/a.js", "src/dev.log", "other/b.js", "src/deep/c.log"]) write(path);
    expect(sent()).toEqual([".dockerignore", "Dockerfile", "src/a.js", "src/deep/c.log"]);
  });

  test("is what either of two .dockerignore files lets in: which one counts, the builder decides", () => {
    write(".dockerignore", "a\nb\n");
    write("Dockerfile.dockerignore", "b\nc\n");
    for (const path of ["a", "b", "c"]) write(path);
    expect(sent()).toEqual([".dockerignore", "Dockerfile", "Dockerfile.dockerignore", "a", "c"]);
  });

  test("is not what git ignores, and is what git does not know yet", () => {
    git("init", "--quiet");
    write(".gitignore", "*.log\n/dist/\n__pycache__\n");
    for (const path of ["dev.log", "dist/app.js", "src/__pycache__/a.pyc", "src/new.js"])
      write(path);
    expect(sent()).toEqual([".gitignore", "Dockerfile", "src/new.js"]);
    expect(read().leftOut).toEqual(["dev.log", "dist/", "src/__pycache__/"]);
  });

  test("is what git ignores, where .dockerignore makes an exception of it by name", () => {
    git("init", "--quiet");
    write(".gitignore", "dist\n.cache\n__pycache__\n");
    write(".dockerignore", "*\n!dist\n!src\n!.cache/keep\n!node_modules\n");
    for (const path of ["dist/a/app.js", ".cache/keep", ".cache/other"]) write(path);
    for (const path of ["src/__pycache__/a.pyc", "src/a.py", "node_modules/m.js"]) write(path);
    expect(sent()).toEqual([
      ...[".cache/keep", ".dockerignore", "Dockerfile", "dist/a/app.js", "node_modules/m.js"],
      "src/a.py",
    ]);
    expect(read().leftOut).toEqual([".cache/", "src/__pycache__/"]);
  });

  test("is all of a folder that git ignores as a whole", () => {
    git("init", "--quiet");
    write(".gitignore", "app\n");
    write("app/Dockerfile");
    write("app/main.js");
    const { entries } = readBuildContext(join(folder, "app"), "Dockerfile");
    expect(entries.map(({ path }) => path.toString())).toEqual(["Dockerfile", "main.js"]);
  });
});

describe("what can't be sent does no harm", () => {
  let server: Server | undefined;
  afterEach(() => server?.close());

  test("a socket and a pipe are left out, as Docker's own client does", async () => {
    mkdirSync(join(folder, "tmp"));
    server = createServer();
    await new Promise<void>((done) => server?.listen(join(folder, "tmp/puma.sock"), done));
    execFileSync("mkfifo", [join(folder, "tmp/pipe")]);
    expect(sent()).toEqual(["Dockerfile"]);
    expect(hash()).toMatch(/^[0-9a-f]{64}$/);
  });

  test("a name that is not UTF-8 is sent as it is", () => {
    const name = Buffer.from("caf\xe9.txt", "latin1");
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), name]), "x");
    expect(read().entries.map(({ path }) => path.toString("latin1"))).toEqual([
      "Dockerfile",
      "caf\xe9.txt",
    ]);
    const target = mkdtempSync(join(tmpdir(), "slipway-staged-"));
    copyContext(folder, read(), target);
    expect(readdirSync(target, { encoding: "buffer" })).toContainEqual(name);
    rmSync(target, { recursive: true });
  });
});

describe("the hash of what is sent", () => {
  test("does not change with what is not sent", () => {
    git("init", "--quiet");
    write(".gitignore", "*.log\n");
    write(".dockerignore", "tmp\n");
    const before = hash();
    write("dev.log", "more");
    write("tmp/cache", "more");
    write("node_modules/a.js", "more");
    expect(hash()).toBe(before);
  });

  test("changes with where a link leads", () => {
    symlinkSync("a", join(folder, "link"));
    const before = hash();
    rmSync(join(folder, "link"));
    symlinkSync("b", join(folder, "link"));
    expect(hash()).not.toBe(before);
  });
});

test("the copy has the files, links and rights of the folder, and nothing more", () => {
  write("src/run.sh", "#!/bin/sh\n");
  execFileSync("chmod", ["755", join(folder, "src/run.sh")]);
  symlinkSync("run.sh", join(folder, "src/link"));
  symlinkSync("/nowhere", join(folder, "dangling"));
  write("node_modules/a.js");
  const target = mkdtempSync(join(tmpdir(), "slipway-staged-"));
  try {
    copyContext(folder, read(), target);
    expect(readdirSync(target).sort()).toEqual(["Dockerfile", "dangling", "src"]);
    expect(readFileSync(join(target, "src/run.sh"), "utf8")).toBe("#!/bin/sh\n");
    expect(lstatSync(join(target, "src/run.sh")).mode & 0o777).toBe(0o755);
    expect(readlinkSync(join(target, "src/link"))).toBe("run.sh");
    expect(readlinkSync(join(target, "dangling"))).toBe("/nowhere");
    expect(existsSync(join(target, "node_modules"))).toBe(false);
  } finally {
    rmSync(target, { recursive: true });
  }
});
