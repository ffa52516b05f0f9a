import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import gcpPackage from "@pulumi/gcp/package.json" with { type: "json" };
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { failureOf, Plugin, type Properties, secret, UNKNOWN } from "./plugin.ts";
import { withSimulator } from "./simulator.ts";
import { expectWholeLife } from "./whole-life.ts";

const ACCOUNT = "gcp:serviceaccount/account:Account";
const ADDRESS = "gcp:compute/address:Address";
const DATABASE_INSTANCE = "gcp:sql/databaseInstance:DatabaseInstance";
const DISK = "gcp:compute/disk:Disk";
const FIREWALL = "gcp:compute/firewall:Firewall";
const IAM_MEMBER = "gcp:projects/iAMMember:IAMMember";
const INSTANCE = "gcp:compute/instance:Instance";
const NETWORK = "gcp:compute/network:Network";
const RECORD_SET = "gcp:dns/recordSet:RecordSet";
const SERVICE_ACCOUNT_MEMBER = "gcp:serviceaccount/iAMMember:IAMMember";
const SUBNETWORK = "gcp:compute/subnetwork:Subnetwork";
const USER = "gcp:sql/user:User";

const INSTANCE_INPUTS = {
  machineType: "e2-small",
  bootDisk: { initializeParams: { image: "debian-cloud/debian-13", size: 20 } },
  networkInterfaces: [{ network: "default", accessConfigs: [{}] }],
};
const DATABASE_INPUTS = {
  databaseVersion: "POSTGRES_18",
  settings: {
    tier: "db-f1-micro",
    edition: "ENTERPRISE",
    ipConfiguration: { ipv4Enabled: false, privateNetwork: "projects/p/global/networks/n" },
  },
};
const HTTP_IN = {
  network: "n",
  allows: [{ protocol: "tcp", ports: ["80"] }],
  sourceRanges: ["0.0.0.0/0"],
};

let plugin: Plugin;

beforeAll(async () => {
  plugin = await Plugin.start("gcp");
  await plugin.configure({ accessToken: "dummy", project: "p", zone: "europe-west3-a" });
});

afterAll(async () => {
  await plugin.stop();
});

/** A new key that nothing knows. */
function serviceAccountKey(): string {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const pem = privateKey.export({ format: "pem", type: "pkcs8" });
  return JSON.stringify({ type: "service_account", private_key: pem });
}

describe("the plugin", () => {
  test("Its version is that of the SDK", async () => {
    expect(await plugin.version()).toBe(gcpPackage.version);
  });

  test("A type that it does not have is an error", async () => {
    const { message } = await failureOf(plugin.check("gcp:storage/bucket:Bucket", {}));
    expect(message).toContain("unrecognized resource type (Check): gcp:storage/bucket:Bucket: ");
  });

  test("What lets someone in is a secret in its configuration", async () => {
    const { inputs } = await plugin.checkConfig({ accessToken: "a", credentials: "c", zone: "z" });
    expect(inputs).toEqual({ accessToken: secret("a"), credentials: secret("c"), zone: "z" });
  });

  test.each([
    ["access token", { accessToken: "ya29.a0" }, {}, "the access token looks real"],
    [
      "access token in the environment",
      {},
      { GOOGLE_OAUTH_ACCESS_TOKEN: "ya29.a0" },
      "the access token looks real",
    ],
    [
      "key of a service account",
      { credentials: serviceAccountKey() },
      {},
      "the credentials look real",
    ],
    [
      "identity of a pipeline",
      { credentials: '{"type":"external_account"}' },
      {},
      "the credentials look real",
    ],
    [
      "login of a user",
      { credentials: '{"refresh_token":"1//0"}' },
      {},
      "the credentials look real",
    ],
  ])("A real-looking %s is refused, and not shown", async (_, config, env, problem) => {
    const other = await Plugin.startForThisTest("gcp", env);
    const { message } = await failureOf(other.configure(config));
    expect(message).toContain(`makes nothing real, and ${problem}.`);
    for (const value of [...Object.values(config), ...Object.values(env)]) {
      expect(message).not.toContain(value);
    }
  });

  test("A file with a real-looking key, which the environment names, is refused", async () => {
    const scratch = mkdtempSync(join(tmpdir(), "slipway-plugins-test-"));
    onTestFinished(() => rmSync(scratch, { recursive: true }));
    const file = join(scratch, "key.json");
    writeFileSync(file, serviceAccountKey());
    const other = await Plugin.startForThisTest("gcp", {
      GOOGLE_OAUTH_ACCESS_TOKEN: "",
      GOOGLE_CREDENTIALS: "",
      GOOGLE_APPLICATION_CREDENTIALS: file,
    });
    expect((await failureOf(other.configure())).message).toContain("the credentials look real");
  });

  test("Dummies pass, and stand before what the environment has", async () => {
    const other = await Plugin.startForThisTest("gcp", { GOOGLE_OAUTH_ACCESS_TOKEN: "ya29.a0" });
    await other.configure({ accessToken: "dummy" });
    await other.configure({ credentials: '{"private_key": "dummy"}' });
  });
});

