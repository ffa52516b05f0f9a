import digitaloceanPackage from "@pulumi/digitalocean/package.json" with { type: "json" };
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { failureOf, Plugin, type Properties, secret, UNKNOWN } from "./plugin.ts";
import { withSimulator } from "./simulator.ts";
import { expectWholeLife } from "./whole-life.ts";

const DATABASE_CLUSTER = "digitalocean:index/databaseCluster:DatabaseCluster";
const DATABASE_USER = "digitalocean:index/databaseUser:DatabaseUser";
const DNS_RECORD = "digitalocean:index/dnsRecord:DnsRecord";
const DROPLET = "digitalocean:index/droplet:Droplet";
const FIREWALL = "digitalocean:index/firewall:Firewall";
const RESERVED_IP = "digitalocean:index/reservedIp:ReservedIp";
const RESERVED_IP_ASSIGNMENT = "digitalocean:index/reservedIpAssignment:ReservedIpAssignment";
const SSH_KEY = "digitalocean:index/sshKey:SshKey";
const VOLUME = "digitalocean:index/volume:Volume";
const VOLUME_ATTACHMENT = "digitalocean:index/volumeAttachment:VolumeAttachment";
const VPC = "digitalocean:index/vpc:Vpc";

const DROPLET_INPUTS = { image: "debian-13-x64", region: "fra1", size: "s-1vcpu-2gb" };
const SSH_ONLY = { protocol: "tcp", portRange: "22", sourceAddresses: ["198.51.100.7/32"] };
const CLUSTER_INPUTS = {
  engine: "pg",
  version: "18",
  size: "db-s-1vcpu-1gb",
  region: "fra1",
  nodeCount: 1,
};

/** No token is one, but this looks like one. */
const LOOKS_REAL = `dop_v1_${"0123456789abcdef".repeat(4)}`;

let plugin: Plugin;

beforeAll(async () => {
  plugin = await Plugin.start("digitalocean");
  await plugin.configure({ token: "dummy" });
});

afterAll(async () => {
  await plugin.stop();
});

describe("the plugin", () => {
  test("Its version is that of the SDK", async () => {
    expect(await plugin.version()).toBe(digitaloceanPackage.version);
  });

  test("A type that it does not have is an error", async () => {
    const { message } = await failureOf(plugin.check("digitalocean:index/app:App", {}));
    expect(message).toContain("unrecognized resource type (Check): digitalocean:index/app:App: ");
  });

  test("A key of the configuration that it does not have is refused by name", async () => {
    const { failures } = await plugin.checkConfig({ tokn: "dummy" });
    expect(failures).toEqual([
      "could not validate provider configuration: Invalid or unknown key. " +
        "Examine values at 'mine.tokn'.",
    ]);
  });

  test("The token is a secret", async () => {
    const { inputs } = await plugin.checkConfig({ token: "dummy" });
    expect(inputs).toEqual({ token: secret("dummy") });
  });

  test.each([
    ["configuration", { token: LOOKS_REAL }, {}],
    ["environment", {}, { DIGITALOCEAN_TOKEN: LOOKS_REAL }],
  ])("A token in the %s that looks real is refused, and not shown", async (_, config, env) => {
    const other = await Plugin.startForThisTest("digitalocean", env);
    const { message } = await failureOf(other.configure(config));
    expect(message).toContain("makes nothing real, and the token looks real.");
    expect(message).toContain("`SLIPWAY_TOOLS=official npm start`");
    expect(message).not.toContain(LOOKS_REAL);
  });

  test("A dummy token in the configuration stands before one in the environment", async () => {
    const env = { DIGITALOCEAN_TOKEN: LOOKS_REAL };
    const other = await Plugin.startForThisTest("digitalocean", env);
    await other.configure({ token: "dummy" });
  });
});

