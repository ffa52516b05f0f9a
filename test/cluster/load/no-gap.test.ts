import { afterAll, beforeAll, expect, test } from "vitest";
import { ask, JANE, register } from "../../e2e/conduit-client.ts";
import { addSlowRoute } from "../../e2e/load/slow-route.ts";
import { imagesIn, underLoad as loaded, slugsIn } from "../../e2e/load/under-load.ts";
import type { LoopReport } from "../../e2e/request-loop.ts";
import { ClusterStack } from "../stack/cluster-stack.ts";
import { logsIn } from "../stack/cluster-things.ts";
import { drain, uncordon } from "./drain.ts";

const RELEASES = 10;

let stack: ClusterStack;
let images: string[];
let token: string;
/** The articles that the app said it has, from all of the loads. */
const acknowledged: string[] = [];

beforeAll(async () => {
  stack = await ClusterStack.make();
  addSlowRoute(stack.clone);
  images = [];
  for (let count = 0; count <= RELEASES; count++) {
    images.push(await stack.push("app", `v${count}`));
  }
  await stack.up({ image: images[0] });
  token = await register(stack.url);
});
afterAll(() => stack?.remove());

test("Ten releases in a row fail no request, and each of them serves", async () => {
  const { answers } = await underLoad("releases", async () => {
    for (const image of images.slice(1)) await stack.up({ image });
  });

  expect(imagesIn(answers)).toEqual(images);
}, 900_000);

test("A rollback fails no request, and serves the release before", async () => {
  const { answers } = await underLoad("rollback", async () => {
    await stack.verb("rollback");
  });

  expect(imagesIn(answers)).toEqual([images.at(-1), images.at(-2)]);
});

test("A new databasePassword fails no request, and the old one no longer logs in", async () => {
  const old = await stack.secret("databasePassword");
  expect(await logsIn(stack, "app_1", old)).toBe(true);

  await underLoad("rotation of databasePassword", async () => {
    await stack.verb("rotate", "databasePassword");
  });

  expect(await logsIn(stack, "app_1", old)).toBe(false);
  expect(await logsIn(stack, "app_2", await stack.secret("databasePassword"))).toBe(true);
});

test("A new appSecret fails no request of a user who had signed in before", async () => {
  await underLoad("rotation of appSecret", async () => {
    await stack.verb("rotate", "appSecret");
  });
});

test("Removing previousAppSecret fails no request of a user who signed in since", async () => {
  token = (await ask(stack.url, "/api/users/login", { body: { user: JANE } })).user.token;
  await underLoad("removal of previousAppSecret", async () => {
    await stack.up({ previousAppSecret: undefined });
  });
});

test("A drain of a node fails no request", async () => {
  const node = await nodeWithoutDatabase();
  await underLoad("drain", () => drain(stack.core, node, stack.namespace));
  await uncordon(stack.core, node);
});

test("Every write that was acknowledged is there, once, and nothing else is", async () => {
  const written = await stack.sql("SELECT slug FROM articles");

  expect(acknowledged.length).toBeGreaterThan(1000);
  expect(written.toSorted()).toEqual(acknowledged.toSorted());
});

/** Does something while the app is under load, and notes what it acknowledged. */
async function underLoad(what: string, work: () => Promise<void>): Promise<LoopReport> {
  // Not over the forwarder, which would take its share of the cores.
  const app = { url: `http://${stack.address}`, host: "localhost", token };
  const report = await loaded(what, app, work);
  acknowledged.push(...slugsIn(report.answers));
  return report;
}

/** There is one database, and where it goes the app waits for it. */
async function nodeWithoutDatabase(): Promise<string> {
  const where = { namespace: stack.namespace, name: "database-0" };
  const { spec } = await stack.core.readNamespacedPod(where);
  const node = stack.cluster.nodes.find((name) => name !== spec?.nodeName);
  if (node === undefined) throw new Error("The cluster has no other node.");
  return node;
}