test.each<[string, Properties]>([
  [ACCOUNT, { accountId: "web-server" }],
  [ADDRESS, {}],
  [DATABASE_INSTANCE, { ...DATABASE_INPUTS, deletionProtection: false }],
  [DISK, { size: 10 }],
  [FIREWALL, HTTP_IN],
  ["gcp:compute/globalAddress:GlobalAddress", { purpose: "VPC_PEERING", addressType: "INTERNAL" }],
  [IAM_MEMBER, { project: "p", role: "roles/logging.logWriter", member: "allUsers" }],
  [
    SERVICE_ACCOUNT_MEMBER,
    {
      serviceAccountId: "projects/p/serviceAccounts/app@p.iam.gserviceaccount.com",
      role: "roles/iam.workloadIdentityUser",
      member: "serviceAccount:p.svc.id.goog[slipway-prod/app]",
    },
  ],
  [
    INSTANCE,
    {
      ...INSTANCE_INPUTS,
      attachedDisks: [{ source: "d" }],
      serviceAccount: { scopes: ["cloud-platform"] },
      labels: { role: "web" },
    },
  ],
  [NETWORK, {}],
  [RECORD_SET, { name: "www.example.com.", managedZone: "z", type: "A", rrdatas: ["203.0.113.1"] }],
  [
    "gcp:servicenetworking/connection:Connection",
    { network: "n", service: "servicenetworking.googleapis.com", reservedPeeringRanges: ["r"] },
  ],
  ["gcp:sql/database:Database", { instance: "pg" }],
  [USER, { instance: "pg" }],
  [SUBNETWORK, { network: "n", ipCidrRange: "10.0.0.0/20" }],
])("%s is previewed, made, the same when looked at again, and deleted", async (type, inputs) => {
  await expectWholeLife(plugin, type, inputs);
});

describe("names", () => {
  test("Most are made up as the resource is called; of networks in small letters", async () => {
    const proposed = { mode: "propose", proposedName: "Chosen" } as const;
    expect((await plugin.check(NETWORK, {}, {}, proposed)).inputs["name"]).toBe("chosen");
    const { failures } = await plugin.check(ADDRESS, {}, {}, proposed);
    expect(failures).toEqual([expect.stringContaining("'Chosen' doesn't match the pattern")]);
  });

  test("An enforced name is taken as it is", async () => {
    const enforced = { mode: "enforce", proposedName: "Chosen" } as const;
    expect((await plugin.check(NETWORK, {}, {}, enforced)).inputs["name"]).toBe("Chosen");
  });

  test("One that gets too long is refused", async () => {
    const proposed = { mode: "propose", proposedName: "a".repeat(31) } as const;
    const { message } = await failureOf(plugin.check(ACCOUNT, {}, {}, proposed));
    expect(message).toBe(`calculated name '${"a".repeat(31)}' exceeds maximum length of 30`);
  });

  test("Names stay, and are made up anew only if they were made up", async () => {
    const first = await plugin.checked(NETWORK, {});
    expect(first["name"]).toMatch(/^web-[0-9a-f]{7}$/);
    expect(await plugin.checked(NETWORK, {}, first)).toEqual(first);
    const given = await plugin.checked(NETWORK, { name: "mine" });
    expect((await plugin.checked(NETWORK, {}, given))["name"]).not.toBe("mine");
  });
});

describe("where things are", () => {
  test("It is the provider's place, if they say no other", async () => {
    const { id, state } = await plugin.create(ADDRESS, { name: "a" });
    expect(id).toBe("projects/p/regions/europe-west3/addresses/a");
    expect(state).toMatchObject({ project: "p", region: "europe-west3" });
    const other = await plugin.create(ADDRESS, { name: "a", project: "q", region: "us-east1" });
    expect(other.id).toBe("projects/q/regions/us-east1/addresses/a");
  });

  test.each([
    ["project", {}, "project: required field is not set"],
    [
      "zone",
      { project: "p" },
      "Cannot determine zone: set in this resource, or set provider-level zone.",
    ],
  ])("Without a %s anywhere nothing is made", async (_, config, problem) => {
    const other = await Plugin.startForThisTest("gcp");
    await other.configure({ accessToken: "dummy", ...config });
    const { message } = await failureOf(other.create(DISK, { name: "d" }));
    expect(message).toBe(problem);
  });
});

