import { beforeAll, describe, expect, test } from "vitest";
import { deploy } from "../../../stacks/index.ts";
import type { DropletHost, GceHost, ManagedDatabase } from "../../../stacks/settings.ts";
import { madeBefore, named, type Recorded, record, tree } from "../recorder.ts";
import { DROPLET, exampleSettings, GCE, managedDatabase, PULLED, SECRETS } from "./example.ts";

async function recordOn(
  host: DropletHost | GceHost,
  chosen: Partial<ManagedDatabase> = {},
): Promise<Recorded[]> {
  const database = managedDatabase(chosen);
  return await record(() => deploy({ ...exampleSettings({ database }), host }, PULLED));
}

const ofDatabase = (stack: readonly Recorded[]) =>
  tree(stack.filter(({ name }) => name === "database" || name.startsWith("database-")));

describe("a managed database beside a droplet", () => {
  let stack: Recorded[];
  beforeAll(async () => {
    stack = await recordOn(DROPLET);
  });

  test("is made of these things", () => {
    expect(ofDatabase(stack)).toEqual([
      " > database: slipway:digitalocean:DigitaloceanPostgres",
      "database > database: digitalocean:index/databaseCluster:DatabaseCluster",
      "database > database-firewall: digitalocean:index/databaseFirewall:DatabaseFirewall",
      " > database-login: slipway:docker:PostgresLogin",
      "database-login > database-login: command:local:Command",
    ]);
  });

  test("lets in the droplet and nothing else", () => {
    expect(named(stack, "database-firewall").inputs).toEqual({
      clusterId: "database-id",
      rules: [{ type: "droplet", value: "7" }],
    });
    expect(madeBefore(stack, "database-login")).toContain("database-firewall");
  });

  test("is reached over TLS that is verified, at its private address", () => {
    const { stdin } = named(stack, "database-login").inputs;
    expect(stdin).toContain("PGSSLMODE='verify-full'");
    expect(stdin).toContain("CA='the authority of the database'");
    expect(stdin).toContain("PGHOST='private-database.example.org'");
    const envs = named(stack, "web-1").inputs["envs"];
    expect(envs).toContain("DB_HOST=private-database.example.org");
    expect(envs).toContain("DB_PORT=25060");
    expect(envs).toContain("PGSSLROOTCERT=/run/secrets/DB_CA");
  });
});

describe("a managed database beside a VM of Google", () => {
  let stack: Recorded[];
  beforeAll(async () => {
    stack = await recordOn(GCE);
  });

  test("is made of these things", () => {
    expect(ofDatabase(stack)).toEqual([
      " > database: slipway:google:CloudSqlPostgres",
      "database > database: gcp:sql/databaseInstance:DatabaseInstance",
      "database > database-client: gcp:projects/iAMMember:IAMMember",
      " > database-login: slipway:docker:PostgresLogin",
      "database-login > database-login: command:local:Command",
      "database > database-password: random:index/randomPassword:RandomPassword",
      "database > database-peering: gcp:servicenetworking/connection:Connection",
      " > database-proxy: slipway:docker:CloudSqlProxy",
      "database-proxy > database-proxy: docker:index/container:Container",
      "database-proxy > database-proxy-cloud: docker:index/network:Network",
      "database-proxy > database-proxy-limited: command:local:Command",
      "database > database-random: pulumi:providers:random",
      "database > database-range: gcp:compute/globalAddress:GlobalAddress",
    ]);
  });

  test("has an address in the private network alone, and lets in connectors only", () => {
    const { settings } = named(stack, "database").inputs;
    expect(settings).toMatchObject({
      connectorEnforcement: "REQUIRED",
      ipConfiguration: {
        ipv4Enabled: false,
        privateNetwork: "machine-network-id",
        sslMode: "ENCRYPTED_ONLY",
      },
    });
    expect(madeBefore(stack, "database")).toContain("database-peering");
  });

  test("can go back to any moment of seven days", () => {
    expect(named(stack, "database").inputs["settings"]).toMatchObject({
      backupConfiguration: {
        enabled: true,
        pointInTimeRecoveryEnabled: true,
        transactionLogRetentionDays: 7,
      },
    });
  });

  test("is reached through the proxy, which is on the machine and publishes nothing", () => {
    const proxy = named(stack, "database-proxy");
    expect(proxy.inputs["command"]).toContain("acme:europe-west3:database");
    expect(proxy.inputs).not.toHaveProperty("ports");
    expect(proxy.deleteBeforeReplace).toBe(false);
    expect(madeBefore(stack, "database-proxy")).toContain("database-client");
    expect(madeBefore(stack, "database-login")).toContain("database-proxy");
    expect(named(stack, "web-1").inputs["envs"]).toContain("DB_HOST=database");
  });

  test("with two nodes is in two zones", async () => {
    const availability = (all: readonly Recorded[]) =>
      (named(all, "database").inputs["settings"] as Record<string, unknown>)["availabilityType"];
    expect(availability(stack)).toBe("ZONAL");
    expect(availability(await recordOn(GCE, { nodes: 2 }))).toBe("REGIONAL");
  });
});

describe.each([DROPLET, GCE])("a managed database beside a $kind", (host) => {
  let stack: Recorded[];
  beforeAll(async () => {
    stack = await recordOn(host);
  });

  test("outlives the machine, and what is of it on the machine does not", () => {
    const machine = named(stack, "machine").id;
    const [tied, lasting] = [true, false].map((is) =>
      stack
        .filter(({ name, type }) => /^database/.test(name) && !type.startsWith("slipway:"))
        .filter(({ deletedWith }) => (deletedWith === machine) === is)
        .map(({ type }) => type.split(":")[0]),
    );
    expect(new Set(tied)).toEqual(new Set(host === GCE ? ["command", "docker"] : ["command"]));
    expect(lasting).not.toContain("command");
    expect(lasting).not.toContain("docker");
  });

  test.each([true, false])("is protected where data is: %s", async (protect) => {
    const database = named(await recordOn(host, { protect }), "database");
    expect(database.protect).toBe(protect);
    if (host === GCE) {
      expect(database.inputs["deletionProtection"]).toBe(protect);
      expect(database.inputs["settings"]).toMatchObject({ deletionProtectionEnabled: protect });
    }
  });

  test("has a login of the app's, which a new password makes anew", () => {
    const login = named(stack, "database-login");
    expect(login.inputs["triggers"]).toEqual([SECRETS.databasePassword]);
    expect(login.inputs["stdin"]).toContain("OWNER='shop'");
  });

  test("shows neither the password of the app nor that of the administrator", () => {
    // The second as far as a shell has nothing to escape in it.
    const secrets = ["password database", SECRETS.databasePassword.slice(5)];
    const within = (what: unknown) =>
      secrets.filter((secret) => JSON.stringify(what).includes(secret));
    expect(within(named(stack, "database-login").inputs)).toEqual(secrets);
    expect(within(stack.map(({ shown }) => shown))).toEqual([]);
  });
});