test.each<[string, Properties]>([
  [DATABASE_CLUSTER, CLUSTER_INPUTS],
  ["digitalocean:index/databaseDb:DatabaseDb", { clusterId: "c" }],
  [
    "digitalocean:index/databaseFirewall:DatabaseFirewall",
    { clusterId: "c", rules: [{ type: "droplet", value: "1" }] },
  ],
  [DATABASE_USER, { clusterId: "c" }],
  [DNS_RECORD, { domain: "example.com", type: "A", name: "www", value: "203.0.113.1" }],
  [DROPLET, { ...DROPLET_INPUTS, userData: "#cloud-config", sshKeys: ["1"], ipv6: true }],
  [FIREWALL, { inboundRules: [SSH_ONLY], dropletIds: [1] }],
  [RESERVED_IP, { region: "fra1" }],
  [RESERVED_IP_ASSIGNMENT, { ipAddress: "203.0.113.200", dropletId: 1 }],
  [SSH_KEY, { publicKey: "ssh-ed25519 AAAA" }],
  ["digitalocean:index/tag:Tag", { name: "prod" }],
  [VOLUME, { region: "fra1", size: 10, initialFilesystemType: "ext4" }],
  [VOLUME_ATTACHMENT, { dropletId: 1, volumeId: "v" }],
  [VPC, { region: "fra1" }],
])("%s is previewed, made, the same when looked at again, and deleted", async (type, inputs) => {
  await expectWholeLife(plugin, type, inputs);
});

describe("check", () => {
  test("A name that is made up stays", async () => {
    const first = await plugin.checked(DROPLET, DROPLET_INPUTS);
    expect(first["name"]).toMatch(/^web-[0-9a-f]{7}$/);
    expect(await plugin.checked(DROPLET, DROPLET_INPUTS, first)).toEqual(first);
  });

  test("An id may be a text or a number", async () => {
    const inputs = { ipAddress: "203.0.113.200", dropletId: "123" };
    expect(await plugin.checked(RESERVED_IP_ASSIGNMENT, inputs)).toMatchObject({ dropletId: 123 });
  });

  test.each<[string, string, Properties, string]>([
    [
      "an unknown property",
      DROPLET,
      { ...DROPLET_INPUTS, imgae: "a" },
      "unknown key. Examine values at 'web.imgae'.",
    ],
    [
      "an output",
      DROPLET,
      { ...DROPLET_INPUTS, status: "off" },
      "unknown key. Examine values at 'web.status'.",
    ],
    [
      "an unknown property of a rule",
      FIREWALL,
      { inboundRules: [{ ...SSH_ONLY, ports: "22" }] },
      "unknown key. Examine values at 'web.inboundRules[0].ports'.",
    ],
    ["no image", DROPLET, { region: "fra1", size: "s" }, 'The argument "image" is required'],
    [
      "a size that is no number",
      VOLUME,
      { region: "fra1", size: "big" },
      "expected type 'int', got '\"big\"'",
    ],
    [
      "another file system",
      VOLUME,
      { region: "fra1", size: 1, initialFilesystemType: "zfs" },
      "expected one of ext4, xfs, got zfs",
    ],
    ["no rule", FIREWALL, {}, "At least one rule must be specified"],
    [
      "a rule without ports",
      FIREWALL,
      { inboundRules: [{ protocol: "tcp" }] },
      "`port_range` of inbound rules is required",
    ],
    [
      "no version of a database",
      DATABASE_CLUSTER,
      { ...CLUSTER_INPUTS, version: null },
      'The argument "version" is required',
    ],
    [
      "a record without what its type needs",
      DNS_RECORD,
      { domain: "example.com", type: "MX", name: "@", value: "mail" },
      "`priority` is required for when type is `MX`",
    ],
  ])("Of %s is said what is wrong", async (_, type, inputs, problem) => {
    const { failures } = await plugin.check(type, inputs);
    expect(failures).toEqual([expect.stringContaining(problem)]);
  });
});