describe("check", () => {
  test.each<[string, string, Properties, string]>([
    [
      "an unknown property, as deep as it is",
      INSTANCE,
      { ...INSTANCE_INPUTS, bootDisk: { initializeParams: { imgae: "a" } } },
      "unknown key. Examine values at 'web.bootDisk.initializeParams.imgae'.",
    ],
    [
      "an official property that is left out",
      INSTANCE,
      { ...INSTANCE_INPUTS, guestAccelerators: [] },
      "unknown key. Examine values at 'web.guestAccelerators'.",
    ],
    [
      "no network",
      INSTANCE,
      { ...INSTANCE_INPUTS, networkInterfaces: null },
      '"networkInterfaces" is required',
    ],
    ["a name with capitals", INSTANCE, { ...INSTANCE_INPUTS, name: "Web" }, "'Web' doesn't match"],
    [
      "a record without its dot",
      RECORD_SET,
      { name: "a.example", managedZone: "z", type: "A", rrdatas: [] },
      "'a.example' doesn't match the pattern",
    ],
    [
      "a rule that allows and denies",
      FIREWALL,
      { ...HTTP_IN, denies: [{ protocol: "all" }] },
      "exactly one of them",
    ],
    [
      "a rule for nobody",
      FIREWALL,
      { ...HTTP_IN, sourceRanges: null },
      "one of source_tags, source_ranges",
    ],
    [
      "a network that is only named",
      DATABASE_INSTANCE,
      { ...DATABASE_INPUTS, settings: { tier: "t", ipConfiguration: { privateNetwork: "n" } } },
      "'n' doesn't match the pattern",
    ],
  ])("Of %s is said what is wrong", async (_, type, inputs, problem) => {
    const { failures } = await plugin.check(type, inputs);
    expect(failures).toEqual([expect.stringContaining(problem)]);
  });

  test("What is not said has the official defaults", async () => {
    expect(await plugin.checked(DATABASE_INSTANCE, DATABASE_INPUTS)).toMatchObject({
      deletionProtection: true,
      settings: { availabilityType: "ZONAL", diskAutoresize: true, pricingPlan: "PER_USE" },
    });
  });

  test("A default that is false or 0 is left out, and one of a deprecated property", async () => {
    const { __defaults } = await plugin.checked(DISK, { name: "d" });
    expect(__defaults).toEqual(["type"]);
  });
});

