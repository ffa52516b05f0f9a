import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { ensureOfflineImages, offlineImages } from "../../../offline/images/index.ts";
import { chosenTools } from "../../../ops/tools.ts";
import { useExample } from "../apps/example.ts";
import { CommandLines } from "../command-lines.ts";
import { setConfig } from "../config.ts";
import { expectNoSecret, textBelow } from "../secret-search.ts";
import { CloudClone } from "./cloud-clone.ts";
import { provideImagesWithDocker } from "./host-images.ts";
import { SimulatedCloud } from "./simulated-cloud.ts";
import type { Requests } from "./simulator.ts";
import { lines } from "./stack-on-host.ts";

/** How a cloud is made, and what its stacks are told. */
export interface Place {
  readonly settings: Record<string, string>;
  readonly machine: "Droplet" | "Instance";
  /** Images that the machine can't pull. */
  readonly images: Record<string, string>;
  /** What is true, in SQL, of a connection that was encrypted all the way to the cloud. */
  encrypted(cloud: SimulatedCloud): string;
  /** What is in front of the database, where the app does not reach it by itself. */
  prepare(cloud: SimulatedCloud): Promise<{ requests: Requests; stop?: () => Promise<void> }>;
}

const { postgres, python } = offlineImages;
const TEMPLATE = "examples/flask-hello/hello/templates/index.html";

/** The life of a stack whose database a cloud runs. The official plugins ask the real clouds: there, it is skipped. */
export const describeManagedDatabase = (title: string, place: Place) =>
  describe.runIf(chosenTools().pulumi === "offline")(title, () => {
    let cloud: SimulatedCloud;
    let stack: CloudClone;
    let stop: (() => Promise<void>) | undefined;
    let commandLines = "";
    const printed: string[] = [];

    beforeAll(async () => {
      await ensureOfflineImages(() => undefined, undefined, [postgres, python]);
      const images = [python, ...Object.values(place.images)];
      cloud = await SimulatedCloud.make((host) => provideImagesWithDocker(host, images));
      const prepared = await place.prepare(cloud);
      stop = prepared.stop;
      const settings = { ...place.settings, database: "managed" };
      stack = await CloudClone.make(cloud, prepared.requests, settings, (clone) =>
        useExample(clone, "flask-hello"),
      );
      const { "slipway:images": standIns = "{}" } = config();
      const all = { ...JSON.parse(standIns), ...place.images };
      setConfig(stack.clone, { images: JSON.stringify(all) });
    });
    afterAll(() => stop?.());
    afterAll(() => stack?.remove());
    afterAll(() => cloud?.remove());

    test("The first up makes it, migrates it, and the app keeps what is written, over TLS", async () => {
      const watch = new CommandLines();
      printed.push(
        await stack.up().finally(async () => {
          commandLines = await watch.finish();
        }),
      );
      await write("First");
      expect(await page()).toContain("First");
      const owners = "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'";
      expect(await cloud.database.sql(owners, "app")).toBe("app");
      const encrypted = `SELECT bool_and(${place.encrypted(cloud)})`;
      const ofApp = "FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename = 'app_1'";
      expect(await cloud.database.sql(`${encrypted} ${ofApp}`)).toBe("t");
    });

    test("`psql` gets in as the app does, and acts as the owner", async () => {
      expect(await stack.sql("SELECT session_user, current_user")).toBe("app_1|app");
      expect(await stack.sql("SELECT message FROM entries WHERE name = 'Ada'")).toBe("First");
    });

    test("No secret is in the clear: state, output, process lists, containers, or the server's own log", async () => {
      const ids = lines(await cloud.inside("docker", "ps", "--all", "--quiet"));
      const log = await cloud.database.log();
      // It does log what an administrator says of passwords.
      expect(log).toMatch(/ALTER USER "app_1" PASSWORD 'SCRAM-SHA-256\$/);
      const { password } = cloud.database;
      const theirs = [await secret("databasePassword"), await secret("appSecret")];
      expectNoSecret(theirs, { "the server's log": log });
      expectNoSecret([password, ...theirs], {
        "docker inspect": await cloud.inside("docker", "inspect", ...ids),
        "command lines": commandLines,
        state: textBelow(join(stack.clone.folder, ".slipway", "state")),
        "the stack's file": stackFile(),
        "what was printed": printed.join("\n"),
      });
    });

    test("A rotated password gets in, and the one before does not any more", async () => {
      const before = await secret("databasePassword");
      expect(await cloud.database.logsIn("app_1", before, "app")).toBe(true);
      const output = await stack.does("rotate", "databasePassword");
      const after = await secret("databasePassword");
      expect(output).not.toContain(after);
      expect(await cloud.database.logsIn("app_2", after, "app")).toBe(true);
      expect(await cloud.database.logsIn("app_1", before, "app")).toBe(false);
      await write("Second");
    });

    test("A release finds what was written before it, and then there is nothing to change", async () => {
      const template = readFileSync(join(stack.clone.folder, TEMPLATE), "utf8");
      stack.clone.write(TEMPLATE, template.replace("Guestbook</h1>", "Visitors' book</h1>"));
      stack.clone.commit("next");
      await stack.up();
      for (const text of ["Visitors' book", "First", "Second"])
        expect(await page()).toContain(text);
      await stack.succeeds("preview", "--refresh", "--expect-no-changes");
    });

    test("It outlives the machine, and lets in the next one", async () => {
      await stack.removeMachine(place.machine);
      await stack.up();
      expect(await page()).toContain("First");
      await stack.succeeds("preview", "--refresh", "--expect-no-changes");
    });

    test("A destroy is refused while data is protected, and leaves nothing when it is not", async () => {
      const { lasting } = cloud;
      const { code, output } = await stack.pulumi("destroy", "--yes", "--skip-preview");
      expect(code).not.toBe(0);
      expect(output).toMatch(/::database" cannot be deleted\s+because it is protected/);
      expect(cloud.lasting).toEqual(lasting);

      setConfig(stack.clone, { protectData: "false" });
      await stack.up();
      expect(await page()).toContain("First");
      await stack.destroy();
      expect(cloud.things).toEqual([]);
    });

    const stackFile = () =>
      readFileSync(join(stack.clone.folder, `Pulumi.${stack.clone.stack}.yaml`), "utf8");
    const config = (): Record<string, string> => parse(stackFile()).config;
    const secret = async (key: string) => (await stack.succeeds("config", "get", key)).trim();
    const url = async () => `http://${await stack.address()}/flask/`;
    const page = async () => await (await fetch(await url())).text();

    async function write(message: string): Promise<void> {
      const body = new URLSearchParams({ name: "Ada", message });
      const entries = new URL("entries", await url());
      const answer = await fetch(entries, { method: "POST", body, redirect: "manual" });
      expect(answer.status).toBe(303);
    }
  });