describe("diff", () => {
  test.each<[string, string, Properties, Properties, Properties]>([
    ["another image", DROPLET, DROPLET_INPUTS, { image: "b" }, { image: "update-replace" }],
    ["another region", DROPLET, DROPLET_INPUTS, { region: "ams3" }, { region: "update-replace" }],
    ["another size", DROPLET, DROPLET_INPUTS, { size: "s-2vcpu-4gb" }, { size: "update" }],
    ["a script", DROPLET, DROPLET_INPUTS, { userData: "#!" }, { userData: "add-replace" }],
    [
      "an unknown key",
      DROPLET,
      { ...DROPLET_INPUTS, sshKeys: ["1"] },
      { sshKeys: [UNKNOWN] },
      { "sshKeys[0]": "update-replace" },
    ],
    [
      "tags in another order",
      DROPLET,
      { ...DROPLET_INPUTS, tags: ["a", "b"] },
      { tags: ["b", "a"] },
      {},
    ],
    ["IPv6 on", DROPLET, DROPLET_INPUTS, { ipv6: true }, { ipv6: "add" }],
    [
      "IPv6 off",
      DROPLET,
      { ...DROPLET_INPUTS, ipv6: true },
      { ipv6: false },
      { ipv6: "update-replace" },
    ],
    ["a network taken back", DROPLET, { ...DROPLET_INPUTS, vpcUuid: "v" }, { vpcUuid: null }, {}],
    ["a bigger volume", VOLUME, { region: "fra1", size: 10 }, { size: 20 }, { size: "update" }],
    [
      "rules in another order",
      FIREWALL,
      { inboundRules: [SSH_ONLY, { protocol: "icmp" }] },
      { inboundRules: [{ protocol: "icmp" }, SSH_ONLY] },
      {},
    ],
    [
      "another source of a rule",
      FIREWALL,
      { inboundRules: [SSH_ONLY, { protocol: "icmp" }] },
      { inboundRules: [{ protocol: "icmp" }, { ...SSH_ONLY, sourceAddresses: ["0.0.0.0/0"] }] },
      { "inboundRules[1].sourceAddresses[0]": "update" },
    ],
  ])("Of %s it shows exactly what is different", async (_, type, before, change, changes) => {
    const old = await plugin.checked(type, before);
    const { state } = await plugin.create(type, old);
    const news = await plugin.checked(type, { ...before, ...change }, old);
    expect((await plugin.diff(type, state, old, news)).changes).toEqual(changes);
  });

  test("The old one goes first if its name was given, for it is taken; else last", async () => {
    const deletedFirst = async (name: object) => {
      const old = await plugin.checked(DROPLET, { ...DROPLET_INPUTS, ...name });
      const news = { ...old, image: "b" };
      return (await plugin.diff(DROPLET, {}, old, news)).deleteBeforeReplace;
    };
    expect(await deletedFirst({ name: "mine" })).toBe(true);
    expect(await deletedFirst({})).toBe(false);
  });

  test("A volume that is to shrink is refused", async () => {
    const inputs = await plugin.checked(VOLUME, { region: "fra1", size: 10 });
    const { message } = await failureOf(plugin.diff(VOLUME, {}, inputs, { ...inputs, size: 5 }));
    expect(message).toBe("volumes `size` can only be expanded and not shrunk");
  });
});

describe("a droplet", () => {
  let inputs: Properties;
  let id: string;
  let state: Properties;

  beforeAll(async () => {
    inputs = await plugin.checked(DROPLET, { ...DROPLET_INPUTS, userData: "#cloud-config" });
    ({ id, state } = await plugin.create(DROPLET, inputs));
  });

  test("A preview of it knows what is given only", async () => {
    const preview = await plugin.create(DROPLET, inputs, { preview: true });
    expect(preview.state).toMatchObject({ ...DROPLET_INPUTS, id: UNKNOWN, ipv4Address: UNKNOWN });
  });

  test("It has what a droplet has, at an address where nothing answers", async () => {
    expect(state).toMatchObject({
      dropletUrn: `do:droplet:${id}`,
      ipv4Address: expect.stringMatching(/^203\.0\.113\.\d+$/),
      ipv4AddressPrivate: expect.stringMatching(/^10\.128\.\d+\.\d+$/),
      status: "active",
      memory: 2048,
    });
  });

  test("Its state has a hash of the user data only", async () => {
    expect(state["userData"]).toMatch(/^[0-9a-f]{40}$/);
  });

  test("Resized, it is the same, with more memory", async () => {
    const news = { ...inputs, size: "s-2vcpu-4gb" };
    const updated = await plugin.update(DROPLET, state, inputs, news);
    const { ipv4Address, dropletUrn } = state;
    expect(updated).toMatchObject({ id, ipv4Address, dropletUrn, memory: 4096 });
  });

  test("What is taken back is gone, and what the cloud chose stays", async () => {
    const before = { ...inputs, tags: ["a"], vpcUuid: "v" };
    const made = await plugin.create(DROPLET, before);
    const updated = await plugin.update(DROPLET, made.state, before, inputs);
    expect(updated).not.toHaveProperty("tags");
    expect(updated).toMatchObject({ vpcUuid: "v" });
  });

  test("With another image, or another made-up name, it is another one", async () => {
    for (const change of [{ image: "debian-14-x64" }, { name: "web-0123abc" }]) {
      const other = await plugin.create(DROPLET, { ...inputs, ...change });
      expect(other.id).not.toBe(id);
    }
  });

  test("Renamed, it is the same", async () => {
    const updated = await plugin.update(DROPLET, state, inputs, { ...inputs, name: "other" });
    expect(updated).toEqual({ ...state, name: "other" });
  });
});