describe("diff", () => {
  const metadata = { "startup-script": "a" };

  test.each<[string, string, Properties, Properties, Properties]>([
    [
      "another machine type",
      INSTANCE,
      INSTANCE_INPUTS,
      { machineType: "e2-medium" },
      { machineType: "update" },
    ],
    [
      "another boot image",
      INSTANCE,
      INSTANCE_INPUTS,
      { bootDisk: { initializeParams: { image: "b", size: 20 } } },
      { "bootDisk.initializeParams.image": "update-replace" },
    ],
    [
      "another address",
      INSTANCE,
      INSTANCE_INPUTS,
      { networkInterfaces: [{ network: "default", accessConfigs: [{ natIp: "203.0.113.200" }] }] },
      { "networkInterfaces[0].accessConfigs[0].natIp": "update" },
    ],
    [
      "a project and a zone that are written down now",
      INSTANCE,
      INSTANCE_INPUTS,
      { project: "p", zone: "europe-west3-a" },
      {},
    ],
    ["another zone", INSTANCE, INSTANCE_INPUTS, { zone: "us-east1-b" }, { zone: "update-replace" }],
    [
      "a second network",
      INSTANCE,
      INSTANCE_INPUTS,
      { networkInterfaces: [...INSTANCE_INPUTS.networkInterfaces, { network: "other" }] },
      { "networkInterfaces[1]": "add-replace" },
    ],
    [
      "another start-up script",
      INSTANCE,
      { ...INSTANCE_INPUTS, metadataStartupScript: "a" },
      { metadataStartupScript: "b" },
      { metadataStartupScript: "update-replace" },
    ],
    [
      "another start-up script in the metadata",
      INSTANCE,
      { ...INSTANCE_INPUTS, metadata },
      { metadata: { "startup-script": "b" } },
      { 'metadata["startup-script"]': "update" },
    ],
    [
      "a start-up script that moves to the metadata",
      INSTANCE,
      { ...INSTANCE_INPUTS, metadataStartupScript: "a" },
      { metadataStartupScript: null, metadata },
      { metadataStartupScript: "delete", metadata: "add" },
    ],
    ["a bigger disk", DISK, { size: 10 }, { size: 20 }, { size: "update" }],
    ["a smaller disk", DISK, { size: 20 }, { size: 10 }, { size: "update-replace" }],
    [
      "a wider range",
      SUBNETWORK,
      { network: "n", ipCidrRange: "10.0.0.0/20" },
      { ipCidrRange: "10.0.0.0/16" },
      { ipCidrRange: "update" },
    ],
    [
      "another range",
      SUBNETWORK,
      { network: "n", ipCidrRange: "10.0.0.0/20" },
      { ipCidrRange: "10.1.0.0/20" },
      { ipCidrRange: "update-replace" },
    ],
    [
      "another password",
      USER,
      { instance: "pg", password: "a" },
      { password: "b" },
      { password: "update" },
    ],
    [
      "no private network any more",
      DATABASE_INSTANCE,
      DATABASE_INPUTS,
      { settings: { ...DATABASE_INPUTS.settings, ipConfiguration: { ipv4Enabled: false } } },
      { "settings.ipConfiguration.privateNetwork": "delete-replace" },
    ],
    [
      "another version of Postgres",
      DATABASE_INSTANCE,
      DATABASE_INPUTS,
      { databaseVersion: "POSTGRES_19" },
      { databaseVersion: "update" },
    ],
  ])("Of %s it shows exactly what is different", async (_, type, before, change, changes) => {
    const old = await plugin.checked(type, before);
    const { state } = await plugin.create(type, old);
    const news = await plugin.checked(type, { ...before, ...change }, old);
    expect((await plugin.diff(type, state, old, news)).changes).toEqual(changes);
  });

  test("Of a member of a project the old one always goes first", async () => {
    const inputs = { project: "p", role: "roles/viewer", member: "a" };
    const diff = await plugin.diff(IAM_MEMBER, {}, inputs, { ...inputs, member: "b" });
    expect(diff).toMatchObject({ replaces: ["member"], deleteBeforeReplace: true });
  });
});

describe("a preview of a creation", () => {
  const previewed = async (type: string, inputs: Properties) => {
    const checked = await plugin.checked(type, inputs);
    return (await plugin.create(type, checked, { preview: true })).state;
  };

  test("It knows as whom a service account acts, and its id and number not", async () => {
    const email = "web-server@p.iam.gserviceaccount.com";
    expect(await previewed(ACCOUNT, { accountId: "web-server" })).toMatchObject({
      email,
      member: `serviceAccount:${email}`,
      name: UNKNOWN,
      uniqueId: UNKNOWN,
      id: UNKNOWN,
    });
  });

  test.each<[string, Properties, Properties]>([
    [NETWORK, {}, { project: "p", deletionPolicy: "DELETE", selfLink: UNKNOWN }],
    [ADDRESS, {}, { project: "p", region: UNKNOWN, address: UNKNOWN }],
    [INSTANCE, INSTANCE_INPUTS, { project: "p", zone: "europe-west3-a", selfLink: UNKNOWN }],
    [
      ADDRESS,
      { project: "q", deletionPolicy: "ABANDON" },
      { project: "q", deletionPolicy: "ABANDON" },
    ],
  ])("Of %s with %j it knows where it will be", async (type, inputs, known) => {
    expect(await previewed(type, inputs)).toMatchObject(known);
  });
});

test.each([
  [ACCOUNT, { accountId: "web-server" }],
  [ADDRESS, {}],
  [DISK, {}],
  [FIREWALL, HTTP_IN],
  [NETWORK, {}],
])("%s is deleted, unless its policy prevents that", async (type, inputs) => {
  const checked = await plugin.checked(type, inputs);
  const { state } = await plugin.create(type, checked);
  expect(state).toMatchObject({ deletionPolicy: "DELETE" });
  await plugin.delete(type, state);
  const prevented = await plugin.create(type, { ...checked, deletionPolicy: "PREVENT" });
  const { message } = await failureOf(plugin.delete(type, prevented.state));
  expect(message).toContain('without setting deletion_policy="DELETE"');
});

