import { once } from "node:events";
import { existsSync, readFileSync, statSync } from "node:fs";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { dirname } from "node:path";
import { describe, expect, test } from "vitest";
import { certificate } from "../../../../ops/doctor/certificate.ts";
import type { Check, Finding } from "../../../../ops/doctor/check.ts";
import { digitalOcean, google } from "../../../../ops/doctor/clouds.ts";
import { cluster, clusterCheck } from "../../../../ops/doctor/cluster.ts";
import { dockerClient, dockerEngine, port } from "../../../../ops/doctor/docker.ts";
import { gitlab } from "../../../../ops/doctor/gitlab.ts";
import { host, ssh } from "../../../../ops/doctor/host.ts";
import { checks, examine } from "../../../../ops/doctor/index.ts";
import { clock, disk, git, node } from "../../../../ops/doctor/machine.ts";
import { settings } from "../../../../ops/doctor/settings.ts";
import { stackWith, worldWith } from "./world.ts";

const NOT_THERE = { code: 127 };
const onServer = stackWith({ host: "ssh", sshHost: "server.example.org" });
const answered = (status: number, date = "Fri, 27 Nov 2026 08:00:00 GMT") => ({
  fetch: async () => new Response(null, { status, headers: { date } }),
});

const isWrong = (says: string, type: string): Finding => ({ state: "wrong", says, type });

