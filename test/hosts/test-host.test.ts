import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { offlineImages } from "../../offline/images/index.ts";
import { chosenTools } from "../../ops/tools.ts";
import { until } from "../e2e/until.ts";
import { namesLabelled, OWNER_LABEL } from "./labelled.ts";
import { OWNER } from "./owner.ts";
import { succeed } from "./succeed.ts";
import { TestHost } from "./test-host.ts";
import { TestNetwork } from "./test-network.ts";

const { images } = chosenTools();
const nginx = { official: "nginx:1.30.6", offline: offlineImages.nginx }[images];

let network: TestNetwork;
let host: TestHost;

beforeAll(async () => {
  network = await TestNetwork.make();
  host = await TestHost.start({ variant: "docker", network });
  if (images === "official") await succeed("docker", ["pull", "--quiet", nginx]);
  await host.loadImages([nginx]);
  await host.docker([
    ...["run", "--detach", "--name=web", "--restart=unless-stopped", "--publish=80:80"],
    ...["--volume=data:/data", nginx],
  ]);
  await until(serves, "the web server answers");
});
afterAll(() => network?.remove());

test("The machine's docker command runs a container in the server's own engine, over SSH", async () => {
  const hello = await host.docker(["run", "--rm", "--memory=64m", nginx, "echo", "hello"]);
  expect(hello).toBe("hello");
  expect(await host.docker(["info", "--format={{.Name}} {{.Driver}}"])).toBe("server overlay2");
});

test("A build in the server's engine reaches the package sources", async () => {
  const build = `printf 'FROM ${nginx}\\nRUN apt-get update --error-on=any\\n' | docker build -`;
  expect(await host.ssh(build)).toMatch(/Successfully built/);
});

test("Its containers ask the same name servers as those of the machine", async () => {
  const ask = ["run", "--rm", nginx, "grep", "^nameserver", "/etc/resolv.conf"];
  expect(await host.docker(ask)).toBe(await succeed("docker", ask));
});

test("The deploy user is in group docker and may do everything with sudo", async () => {
  expect(await host.docker(["version", "--format={{.Server.Os}}"], "deploy")).toBe("linux");
  expect(await host.ssh("sudo id --user", "deploy")).toBe("0");
});

test("An image that is on the server already is not copied again", async () => {
  const loads = ["events", "--since=1h", "--until=0s", "--filter=event=load"];
  const before = await host.docker(loads);
  expect(before).toContain("image load");

  await host.loadImages([nginx]);

  expect(await host.docker(loads)).toBe(before);
});

test("A reboot brings the containers back that have a restart policy, with their data, and no others", async () => {
  await host.docker(["run", "--detach", "--name=once", nginx]);
  await host.docker(["exec", "web", "sh", "-c", "echo kept > /data/file"]);

  await host.reboot();

  await until(serves, "the web server answers");
  expect(await host.docker(["ps", "--format={{.Names}}"])).toBe("web");
  expect(await host.docker(["exec", "web", "cat", "/data/file"])).toBe("kept");
});

test("A restart of Docker brings them back as well", async () => {
  const before = await engineProcess();
  await host.restartDocker();
  await until(serves, "the web server answers");
  expect(await engineProcess()).not.toBe(before);
});

test("A host that is cut off answers nobody, and what it was doing goes on when it is mended", async () => {
  const command = host.ssh("sleep 2; echo done");
  await host.ssh("until pgrep --full '^sleep 2'; do :; done");
  await host.cut();
  expect(await serves()).toBe(false);
  await host.mend();
  expect(await serves()).toBe(true);
  expect(await command).toBe("done");
});

test("A disk that was filled takes no more than was left, until it is freed", async () => {
  const write = ["exec", "web", "sh", "-c", "head --bytes=20M /dev/zero > /data/large"];
  await host.fillDisk(10);
  await expect(host.docker(write)).rejects.toThrow("No space left on device");
  await host.freeDisk();
  await host.docker(write);
});