test("What is a secret of a database stays one, also when it is looked at again", async () => {
  const inputs = await plugin.checked(DATABASE_CLUSTER, CLUSTER_INPUTS);
  const { state } = await plugin.create(DATABASE_CLUSTER, inputs);
  const secretOf = (name: string) => secret(state[name]["value"]);
  for (const name of ["password", "uri", "privateUri"]) {
    expect(state[name]).toEqual(secretOf(name));
  }
  const plain = { ...state, password: state["password"]["value"] };
  const found = await plugin.read(DATABASE_CLUSTER, plain, inputs);
  expect(found?.state["password"]).toEqual(secretOf("password"));
  const user = await plugin.create(DATABASE_USER, { clusterId: "c", name: "app" });
  expect(user.state["password"]).toEqual(secret(user.state["password"]["value"]));
});

describe("a question for the authority of a database", () => {
  const GET_DATABASE_CA = "digitalocean:index/getDatabaseCa:getDatabaseCa";

  test("The answer has the form of a certificate, and is that of its cluster", async () => {
    const first = await plugin.invoke(GET_DATABASE_CA, { clusterId: "first" });
    expect(first).toMatchObject({ clusterId: "first", id: expect.any(String) });
    expect(first["certificate"]).toMatch(/^-----BEGIN CERTIFICATE-----\n/);
    const second = await plugin.invoke(GET_DATABASE_CA, { clusterId: "second" });
    expect(second["certificate"]).not.toBe(first["certificate"]);
  });

  test.each<[string, string, Properties, string]>([
    ["no cluster", GET_DATABASE_CA, {}, "unknown or missing: clusterId"],
    ["more than that", GET_DATABASE_CA, { clusterId: "c", name: "n" }, "or missing: name"],
    [
      "a function that is not there",
      "digitalocean:index/getImage:getImage",
      {},
      "has digitalocean:",
    ],
  ])("Of %s it is said what is wrong", async (_, token, given, problem) => {
    const { message } = await failureOf(plugin.invoke(token, given));
    expect(message).toContain(problem);
  });

  test("A simulator knows better, and only what is asked", async () => {
    const answer = 'echo \'{"certificate": "theirs"}\'';
    const { plugin, asked } = await withSimulator("digitalocean", answer);
    const given = { clusterId: "c" };
    expect(await plugin.invoke(GET_DATABASE_CA, given)).toMatchObject({ certificate: "theirs" });
    expect(asked()).toEqual([["read databaseCa", given]]);

    const other = await withSimulator("digitalocean", 'echo \'{"key": "theirs"}\'');
    const { message } = await failureOf(other.plugin.invoke(GET_DATABASE_CA, given));
    expect(message).toContain(`the simulator's answer has what ${GET_DATABASE_CA} has not: key`);
  });
});

