import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TestHost } from "../../hosts/test-host.ts";
import type { Clone, Ended } from "../clone.ts";
import { CommandLines } from "../command-lines.ts";
import { ask } from "../conduit-client.ts";
import { setConfig } from "../config.ts";
import { expectNoSecret, textBelow } from "../secret-search.ts";
import { provideImages } from "./host-images.ts";
import { HostRegistry } from "./host-registry.ts";
import { BuiltImages } from "./image-archives.ts";
import { cloneFor } from "./ssh-clone.ts";
import { lines } from "./stack-on-host.ts";

const NEIGHBOUR_PORT = "8081";

let host: TestHost;
let clone: Clone;
let neighbour: Clone;
let built: BuiltImages;
let url: string;
/** Ids of the images that were released, by their versions. */
const ids: Record<string, string> = {};

beforeAll(async () => {
  host = await TestHost.start({ variant: "docker" });
  await provideImages(host);
  url = `http://${host.address}`;
  clone = await cloneFor(host, { build: "false", database: "none", imagesKept: "2" });
  built = new BuiltImages(clone);
});
afterAll(() => host?.remove());
afterAll(() => clone?.remove());
afterAll(() => neighbour?.remove());
afterAll(() => built?.remove());

describe("an archive that `docker save` wrote", () => {
  test("is copied to the server and released; its tag names the version", async () => {
    await released("1", built.save("1"));
    expect(await ask(url, "/")).toMatchObject({ image: markOf("1"), version: "1" });
    const preview = await clone.pulumi(["preview", "--refresh", "--expect-no-changes"]);
    expect(preview.code, preview.output).toBe(0);
  });

  test("is as good for another stack on the same server, at a port of its own", async () => {
    neighbour = await cloneFor(host, {
      build: "false",
      database: "none",
      staticPath: "",
      migrateCommand: "",
      httpPort: NEIGHBOUR_PORT,
      image: join(clone.folder, "app-1.tar"),
    });
    const { code, output } = await neighbour.slipway(["start"]);
    expect(code, output).toBe(0);
    expect(await ask(`${url}:${NEIGHBOUR_PORT}`, "/")).toMatchObject({ version: "1" });
    expect(await ask(url, "/")).toMatchObject({ image: markOf("1") });
  });

  test("may be compressed", async () => {
    await released("2", built.saveCompressed("2"));
  });

  test("whose app does not start is not released, and the one before serves on", async () => {
    const image = built.save("broken", { before: "process.exit(1);", healthSeconds: 20 });
    const { code, output } = await release(image);
    ids["broken"] = await idOf(`${built.repository}:broken`);
    expect(output).toContain("The app ended before it was healthy");
    expect(code, output).toBe(1);
    expect(await ask(url, "/")).toMatchObject({ version: "2" });
  });

  test("that holds no image, or is not there, is refused by its name", async () => {
    const before = await host.docker(["ps", "--all", "--quiet"]);
    clone.write("notes.tar", "no archive");
    expect((await release("./notes.tar")).output).toContain("notes.tar is no archive of one image");
    expect((await release("./none.tar")).output).toMatch(/There is no archive \S+none\.tar/);
    expect(await host.docker(["ps", "--all", "--quiet"])).toBe(before);
  });
});

describe("with `imagesKept: 2`", () => {
  test("The images of the last two releases stay on the server, and no other of the stack", async () => {
    await released("3", built.save("3"));
    await released("4", built.save("4"));

    expect(await marks(clone)).toEqual([markOf("3"), markOf("4")].toSorted());
    const there = lines(await host.docker(["image", "ls", "--quiet", "--no-trunc"]));
    expect(there).not.toContain(ids["2"]);
    expect(there).not.toContain(ids["broken"]);
  });

  test("An image that another stack has marked stays, and that stack serves on", async () => {
    const [mark, ...more] = await marks(neighbour);
    expect(more).toEqual([]);
    expect(await idOf(mark ?? "")).toBe(ids["1"]);
    expect(await ask(`${url}:${NEIGHBOUR_PORT}`, "/")).toMatchObject({ image: mark });
  });

  test("A rollback takes the image that stayed: the archive is not needed", async () => {
    for (const version of ["3", "4"]) rmSync(join(clone.folder, `app-${version}.tar`));
    const { code, output } = await clone.slipway(["rollback", "-s", clone.stack]);
    expect(code, output).toBe(0);
    expect(await ask(url, "/")).toMatchObject({ image: markOf("3"), version: "3" });
  });
});