describe("what is wrong is said, with what to type", () => {
  test.each<[string, Check, ReturnType<typeof worldWith>, Finding]>([
    [
      "an old Node",
      node,
      worldWith({}, { nodeVersion: "22.1.0" }),
      isWrong("22.1.0 is older than 24", "npm start"),
    ],
    ["no git", git, worldWith({ git: NOT_THERE }), isWrong("is not there", "apt-get install git")],
    [
      "a folder that is no clone",
      git,
      worldWith({ git: { code: 128, stderr: "fatal: not a git repository\n" } }),
      isWrong(
        "names no commit here: fatal: not a git repository",
        "git commit, or clone Slipway instead of copying it",
      ),
    ],
    [
      "a full disk",
      disk,
      worldWith({}, { freeMiB: async () => 100 }),
      isWrong("100 MiB free of 3072 that are needed", "docker system df"),
    ],
    [
      "a clock that is off",
      clock,
      worldWith({}, answered(200, "Fri, 27 Nov 2026 08:10:00 GMT")),
      isWrong("600 s away from gitlab.com", "timedatectl set-ntp true"),
    ],
    [
      "no docker command",
      dockerClient,
      worldWith({ docker: NOT_THERE }),
      isWrong("is not there", "apt-get install docker.io"),
    ],
    [
      "an engine that does not answer",
      dockerEngine,
      worldWith({ "docker info": { code: 1, stderr: "Cannot connect to the Docker daemon\n" } }),
      isWrong("does not answer: Cannot connect to the Docker daemon", "npm start"),
    ],
    [
      "an engine that is for others",
      dockerEngine,
      worldWith({ "docker info": { code: 1, stderr: "permission denied while trying\n" } }),
      isWrong("does not let this user in", 'sudo usermod -aG docker "$USER"'),
    ],
    [
      "a port that another program has",
      port,
      worldWith({}, { isPortFree: async () => false, stack: stackWith() }),
      isWrong(
        "127.0.0.1:8080 is taken by another program",
        "npm run pulumi -- config set httpPort 8081 -s dev",
      ),
    ],
    [
      "no ssh for a server",
      ssh,
      worldWith({ ssh: NOT_THERE }, { stack: onServer }),
      isWrong("is not there", "apt-get install openssh-client"),
    ],
    [
      "a server that lets nobody in",
      host,
      worldWith(
        { ssh: { code: 255, stderr: "Permission denied (publickey).\n" } },
        { stack: onServer },
      ),
      isWrong(
        "root@server.example.org can't be reached: Permission denied (publickey).",
        "ssh -p 22 root@server.example.org",
      ),
    ],
    [
      "a server that takes another key than sshKey",
      host,
      worldWith(
        { ssh: { code: 255, stderr: "root@server: Permission denied (publickey).\n" } },
        { stack: stackWith({ host: "ssh", sshHost: "server.example.org", sshKey: "KEY" }) },
      ),
      isWrong(
        "root@server.example.org does not take the stack's sshKey: root@server: Permission denied (publickey).",
        "npm run -s pulumi -- config set --secret sshKey -s dev <KEY_FILE",
      ),
    ],
    [
      "a server with another key than sshHostKey",
      host,
      worldWith(
        {
          "ssh-keyscan -T 10 -p 22 -- server.example.org": {
            stdout: `server.example.org ssh-rsa AAAA2\n# a remark\nserver.example.org ssh-ed25519 AAAA1\n`,
          },
          "ssh ": { code: 255, stderr: "Host key verification failed.\n" },
        },
        {
          stack: stackWith({
            host: "ssh",
            sshHost: "server.example.org",
            sshHostKey: "ssh-ed25519 AAAA0",
          }),
        },
      ),
      isWrong(
        "the key of server.example.org is not that of sshHostKey. Compare it on the server: cat /etc/ssh/ssh_host_*_key.pub",
        "npm run pulumi -- config set sshHostKey 'ssh-ed25519 AAAA1' -s dev",
      ),
    ],
    [
      "a server whose key nobody has vouched for",
      host,
      worldWith(
        { "ssh ": { code: 255, stderr: "Host key verification failed.\n" } },
        { stack: onServer },
      ),
      isWrong(
        "no known host key for server.example.org: sshHostKey is empty, and your known_hosts has another or none. Compare it on the server: cat /etc/ssh/ssh_host_*_key.pub",
        "npm run pulumi -- config set sshHostKey 'TYPE BASE64' -s dev",
      ),
    ],
    [
      "a user of a server who may not use Docker",
      host,
      worldWith(
        { ssh: { stdout: "permission denied while trying to connect\n1000\n" } },
        { stack: stackWith({ host: "ssh", sshHost: "server.example.org", sshUser: "ada" }) },
      ),
      isWrong(
        "ada@server.example.org may not use Docker",
        "ssh -p 22 ada@server.example.org sudo usermod -aG docker ada",
      ),
    ],
    [
      "no token for DigitalOcean",
      digitalOcean,
      worldWith({}, { stack: stackWith({ host: "droplet" }) }),
      isWrong("there is no token", "read -rs DIGITALOCEAN_TOKEN && export DIGITALOCEAN_TOKEN"),
    ],
    [
      "a token that DigitalOcean does not take",
      digitalOcean,
      worldWith(
        {},
        {
          ...answered(401),
          env: { DIGITALOCEAN_TOKEN: "dop_v1_old" },
          stack: stackWith({ host: "droplet" }),
        },
      ),
      isWrong(
        "refuses the token (401)",
        "read -rs DIGITALOCEAN_TOKEN && export DIGITALOCEAN_TOKEN",
      ),
    ],
    [
      "nobody logged in at Google",
      google,
      worldWith({ gcloud: { code: 1 } }, { stack: stackWith({ host: "gce", gcpProject: "acme" }) }),
      isWrong("no login", "gcloud auth application-default login"),
    ],
    [
      "a file for Google that is not there",
      google,
      worldWith(
        {},
        {
          env: { GOOGLE_APPLICATION_CREDENTIALS: "/no/such/file.json" },
          stack: stackWith({ host: "gce", gcpProject: "acme" }),
        },
      ),
      isWrong(
        "GOOGLE_APPLICATION_CREDENTIALS names a file that is not there",
        "unset GOOGLE_APPLICATION_CREDENTIALS",
      ),
    ],
    [
      "a project that Google does not show",
      google,
      worldWith(
        { "gcloud projects": { code: 1 } },
        { stack: stackWith({ host: "gce", gcpProject: "acme" }) },
      ),
      isWrong("shows no project acme", "gcloud projects list"),
    ],
    [
      "a kubeconfig that is not there",
      cluster,
      worldWith(
        {},
        { stack: stackWith({ target: "kubernetes", kubeconfigPath: "no-such-kubeconfig" }) },
      ),
      isWrong(
        "no-such-kubeconfig is not there",
        "npm run -s pulumi -- config set --secret kubeconfig -s dev <KUBECONFIG",
      ),
    ],
    [
      "a job without its variables",
      gitlab,
      worldWith({}, { env: { GITLAB_CI: "true" }, stack: stackWith({ host: "droplet" }) }),
      isWrong(
        "PULUMI_BACKEND_URL, DIGITALOCEAN_TOKEN missing",
        "at GitLab, Settings > CI/CD > Variables: set it, with this environment as its scope",
      ),
    ],
    [
      "a passphrase of the wrong type",
      gitlab,
      worldWith({}, { env: { GITLAB_CI: "true", PULUMI_CONFIG_PASSPHRASE_FILE: "correct horse" } }),
      isWrong(
        "PULUMI_CONFIG_PASSPHRASE_FILE is no path",
        "at GitLab, Settings > CI/CD > Variables: give it the type File",
      ),
    ],
    [
      "a config with a mistake",
      settings,
      worldWith({}, { stack: stackWith({ host: "ssh", appPort: "0" }) }),
      isWrong(
        'slipway:sshHost is missing, and host is "ssh". ' +
          'slipway:appPort is "0"; it must be a whole number from 1 to 65535.',
        "npm run pulumi -- config set sshHost HOST -s dev; " +
          "npm run pulumi -- config set appPort NUMBER -s dev",
      ),
    ],
  ])("%s", async (_, check, world, finding) => {
    expect(await check.run(world)).toEqual(finding);
  });
});