describe("a simulator", () => {
  test("It is told what is to be made, changed and deleted, and its answers count", async () => {
    const { plugin, asked } = await withSimulator(
      "digitalocean",
      'case $1 in create) echo \'{"id": "7", "ipv4Address": "172.30.0.5"}\' ;; esac',
    );
    const inputs = await plugin.checked(DROPLET, { ...DROPLET_INPUTS, name: "web" });
    const { id, state } = await plugin.create(DROPLET, inputs);
    expect({ id, state }).toMatchObject({
      id: "7",
      state: { dropletUrn: "do:droplet:7", ipv4Address: "172.30.0.5" },
    });
    const news = { ...inputs, tags: ["prod"] };
    const updated = await plugin.update(DROPLET, state, inputs, news);
    expect(updated).toEqual({ ...state, tags: ["prod"] });
    await plugin.delete(DROPLET, updated);
    expect(asked()).toEqual([
      ["create droplet", { ...DROPLET_INPUTS, name: "web", resizeDisk: true }],
      [
        "update droplet",
        { ...DROPLET_INPUTS, name: "web", resizeDisk: true, tags: ["prod"], id: "7" },
      ],
      ["delete droplet", updated],
    ]);
  });

  test("It attaches volumes and assigns addresses too", async () => {
    const { plugin, asked } = await withSimulator(
      "digitalocean",
      '[ "$*" = "create address" ] && echo \'{"id": "172.30.0.9"}\'; true',
    );
    const address = await plugin.create(RESERVED_IP, { region: "fra1" });
    expect(address.state).toMatchObject({ id: "172.30.0.9", ipAddress: "172.30.0.9" });
    for (const [type, inputs] of [
      [RESERVED_IP_ASSIGNMENT, { ipAddress: "172.30.0.9", dropletId: 7 }],
      [VOLUME, { name: "data", region: "fra1", size: 1 }],
      [VOLUME_ATTACHMENT, { dropletId: 7, volumeId: "v" }],
    ] as const) {
      await plugin.delete(type, (await plugin.create(type, inputs)).state);
    }
    expect(asked().map(([call]) => call)).toEqual([
      "create address",
      "assign address",
      "unassign address",
      "create volume",
      "delete volume",
      "attach volume",
      "detach volume",
    ]);
  });

  test("It may run the database of a cluster", async () => {
    const { plugin, asked } = await withSimulator(
      "digitalocean",
      '[ "$1" = create ] && echo \'{"id": "7", "password": "theirs", "port": 5432}\'; true',
    );
    const inputs = await plugin.checked(DATABASE_CLUSTER, CLUSTER_INPUTS);
    const { state } = await plugin.create(DATABASE_CLUSTER, inputs);
    expect(state).toMatchObject({ id: "7", password: secret("theirs"), port: 5432 });
    await plugin.delete(DATABASE_CLUSTER, state);
    expect(asked().map(([call]) => call)).toEqual([
      "create databaseCluster",
      "delete databaseCluster",
    ]);
  });

  test("It is not asked for what it has no part in, nor in a preview", async () => {
    const { plugin, asked } = await withSimulator("digitalocean", "exit 1");
    await plugin.create(DROPLET, DROPLET_INPUTS, { preview: true });
    await plugin.create(VPC, { name: "net", region: "fra1" });
    expect(asked()).toEqual([]);
  });

  test("Its failure is that of the operation, with the last that it said", async () => {
    const { plugin, command } = await withSimulator(
      "digitalocean",
      "seq 11 | sed 's/^/line /' >&2; exit 3",
    );
    const { message } = await failureOf(plugin.create(DROPLET, DROPLET_INPUTS));
    const lines = Array.from({ length: 10 }, (_, i) => `line ${i + 2}`);
    expect(message).toBe(
      `the simulator, run as \`${command} create droplet\`, failed with exit status 3:\n` +
        lines.join("\n"),
    );
  });

  test.each([
    ["no JSON", "echo hello", "must print a JSON object or nothing, but printed:\nhello\n"],
    ["what a droplet has not", 'echo \'{"ip": "1"}\'', "has what a droplet has not: ip"],
  ])("An answer that is %s is an error", async (_, script, problem) => {
    const { plugin } = await withSimulator("digitalocean", script);
    const { message } = await failureOf(plugin.create(DROPLET, DROPLET_INPUTS));
    expect(message).toContain(problem);
  });

  test("It is ended when the user's time limit is over", async () => {
    const { plugin } = await withSimulator("digitalocean", "exec sleep 60");
    const creation = plugin.create(DROPLET, DROPLET_INPUTS, { timeoutSeconds: 1 });
    expect((await failureOf(creation)).message).toContain("aborted");
  });
});
