import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, test } from "vitest";
import { deploy } from "../../../stacks/index.ts";
import type { DockerSettings, DropletHost, GceHost } from "../../../stacks/settings.ts";
import { isComponent, madeBefore, named, type Recorded, record } from "../recorder.ts";
import { DROPLET, exampleSettings, GCE, PULLED } from "./example.ts";

const TLS = {
  kind: "provided",
  certificate: "a certificate",
  key: pulumi.secret("the key of a certificate"),
} as const;

async function recordOn(host: DropletHost | GceHost): Promise<Recorded[]> {
  const ingress = {
    bindAddress: "0.0.0.0",
    httpPort: 80,
    httpsPort: 443,
    domain: "app.example.org",
    tls: TLS,
  };
  const settings: DockerSettings = { ...exampleSettings({ ingress }), host };
  return await record(() => deploy(settings, PULLED));
}

describe.each([
  [DROPLET, "digitalocean:index/droplet:Droplet::machine"],
  [GCE, "gcp:compute/instance:Instance::machine"],
])("a stack on a machine that it makes: $kind", (host, machine) => {
  let stack: Recorded[];
  beforeAll(async () => {
    stack = await recordOn(host);
  });
  /** What the machine has, as opposed to what the cloud has. */
  const onMachine = () => stack.filter(({ type }) => /^(docker|command):/.test(type));
  const ofCloud = () => stack.filter(({ type }) => /^(digitalocean|gcp|tls):/.test(type));
  const ofClass = (name: RegExp) => ofCloud().filter(({ type }) => name.test(type));

  test("has all that is on the machine go with it, and be made anew with it", () => {
    expect(onMachine().length).toBeGreaterThan(10);
    for (const { id, deletedWith, replaceWith } of onMachine()) {
      expect([id, deletedWith, replaceWith]).toEqual([id, machine, [machine]]);
    }
  });

  test("has address, data and keys outlive the machine", () => {
    const lasting = ofClass(/:(Address|Disk|PrivateKey|ReservedIp|Volume)$/);
    expect(lasting).toHaveLength(4);
    for (const { id, deletedWith, replaceWith } of lasting) {
      expect([id, deletedWith, replaceWith]).toEqual([id, undefined, []]);
    }
  });

  test("makes nothing on the machine before that is ready", () => {
    const others = onMachine().filter(({ name }) => name !== "machine-ssh-ready");
    const early = others.filter(({ name }) => !madeBefore(stack, name).has("machine-ssh-ready"));
    expect(early.map(({ name }) => name)).toEqual([]);
    expect(madeBefore(stack, "machine-ssh-ready")).toContain("machine");
  });

  test("publishes HTTP and HTTPS of Nginx, and nothing else", () => {
    const publishing = stack.filter(({ inputs }) => "ports" in inputs);
    expect(publishing.map(({ name, inputs }) => [name, inputs["ports"]])).toEqual([
      [
        "ingress",
        [
          { internal: 80, external: 80, ip: "0.0.0.0" },
          { internal: 443, external: 443, ip: "0.0.0.0" },
        ],
      ],
    ]);
  });

  test("keeps the data of Postgres in a folder of the disk for data", () => {
    expect(named(stack, "database").inputs["volumes"]).toEqual([
      { hostPath: "/mnt/slipway-data/database", containerPath: "/var/lib/postgresql" },
    ]);
    expect(stack.map(({ name }) => name)).not.toContain("database-data");
    const ready = named(stack, "machine-ssh-ready").inputs["stdin"];
    expect(ready).toContain("DATA_FOLDER='/mnt/slipway-data'");
  });

  test.each([true, false])(
    "protects its disk and its address where data is: %s",
    async (protect) => {
      const found = (await recordOn({ ...host, protect })).filter((one) => one.protect);
      expect(found.map(({ type }) => type.split(":").at(-1)).sort()).toEqual(
        protect ? PROTECTED[host.kind] : [],
      );
    },
  );

  test("shows no private key, and tells the machine its own as a secret", () => {
    const shown = stack.map((one) => one.shown);
    expect(JSON.stringify(shown)).not.toContain("private key");
    const told = JSON.stringify(named(stack, "machine").inputs);
    expect(told).toContain("private key machine-keys-host");
    expect(told).not.toContain("private key machine-keys-login");
  });

  test("knows the machine's key in advance, and takes no other", () => {
    const command = String(named(stack, "migrate").inputs["stdin"]);
    expect(command).toContain("-o UserKnownHostsFile=ssh/known_hosts -o HostKeyAlias=slipway");
    expect(command).toContain("-o StrictHostKeyChecking=yes");
    expect(command).toContain(' slipway@203.0.113.7 sh -s "$1"');
  });

  test("has one machine in its tree, in which everything of the cloud is", () => {
    const atRoot = stack.filter(({ parent }) => parent === undefined);
    expect(atRoot.filter((one) => !isComponent(one))).toEqual([]);
    const parents = new Set(ofCloud().map(({ parent }) => parent));
    expect([...parents].sort()).toEqual(["machine", "machine-keys"]);
  });
});

const PROTECTED = { droplet: ["ReservedIp", "Volume"], gce: ["Address", "Disk"] };