describe("what is well is said so", () => {
  test.each<[Check, ReturnType<typeof worldWith>, string]>([
    [node, worldWith(), "24.21.0"],
    [git, worldWith({ git: { stdout: "abc1234\n" } }), "this clone is at abc1234"],
    [disk, worldWith(), "50000 MiB free"],
    [clock, worldWith({}, answered(401)), "within 120 s of gitlab.com"],
    [dockerEngine, worldWith({ "docker info": { stdout: "29.1.0\n" } }), "29.1.0"],
    [port, worldWith({}, { stack: stackWith() }), "127.0.0.1:8080 is free"],
    [
      port,
      worldWith(
        { "docker ps": { stdout: "abc\n" } },
        { isPortFree: async () => false, stack: stackWith() },
      ),
      "127.0.0.1:8080 is this stack's own",
    ],
    [
      host,
      worldWith({ ssh: { stdout: "29.1.0\n" } }, { stack: onServer }),
      "root@server.example.org has Docker 29.1.0",
    ],
    [
      host,
      worldWith({ ssh: { stdout: "docker: not found\n0\n" } }, { stack: onServer }),
      "root@server.example.org lets us in; the first up installs Docker",
    ],
    [
      google,
      worldWith({}, { stack: stackWith({ host: "gce", gcpProject: "acme" }) }),
      "knows the project acme",
    ],
    [settings, worldWith({}, { stack: stackWith() }), "Pulumi.dev.yaml is in order"],
  ])("$name: %#", async (check, world, says) => {
    expect(await check.run(world)).toEqual({ state: "ok", says });
  });
});

test("What does not matter to a stack, or can't be known, is neither right nor wrong", async () => {
  const results = await examine(
    worldWith({}, { stack: stackWith({ target: "kubernetes", cluster: "gke" }) }),
    [...[clock, dockerEngine, host, cluster, digitalOcean, gitlab]],
  );
  expect(results.map(({ state }) => state)).toEqual(Array.from({ length: 6 }, () => "none"));
});

describe("the certificate of a stack", () => {
  const tlsAddress = { domain: "shop.example", address: "203.0.113.7", port: 443 };
  const look = (
    settings: Readonly<Record<string, string>>,
    certificateAt: ReturnType<typeof worldWith>["certificateAt"] = async () => undefined,
  ) =>
    certificate.run(
      worldWith({}, { stack: { ...stackWith(settings), tlsAddress }, certificateAt }),
    );

  test("is the one that clients are shown, by ACME too", async () => {
    const ending = { state: "ending", says: "expires in 9 days, on 2026-12-06" } as const;
    const refused = { state: "refused", says: "has expired on 2026-11-01" } as const;
    const good = { state: "good", says: "is good until 2027-02-01" } as const;
    expect(await look({ tls: "acme" }, async () => good)).toEqual({ state: "ok", says: good.says });
    expect(await look({ tls: "acme" }, async () => ending)).toMatchObject({
      state: "wrong",
      says: ending.says,
      type: expect.stringContaining("docs/runbook.md"),
    });
    expect(await look({ tls: "provided" }, async () => refused)).toMatchObject({
      state: "wrong",
      says: refused.says,
      type: expect.stringContaining("pulumi config set tlsCertificate <CERTIFICATE.pem -s dev"),
    });
  });

  test("does not matter without TLS, and can't be known where nobody answers", async () => {
    expect((await look({ tls: "off" })).state).toBe("none");
    expect(await look({ tls: "acme" })).toEqual({
      state: "none",
      says: "shop.example does not answer at 203.0.113.7, port 443",
    });
  });
});

