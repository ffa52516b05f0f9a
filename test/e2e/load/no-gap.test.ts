import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Clone, docker, type Ended } from "../clone.ts";
import { ask, JANE, register } from "../conduit-client.ts";
import { setConfig } from "../config.ts";
import { logsIn } from "../database-login.ts";
import { type Answer, type LoadedRequest, type LoopReport, RequestLoop } from "../request-loop.ts";
import { heavyTraffic } from "./heavy-traffic.ts";
import { readyImages } from "./ready-images.ts";
import { addSlowRoute } from "./slow-route.ts";

const LEAST_PER_SECOND = 200;
/** How many were sent and answered even in the busiest second: a load that pauses sees no gap. */
const LEAST_IN_ANY_SECOND = 100;
const RELEASES = 10;
const STYLE: LoadedRequest = { name: "style", path: "/style.css", status: 200, perSecond: 15 };

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

/** Does something while the app is under load, of which no request may fail. */
async function underLoad(what: string, work: () => Promise<void>): Promise<LoopReport> {
  const loop = new RequestLoop(clone.url, [...heavyTraffic(token), STYLE]);
  const [end] = await Promise.allSettled([work()]);
  const report = await loop.finish();
  if (end.status === "rejected") throw end.reason;

  const { answers, failures, seconds } = report;
  const sent = answers.length + failures.length;
  const rate = Math.round(sent / seconds);
  const least = leastInAnySecond(report);
  console.info(
    `${what}: ${sent} requests in ${seconds.toFixed()} s (${rate} a second, at least ${least} ` +
      `answered in any), ${failures.length} failed`,
  );
  const written = answers.filter(({ name }) => name === "write");
  acknowledged.push(...written.map(({ body }) => JSON.parse(body).article.slug));

  expect(failures.slice(0, 10), `of ${failures.length} that failed`).toEqual([]);
  expect(rate).toBeGreaterThanOrEqual(LEAST_PER_SECOND);
  expect(least).toBeGreaterThanOrEqual(LEAST_IN_ANY_SECOND);
  return report;
}

function leastInAnySecond({ answers, seconds }: LoopReport): number {
  const counts = new Array<number>(Math.floor(seconds)).fill(0);
  for (const { sent } of answers) {
    const second = Math.floor(sent / 1000);
    if (second < counts.length) counts[second] = (counts[second] ?? 0) + 1;
  }
  return Math.min(...counts);
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

/** The images that answered, in the order of their first answer. */
function imagesIn(answers: readonly Answer[]): string[] {
  const versions = answers.filter(({ name }) => name === "version");
  return [...new Set(versions.map(({ body }) => JSON.parse(body).image))];
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