describe("a registry that asks for a login", () => {
  let registry: HostRegistry;
  let image: string;

  beforeAll(async () => {
    registry = await HostRegistry.start(host);
    const name = built.build("5");
    await host.loadImages([name]);
    image = await registry.take(name, "shop/app:5");
    setConfig(clone, { image });
  });

  test("lets nobody pull without one, and the release before serves on", async () => {
    const { code, output } = await clone.slipway(["start"]);
    expect(output).toMatch(/image-pull: .*no basic auth credentials/s);
    expect(code, output).toBe(1);
    expect(await ask(url, "/")).toMatchObject({ version: "3" });
  });

  test("refuses a wrong password, and the settings to look at are named", async () => {
    setConfig(clone, { registry: registry.server, registryUser: registry.user });
    await clone.setSecret("registryPassword", "not the password");
    const { code, output } = await clone.slipway(["start"]);
    expect(output).toContain(
      `${registry.server} refused the login of deployer (slipway:registry, slipway:registryPassword).`,
    );
    expect(code, output).toBe(1);
    expect(await ask(url, "/")).toMatchObject({ version: "3" });
  });

  test("gives the image for the right one, of which nothing stays on the server", async () => {
    await clone.setSecret("registryPassword", registry.password);
    const watch = new CommandLines();
    let commandLines = "";
    const { code, output } = await clone.slipway(["start"]).finally(async () => {
      commandLines = await watch.finish();
    });

    expect(code, output).toBe(0);
    expect(await ask(url, "/")).toMatchObject({ image });
    expect(commandLines).toContain("docker pull");
    const login = Buffer.from(`${registry.user}:${registry.password}`).toString("base64");
    const containers = lines(await host.docker(["ps", "--all", "--quiet"]));
    expectNoSecret([registry.password, login], {
      "command lines": commandLines,
      "files of the server": await host.ssh(
        "find /dev/shm /etc /home /root /tmp /var/log /var/tmp -type f -exec cat {} + | tr -d '\\000'",
      ),
      "docker inspect": await host.docker(["inspect", ...containers]),
      state: textBelow(join(clone.folder, ".slipway", "state")),
      "the stack's file": readFileSync(join(clone.folder, `Pulumi.${clone.stack}.yaml`), "utf8"),
      "what was printed": output,
    });
    expect(await host.ssh("find / -xdev -name .docker -o -xdev -path '*/tmp.*/config.json'")).toBe(
      "",
    );
  });
});

test("A destroy leaves the other stack of the server as it is", async () => {
  const { code, output } = await clone.slipway(["destroy", "--data", "--yes", clone.stack]);
  expect(code, output).toBe(0);
  expect(await marks(clone)).toEqual([]);
  expect(await ask(`${url}:${NEIGHBOUR_PORT}`, "/")).toMatchObject({ version: "1" });
});

async function release(image: string): Promise<Ended> {
  setConfig(clone, { image });
  return await clone.slipway(["start"]);
}

/** A release that has to end well. */
async function released(version: string, image: string): Promise<void> {
  const { code, output } = await release(image);
  expect(code, output).toBe(0);
  const answer = await ask(url, "/");
  expect(answer).toMatchObject({ version });
  ids[version] = await idOf(answer.image);
}

/** Names by which a stack keeps images on the server. */
async function marks(of: Clone): Promise<string[]> {
  const format = "--format={{.Repository}}:{{.Tag}}";
  return lines(await host.docker(["image", "ls", format, `slipway-${of.stack}/app`])).toSorted();
}

function markOf(version: string): string {
  return `slipway-${clone.stack}/app:${ids[version]?.replace("sha256:", "").slice(0, 12)}`;
}

async function idOf(image: string): Promise<string> {
  return await host.docker(["image", "inspect", "--format={{.Id}}", image]);
}