test("A server's name is no option of ssh, whatever it begins with", async () => {
  const asked: string[][] = [];
  const stack = stackWith({ host: "ssh", sshHost: "h", sshUser: "-oProxyCommand=reboot;" });
  const run = async (_: string, args: readonly string[]) => {
    asked.push([...args]);
    return { code: 255, stdout: "", stderr: "" };
  };
  await host.run(worldWith({}, { stack, run }));
  expect(asked[0]?.slice(-3, -1)).toEqual(["--", "-oProxyCommand=reboot;@h"]);
});

test("A server is asked with the stack's own keys, in files that are gone afterwards", async () => {
  const found: Record<string, string> = {};
  const stack = stackWith({
    host: "ssh",
    sshHost: "server.example.org",
    sshKey: "KEY",
    sshHostKey: "ssh-ed25519 AAAA0",
  });
  const run = async (_: string, args: readonly string[]) => {
    for (const option of ["IdentityFile", "UserKnownHostsFile"]) {
      const file = args.find((one) => one.startsWith(`${option}=`))?.split("=")[1] ?? "";
      found[option] = `${(statSync(file).mode & 0o777).toString(8)} ${readFileSync(file, "utf8")}`;
      found["folder"] = dirname(file);
    }
    expect(args.join(" ")).not.toContain("KEY ");
    expect(args).toContain("StrictHostKeyChecking=yes");
    return { code: 0, stdout: "29.1.0\n", stderr: "" };
  };
  expect((await host.run(worldWith({}, { stack, run }))).state).toBe("ok");
  expect(found).toMatchObject({
    IdentityFile: "600 KEY\n",
    UserKnownHostsFile: "600 slipway ssh-ed25519 AAAA0\n",
  });
  expect(existsSync(found["folder"] ?? "")).toBe(false);
});

test("A cluster that takes what it is sent and says nothing is given up, by its name", async () => {
  const connections: Socket[] = [];
  const silent = createServer((socket) => connections.push(socket)).listen(0, "127.0.0.1");
  await once(silent, "listening");
  try {
    const server = `https://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const kubeconfig = JSON.stringify({
      ...{ apiVersion: "v1", kind: "Config", "current-context": "c" },
      clusters: [{ name: "c", cluster: { server } }],
      users: [{ name: "c", user: {} }],
      contexts: [{ name: "c", context: { cluster: "c", user: "c" } }],
    });
    const stack = stackWith({ target: "kubernetes", kubeconfig });
    expect(await clusterCheck(1).run(worldWith({}, { stack }))).toEqual(
      isWrong(
        `${server} can't be reached: no answer in 1 s`,
        "kubectl --kubeconfig FILE get namespaces",
      ),
    );
  } finally {
    for (const socket of connections) socket.destroy();
    silent.close();
  }
});

test("A check that fails itself is a finding, and the others are made", async () => {
  const broken: Check = {
    name: "broken",
    run: async () => {
      throw new Error("out of order");
    },
  };
  expect(await examine(worldWith(), [broken, node])).toEqual([
    { name: "broken", state: "wrong", says: "could not be checked: out of order", type: "" },
    { name: "Node", state: "ok", says: "24.21.0" },
  ]);
});

test("No finding shows a secret of the stack or of the environment", async () => {
  const env = { DIGITALOCEAN_TOKEN: "dop_v1_secret", GITLAB_CI: "true" };
  const stack = stackWith({ host: "droplet", sshSources: '["192.0.2.0/24"]' });
  const text = JSON.stringify(
    await examine(worldWith({}, { env, stack, ...answered(401) }), checks),
  );
  for (const secret of [env.DIGITALOCEAN_TOKEN, stack.settings["appSecret"] ?? "none"]) {
    expect(text).not.toContain(secret);
  }
});