describe("an instance", () => {
  let inputs: Properties;
  let state: Properties;

  beforeAll(async () => {
    inputs = await plugin.checked(INSTANCE, { ...INSTANCE_INPUTS, labels: { role: "web" } });
    ({ state } = await plugin.create(INSTANCE, inputs));
  });

  test("A preview of it does not know the addresses", async () => {
    const preview = await plugin.create(INSTANCE, inputs, { preview: true });
    expect(preview.state["networkInterfaces"]).toMatchObject([
      { network: "default", networkIp: UNKNOWN, accessConfigs: [{ natIp: UNKNOWN }] },
    ]);
  });

  test("It has addresses in the end, its own or the one that it is given", async () => {
    expect(state["networkInterfaces"]).toMatchObject([
      {
        network: "default",
        networkIp: expect.stringMatching(/^10\.128\.\d+\.\d+$/),
        accessConfigs: [{ natIp: expect.stringMatching(/^203\.0\.113\.\d+$/) }],
      },
    ]);
    const given = [{ network: "default", accessConfigs: [{ natIp: "203.0.113.200" }] }];
    const other = await plugin.create(INSTANCE, { ...inputs, networkInterfaces: given });
    expect(other.state["networkInterfaces"]).toMatchObject(given);
  });

  test("Its labels have the official plugin's with them, as secrets", () => {
    const all = secret({ role: "web", "goog-pulumi-provisioned": "true" });
    expect(state).toMatchObject({ effectiveLabels: all, pulumiLabels: all });
  });

  test("It is stopped for another machine type only if that is allowed", async () => {
    const bigger = { ...inputs, machineType: "e2-medium" };
    const { message } = await failureOf(plugin.update(INSTANCE, state, inputs, bigger));
    expect(message).toContain("please set allow_stopping_for_update = true");
    const allowed = { ...bigger, allowStoppingForUpdate: true };
    const { networkInterfaces } = state;
    expect(await plugin.update(INSTANCE, state, inputs, allowed)).toMatchObject({
      machineType: "e2-medium",
      networkInterfaces,
    });
  });

  test("Protected, it is not deleted", async () => {
    const deletion = plugin.delete(INSTANCE, { ...state, deletionProtection: true });
    expect((await failureOf(deletion)).message).toContain("Deletion Protection is enabled");
  });

  test("A simulator may have another in its place", async () => {
    const { plugin, asked } = await withSimulator(
      "gcp",
      'case "$*" in "create instance") ' +
        'echo \'{"networkInterfaces": [{"networkIp": "172.30.0.5", "accessConfigs": []}]}\' ;; esac',
    );
    const made = await plugin.create(INSTANCE, inputs);
    expect(made.state["networkInterfaces"]).toEqual([
      { networkIp: "172.30.0.5", accessConfigs: [] },
    ]);
    await plugin.delete(INSTANCE, made.state);
    await plugin.create(DISK, { name: "data" });
    await plugin.create(ADDRESS, { name: "web" });
    expect(asked().map(([call]) => call)).toEqual([
      "create instance",
      "delete instance",
      "create disk",
      "create address",
    ]);
  });
});

describe("a database instance", () => {
  test("It has the addresses that it is to have", async () => {
    const inputs = await plugin.checked(DATABASE_INSTANCE, { ...DATABASE_INPUTS, name: "pg" });
    const { state } = await plugin.create(DATABASE_INSTANCE, inputs);
    expect(state).toMatchObject({
      connectionName: "p:europe-west3:pg",
      publicIpAddress: "",
      privateIpAddress: expect.stringMatching(/^10\.128\.\d+\.\d+$/),
      firstIpAddress: state["privateIpAddress"],
    });
  });

  test("The certificate of its server, and a root password, are secrets", async () => {
    const inputs = { ...DATABASE_INPUTS, name: "pg", rootPassword: "hunter2" };
    const { state } = await plugin.create(DATABASE_INSTANCE, inputs);
    expect(state["rootPassword"]).toEqual(secret("hunter2"));
    expect(state["serverCaCerts"]["value"][0]["cert"]).toContain("BEGIN CERTIFICATE");
  });

  test("Protected, as it is by default, it is not deleted", async () => {
    const inputs = await plugin.checked(DATABASE_INSTANCE, DATABASE_INPUTS);
    const { state } = await plugin.create(DATABASE_INSTANCE, inputs);
    const { message } = await failureOf(plugin.delete(DATABASE_INSTANCE, state));
    expect(message).toContain("deletion_protection is set to true");
  });

  test("The password of a user changes in place, and is a secret", async () => {
    const inputs = { instance: "pg", name: "app", password: "a" };
    const { state } = await plugin.create(USER, inputs);
    const updated = await plugin.update(USER, state, inputs, { ...inputs, password: "b" });
    expect(updated).toEqual({ ...state, password: secret("b") });
  });
});
