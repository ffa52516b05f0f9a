import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Clone, docker, type Ended } from "../clone.ts";
import { ask, JANE, register } from "../conduit-client.ts";
import { setConfig } from "../config.ts";
import { logsIn } from "../database-login.ts";
import type { LoopReport } from "../request-loop.ts";
import { readyImages } from "./ready-images.ts";
import { addSlowRoute } from "./slow-route.ts";
import { imagesIn, underLoad as loaded, slugsIn } from "./under-load.ts";

const RELEASES = 10;

let clone: Clone;
let images: string[];
let token: string;
/** The articles that the app said it has, from all of the loads. */
const acknowledged: string[] = [];

beforeAll(async () => {
  clone = await Clone.make();
  addSlowRoute(clone);
  clone.commit("slow route");
  await start();
  images = readyImages(await liveImage(), `slipway-load/${clone.stack}`, RELEASES);
  token = await register(clone.url);
});
afterAll(() => clone?.remove());

test("Ten releases in a row fail no request, and each of them serves", async () => {
  const first = await liveImage();

  const { answers } = await underLoad("ten releases", async () => {
    for (const image of images) {
      setConfig(clone, { image });
      await start();
    }
  });

  expect(imagesIn(answers)).toEqual([first, ...images]);
}, 480_000);

test("A rollback fails no request, and serves the release before", async () => {
  const { answers } = await underLoad("rollback", async () => {
    await succeed(clone.slipway(["rollback", "--stack", clone.stack]));
  });

  expect(imagesIn(answers)).toEqual([images.at(-1), images.at(-2)]);
});

test("A new databasePassword fails no request, and the old one no longer logs in", async () => {
  const old = await secret("databasePassword");
  expect(logsIn(database(), "app_1", old)).toBe(true);

  await underLoad("rotation of databasePassword", async () => {
    await clone.setSecret("databasePassword", newSecret());
    await start();
  });

  expect(logsIn(database(), "app_1", old)).toBe(false);
  expect(logsIn(database(), "app_2", old)).toBe(false);
  expect(logsIn(database(), "app_2", await secret("databasePassword"))).toBe(true);
});

test("A new appSecret beside previousAppSecret fails no request of a user who had signed in before", async () => {
  await underLoad("rotation of appSecret", async () => {
    await clone.setSecret("previousAppSecret", await secret("appSecret"));
    await clone.setSecret("appSecret", newSecret());
    await start();
  });
});

test("Removing previousAppSecret fails no request of a user who signed in since, and ends the old tokens", async () => {
  const old = token;
  token = (await ask(clone.url, "/api/users/login", { body: { user: JANE } })).user.token;
  expect((await ask(clone.url, "/api/user", { token: old })).user.username).toBe(JANE.username);

  await underLoad("removal of previousAppSecret", async () => {
    setConfig(clone, { previousAppSecret: undefined });
    await start();
  });

  await expect(ask(clone.url, "/api/user", { token: old })).rejects.toThrow("401");
});

test("Every write that was acknowledged is there, once, and nothing else is", () => {
  const written = psql("SELECT slug FROM articles").split("\n");

  expect(acknowledged.length).toBeGreaterThan(1000);
  expect(written.toSorted()).toEqual(acknowledged.toSorted());
});

/** Does something while the app is under load, and notes what it acknowledged. */
async function underLoad(what: string, work: () => Promise<void>): Promise<LoopReport> {
  const report = await loaded(what, { url: clone.url, token }, work);
  acknowledged.push(...slugsIn(report.answers));
  return report;
}

async function start(): Promise<void> {
  await succeed(clone.slipway(["start"]));
}

async function succeed(ending: Promise<Ended>): Promise<void> {
  const { code, output } = await ending;
  if (code !== 0) throw new Error(output);
}

async function liveImage(): Promise<string> {
  return (await ask(clone.url, "/version")).image;
}

async function secret(key: string): Promise<string> {
  return (await clone.pulumi(["config", "get", key])).output.trim();
}

const newSecret = () => randomBytes(24).toString("base64url");

function database(): string {
  const filters = [`label=slipway.stack=${clone.stack}`, "label=slipway.role=database"];
  return docker("ps", "--quiet", ...filters.map((one) => `--filter=${one}`));
}

function psql(query: string): string {
  return docker("exec", "--user=postgres", database(), "psql", "-qXAt", "-d", "app", "-c", query);
}