test("A host that replaces another can have its address and its key, and let in whom the test says", async () => {
  const key = join(network.folder, "key");
  await succeed("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
  const keys = {
    hostKey: readFileSync(key, "utf8"),
    authorizedKey: readFileSync(`${key}.pub`, "utf8"),
  };
  const first = await TestHost.start({ variant: "bare", network, ...keys });
  const { address, hostKeyLine } = first;
  await first.remove();

  const second = await TestHost.start({ variant: "bare", network, address, ...keys });

  expect(keys.authorizedKey).toContain(hostKeyLine);
  const knownHosts = join(network.folder, "known_hosts");
  writeFileSync(knownHosts, `${address} ${hostKeyLine}\n`);
  const options = ["-i", key, "-o", `UserKnownHostsFile=${knownHosts}`, "-o", "BatchMode=yes"];
  expect(await succeed("ssh", [...options, `deploy@${address}`, "whoami"])).toBe("deploy");
  await second.remove();
});

test("Docker can be installed on a bare host, where it starts and comes back with the host", async () => {
  const bare = await TestHost.start({ variant: "bare", network });
  const install = "apt-get install --yes --no-install-recommends docker-cli docker.io";
  await bare.ssh(`sudo apt-get update && sudo DEBIAN_FRONTEND=noninteractive ${install}`, "deploy");
  await bare.ssh("sudo systemctl enable --now docker", "deploy");
  await until(() => engineAnswers(bare), "the engine answers");

  await bare.reboot();

  expect(await engineAnswers(bare)).toBe(true);
  await bare.remove();
});

test("A host with a network of its own leaves nothing when it is removed, nor when its start fails", async () => {
  const before = await thingsOf(OWNER);
  const one = await TestHost.start({ variant: "bare" });
  expect((await thingsOf(OWNER)).length).toBe(before.length + 4);
  await one.remove();
  expect(await thingsOf(OWNER)).toEqual(before);

  const broken = TestHost.start({ variant: "bare", authorizedKey: "key", hostKey: "no key" });
  await expect(broken).rejects.toThrow("ssh-keygen");
  expect(await thingsOf(OWNER)).toEqual(before);
});

test("The control groups of its containers go with a host", async () => {
  const one = await TestHost.start({ variant: "docker", network });
  await one.loadImages([nginx]);
  const id = await one.docker(["run", "--detach", nginx]);
  const groups = () => succeed("find", ["/sys/fs/cgroup", "-name", `*${id}*`]);
  expect(await groups()).not.toBe("");

  await one.remove();

  expect(await groups()).toBe("");
});

test("What a killed run has left is removed by the next", async () => {
  const { child, owner } = await startedElsewhere();
  child.kill("SIGKILL");
  await once(child, "close");
  expect(await thingsOf(owner)).toHaveLength(4);

  const next = await TestNetwork.make();
  await next.remove();

  expect(await thingsOf(owner)).toEqual([]);
});

test("What belongs to a run that goes on is left alone", async () => {
  const next = await TestNetwork.make();
  await next.remove();
  expect(await host.ssh("whoami")).toBe("root");
});

async function serves(): Promise<boolean> {
  try {
    return (await fetch(`http://${host.address}/`, { signal: AbortSignal.timeout(2000) })).ok;
  } catch {
    return false;
  }
}

const engineProcess = () => host.ssh("pgrep --exact dockerd");

async function engineAnswers(server: TestHost): Promise<boolean> {
  return await server.ssh("docker version").then(
    () => true,
    () => false,
  );
}

/** A host that another process has started, with which it does nothing. */
async function startedElsewhere(): Promise<{ child: ChildProcess; owner: string }> {
  const module = (name: string) => JSON.stringify(join(import.meta.dirname, name));
  const program = `
    const { OWNER } = await import(${module("owner.ts")});
    const { TestHost } = await import(${module("test-host.ts")});
    await TestHost.start({ variant: "bare" });
    process.stdout.write(OWNER);
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [owner] = await once(child.stdout, "data");
  return { child, owner: String(owner) };
}

/** Containers, volumes, networks and folders of a process. */
async function thingsOf(owner: string): Promise<string[]> {
  const folders = readdirSync(tmpdir()).filter((name) => name.startsWith(`slipway-host-${owner}-`));
  return [...(await namesLabelled(`${OWNER_LABEL}=${owner}`)), ...folders];
}
