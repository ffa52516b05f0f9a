import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PostgresLogin } from "../../components/docker/postgres-login.ts";
import { LocalMachine } from "../../components/machine/local-machine.ts";
import { run } from "../../setup/run.ts";
import { Authority } from "../e2e/hosts/authority.ts";
import { CloudPostgres, POSTGRES_IMAGE } from "../e2e/hosts/cloud-postgres.ts";
import { TestNetwork } from "../hosts/test-network.ts";
import { named, record } from "../unit/recorder.ts";

const FIRST = "first password, of 'some' length";
const SECOND = 'second \\password of the "$DATABASE"';

let network: TestNetwork;
let server: CloudPostgres;
let otherCa: string;
beforeAll(async () => {
  network = await TestNetwork.make();
  const address = network.nextAddress();
  const folder = join(network.folder, "database");
  otherCa = new Authority(join(network.folder, "other"), "other").certificate;
  const admin = { administrator: "doadmin", password: "the administrator's, 20 characters" };
  server = await CloudPostgres.start({
    options: network.at(address),
    address,
    folder,
    ...admin,
  });
});
afterAll(() => network?.remove());

const COMMANDS = { apply: "create", update: "update", remove: "delete" } as const;

interface Choice {
  readonly password?: string;
  readonly ownerRole?: string;
  readonly adminPassword?: string;
  readonly serverId?: string;
  /** Whether one vouches for the server that is none of its. */
  readonly otherAuthority?: true;
}

/** What the step runs on the machine, told to do one part of it; @returns what it printed. */
async function step(
  part: "apply" | "update" | "remove",
  choice: Choice = {},
  printed = "",
): Promise<string> {
  const { inputs } = named(await record(() => login(choice)), "it");
  const { code, stdout, stderr } = await run("sh", ["-c", String(inputs[COMMANDS[part]])], {
    input: String(inputs["stdin"]),
    env: { PULUMI_COMMAND_STDOUT: printed },
  });
  if (code !== 0) throw new Error(stderr);
  return stdout.trim();
}

function login({ password = FIRST, ownerRole = "shop", ...choice }: Choice): void {
  const machine = new LocalMachine("machine");
  new PostgresLogin(
    "it",
    {
      machine,
      owner: { project: "slipway", stack: "test" },
      network: network.name,
      image: POSTGRES_IMAGE,
      server: {
        id: choice.serverId ?? "the first one",
        host: server.address,
        port: 5432,
        administrator: "doadmin",
        password: pulumi.secret(choice.adminPassword ?? server.password),
        firstDatabase: "postgres",
        ca: pulumi.output(choice.otherAuthority ? otherCa : server.ca),
      },
      databaseName: "shop",
      ownerRole,
      password: pulumi.secret(password),
      readySeconds: 1,
    },
    machine.options,
  );
}

const rolesLike = async (pattern: string) =>
  await server.sql(
    `SELECT string_agg(rolname, ' ' ORDER BY rolname) FROM pg_roles WHERE rolname ~ '${pattern}'`,
  );

describe("a login on a server whose administrator is no superuser", () => {
  test("The first one makes the database and its owner, and gets in", async () => {
    expect(await step("apply")).toBe("shop_1");
    expect(await server.logsIn("shop_1", FIRST, "shop")).toBe(true);
    expect(await server.logsIn("shop_1", `${FIRST}.`, "shop")).toBe(false);
    const owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'shop'";
    expect(await server.sql(owner)).toBe("shop");
  });

  test("What it makes belongs to the owner from its first statement", async () => {
    await server.sqlAs("shop_1", FIRST, "shop", "CREATE TABLE orders AS SELECT 1 AS number");
    const owner = "SELECT tableowner FROM pg_tables WHERE tablename = 'orders'";
    expect(await server.sql(owner, "shop")).toBe("shop");
  });

  test("An update keeps the login, whatever is in the password", async () => {
    expect(await step("update", { password: SECOND })).toBe("shop_1");
    expect(await server.logsIn("shop_1", SECOND, "shop")).toBe(true);
    expect(await server.logsIn("shop_1", FIRST, "shop")).toBe(false);
  });

  test("A new one stands beside the one before, which is dropped last, with its connections", async () => {
    expect(await step("apply", { password: FIRST })).toBe("shop_2");
    expect(await server.logsIn("shop_1", SECOND, "shop")).toBe(true);
    const sleeping = server.sqlAs("shop_1", SECOND, "shop", "SELECT pg_sleep(60)");
    const ended = expect(sleeping).rejects.toThrow("terminating connection");
    await server.untilBusy("shop_1");

    await step("remove", { password: SECOND }, "shop_1\n");
    await ended;
    expect(await rolesLike("^shop")).toBe("shop shop_2");
    expect(await server.logsIn("shop_1", SECOND, "shop")).toBe(false);
    const number = await server.sqlAs("shop_2", FIRST, "shop", "SELECT number FROM orders");
    expect(number).toBe("1");
  });

  test("A removal that was interrupted is finished with the next one", async () => {
    await server.sql("ALTER ROLE shop_2 NOLOGIN");
    expect(await step("apply", { password: SECOND })).toBe("shop_3");
    await step("remove", {}, "shop_2\n");
    expect(await rolesLike("^shop")).toBe("shop shop_3");
  });

  test("The database stays with its owner: another one is refused, with what to do", async () => {
    await expect(step("apply", { ownerRole: "store" })).rejects.toThrow(
      "The database shop belongs to shop, and all that is in it: slipway:databaseUser can't become store any more.",
    );
  });

  test.each<[string, Choice, string]>([
    ["another password", { adminPassword: "wrong" }, "password authentication failed"],
    ["another authority", { otherAuthority: true }, "certificate verify failed"],
  ])(
    "With %s it says what the last try was told, and nothing is made",
    async (_, choice, reason) => {
      const failure = step("apply", choice);
      await expect(failure).rejects.toThrow(
        "did not let its administrator doadmin in within 1 seconds (slipway:readySeconds). The last try: ",
      );
      await expect(failure).rejects.toThrow(reason);
      expect(await rolesLike("^shop")).toBe("shop shop_3");
    },
  );

  test("What was made on another server is not dropped on this one, where it has the same name", async () => {
    expect(await step("apply", { serverId: "the second one" })).toBe("shop_4");
    await step("remove", {}, "shop_4");
    expect(await rolesLike("^shop")).toBe("shop shop_4");
    expect(await server.logsIn("shop_4", FIRST, "shop")).toBe(true);
  });

  test("An update on an empty server that took the place of a lost one makes all of it", async () => {
    await server.sql("DROP DATABASE shop");
    await server.sql("DROP ROLE shop_4; DROP ROLE shop");
    expect(await step("update", { password: SECOND })).toBe("shop_1");
    expect(await server.logsIn("shop_1", SECOND, "shop")).toBe(true);
  });

  test("The server, which logs all that is said to it, has seen no password", async () => {
    const log = await server.log();
    expect(log).toContain(`ALTER USER "shop_3" PASSWORD 'SCRAM-SHA-256$`);
    for (const password of [FIRST, SECOND]) {
      expect(log).not.toContain(password.slice(0, 12));
    }
  });
});
