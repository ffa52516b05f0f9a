import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TestHost } from "../../hosts/test-host.ts";
import { TestNetwork } from "../../hosts/test-network.ts";
import type { Clone } from "../clone.ts";
import { ask } from "../conduit-client.ts";
import { setConfig } from "../config.ts";
import { writeSmallApp } from "../small-app.ts";
import { until } from "../until.ts";
import { provideImages } from "./host-images.ts";
import { cloneFor } from "./ssh-clone.ts";
import { containersOn, thingsOn } from "./stack-on-host.ts";

const HOLDER = "holder-of-an-address";

let network: TestNetwork;
let host: TestHost;
let clone: Clone;
let url: string;

beforeAll(async () => {
  network = await TestNetwork.make();
  host = await TestHost.start({ variant: "docker", network });
  await provideImages(host);
  clone = await cloneFor(host);
  url = `http://${host.address}`;
  writeSmallApp(clone);
  await start();
});
afterAll(() => network?.remove());
afterAll(() => host?.remove());
afterAll(() => clone?.remove());

describe("A disk without room for the new image", () => {
  const build = ["RUN head --bytes=64M /dev/urandom >/large"];

  test("ends the release with the reason, and the old version serves on", async () => {
    const before = await liveImage();
    writeSmallApp(clone, { build });
    await host.fillDisk(20);
    const { code, output } = await clone.slipway(["start"]);
    expect(output).toMatch(/error: image-build: .*no space left on device/is);
    expect(code, output).toBe(1);
    expect(await liveImage()).toBe(before);
  });

  test("has it again for the next start, which makes the release", async () => {
    const before = await liveImage();
    await host.freeDisk();
    await start();
    expect(await liveImage()).not.toBe(before);
  });
});

describe("By itself, with the same release, and without a change for the next preview, the app comes back", () => {
  test("when Docker is restarted", async () => {
    await expectToComeBack(() => host.restartDocker());
  });

  test("when the power fails", async () => {
    await expectToComeBack(() => host.reboot());
  });

  test("when its container gets another address, which Nginx follows", async () => {
    const [web = ""] = await containersOn(host, clone.stack, "web");
    const [ingress = ""] = await containersOn(host, clone.stack, "ingress");
    const address = await addressOf(web);
    const image = await host.docker(["inspect", "--format={{.Config.Image}}", ingress]);

    try {
      await expectToComeBack(async () => {
        await host.docker(["stop", web]);
        const holder = [`--name=${HOLDER}`, `--network=${await networkOf(web)}`, `--ip=${address}`];
        await host.docker(["run", "--detach", ...holder, image]);
        await host.docker(["start", web]);
        expect(await addressOf(web)).not.toBe(address);
      });
    } finally {
      await host.docker(["rm", "--force", HOLDER]);
    }
  });

  async function expectToComeBack(from: () => Promise<void>): Promise<void> {
    const before = await liveImage();
    await from();
    await until(() => liveImage().then(Boolean, () => false), "the app answers again");
    expect(await liveImage()).toBe(before);
    const status = await clone.slipway(["status", "-s", clone.stack]);
    expect(status.code, status.output).toBe(0);
    const preview = await clone.pulumi(["preview", "--refresh", "--expect-no-changes"]);
    expect(preview.code, preview.output).toBe(0);
  }
});

describe("A stack whose config leads elsewhere", () => {
  test("does not go to another kind of host, and is told what to type", async () => {
    setConfig(clone, { host: "local" });
    const { code, output } = await clone.pulumi(["preview"]);
    setConfig(clone, { host: "ssh" });
    expect(output).toContain(
      `slipway:host is "local", and stack "${clone.stack}" is on "ssh": its data would not move`,
    );
    expect(output).toContain(`\`pulumi config set host ssh -s ${clone.stack}\``);
    expect(code, output).not.toBe(0);
  });

  test("does not go to another server, on which nothing is made", async () => {
    const other = await TestHost.start({ variant: "docker", network });
    try {
      await goTo(other);
      const { code, output } = await clone.slipway(["start"]);
      expect(output).toContain(
        `slipway:sshHost leads to ${other.address} port 22, and stack "${clone.stack}" is on ` +
          `${host.address} port 22. This server has nothing of the stack`,
      );
      expect(code, output).toBe(1);
      expect(await thingsOn(other, clone.stack)).toEqual([]);
    } finally {
      await goTo(host);
      await other.remove();
    }
    expect(await liveImage()).not.toBe("");
  });

  test("goes on where its server has another address", async () => {
    const address = network.nextAddress();
    await host.ssh(`ip address add ${address}/24 dev eth0`);
    const before = await liveImage();
    setConfig(clone, { sshHost: address });
    await start();
    expect(await liveImage()).toBe(before);
    setConfig(clone, { sshHost: host.address });
    await start();
  });

  async function goTo(server: TestHost): Promise<void> {
    setConfig(clone, { sshHost: server.address, sshHostKey: server.hostKeyLine });
    await clone.setSecret("sshKey", readFileSync(server.privateKeyFile, "utf8"));
  }
});

async function start(): Promise<void> {
  const { code, output } = await clone.slipway(["start"]);
  expect(code, output).toBe(0);
}

async function liveImage(): Promise<string> {
  return (await ask(url, "/")).image;
}

const NETWORKS = "{{range $name, $_ := .NetworkSettings.Networks}}{{$name}}{{end}}";
const ADDRESSES = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}";

const networkOf = (container: string) =>
  host.docker(["inspect", `--format=${NETWORKS}`, container]);
const addressOf = (container: string) =>
  host.docker(["inspect", `--format=${ADDRESSES}`, container]);
