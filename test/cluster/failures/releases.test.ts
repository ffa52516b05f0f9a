import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../../e2e/until.ts";
import { FailingStack } from "./failing-stack.ts";

let failing: FailingStack;

beforeAll(async () => {
  failing = await FailingStack.make({ database: "none", replicas: "1" });
  await failing.release(await failing.image(), { version: "1.0.0" });
});
afterAll(() => failing?.remove());

test("An image that does not exist is refused with its name, and the release before serves on", async () => {
  const image = `${failing.stack.cluster.registry.data.host}/nobody/nothing:1`;
  const said = await failing.failingRelease({ image });
  expect(said).toContain("ImagePullBackOff");
  expect(said).toContain(image);
});

test("An app that ends as it starts fails the release with its own last words", async () => {
  const image = await failing.image({ before: 'throw new Error("the boiler is cold");' });
  const said = await failing.failingRelease({ image });
  expect(said).toContain("The app ended before it was healthy, with exit code 1.");
  expect(said).toContain("the boiler is cold");
});

test("An app whose health path answers 500 fails within its time, with what the probe and the app said", async () => {
  const image = await failing.image({ status: 500, before: 'console.log("the pump is stuck");' });
  const said = await failing.failingRelease({ image, healthSeconds: "5" });
  expect(said).toContain("The app was not healthy within 5 seconds");
  expect(said).toContain("HTTP probe failed with statuscode: 500");
  expect(said).toMatch(/Asked for http:\/\/[\d.]+:3000\/readyz, it answers: HTTP 500: \{"image":/);
  expect(said).toContain("the pump is stuck");
});

test("An app that listens on loopback only is told to listen on all addresses", async () => {
  const image = await failing.image({ listenOn: "127.0.0.1" });
  const said = await failing.failingRelease({ image, healthSeconds: "5" });
  expect(said).toContain("connection refused");
  expect(said).toContain("it must listen on 0.0.0.0");
  expect(said).toContain("listening on 127.0.0.1");
});

test("A healthy app that is not the image that was released is found out, and taken back", async () => {
  const image = await failing.image({ before: 'process.env.APP_IMAGE = "somebody/else:1";' });
  const said = await failing.failingRelease({ image });
  expect(said).toContain(`/version did not answer with ${image}`);
  expect(said).toContain("somebody/else:1");
  expect(said).toContain("The last verified release is back.");
});

test("A process that does not run is taken back, and the one before is at work alone", async () => {
  const image = await failing.serving();
  const work = 'node -e "setInterval(() => {}, 1000)"';
  await failing.stack.up({ image, processes: JSON.stringify({ worker: `QUEUE=jobs ${work}` }) });
  const [before] = await failing.pods("process");
  expect(before?.status?.phase).toBe("Running");

  const broken = JSON.stringify({ worker: `node -e "throw new Error('no queue')"` });
  const { code, output } = await failing.stack.tryUp({ processes: broken });

  expect(code, output).not.toBe(0);
  expect(output).toContain("no queue");
  expect(output).toContain("The process of the release before is back, and at work alone.");
  // A pod that has ended is in the list until its node has cleared it away.
  await until(async () => {
    const [first, ...others] = await failing.pods("process");
    return others.length === 0 && first?.metadata?.name === before?.metadata?.name;
  }, "the process of the release before is at work alone");
  await failing.stack.up({ processes: "{}" });
});

test("An image without a shell is refused where a line is to be run, and takes lists of words", async () => {
  const image = await failing.image({ build: ["RUN rm /bin/sh", "ENTRYPOINT []"] });
  const said = await failing.failingRelease({ image, migrateCommand: "node -p 1" });
  expect(said).toContain("The image has no /bin/sh, which is to run slipway:migrateCommand.");

  await failing.release(image, { migrateCommand: '["node","-p","1"]' });
  const run = (...words: string[]) => failing.stack.tryVerb("run", "--", ...words);
  expect((await run("node", "-p", "process.env.APP_IMAGE")).output).toContain(image);
  expect((await run("node -p 1")).output).toContain("The image has no /bin/sh");
  await failing.stack.up({ migrateCommand: "" });
});

test("An app that ends only when it is killed is said to, by the release that has to wait for it", async () => {
  const deaf = 'process.removeAllListeners("SIGTERM"); process.on("SIGTERM", () => {});';
  const first = await failing.image({ before: deaf });
  expect(await failing.stack.up({ image: first })).not.toContain("SIGTERM");
  const said = await failing.stack.up({ image: await failing.image() });
  expect(said).toMatch(/web-\S+ did not end within 1 seconds of SIGTERM and was killed/);
  expect(said).toContain("a shell as its first process");
  expect(await failing.stack.up({ image: await failing.image() })).not.toContain("SIGTERM");
});

test("Sources among the static files are named in a warning, and a file is asked for, by status too", async () => {
  const build = ["RUN mkdir /site && touch /site/.env /site/site.css"];
  const settings = { staticPath: "/site", rateLimits: '{"/site.css":"1r/m"}' };
  const image = await failing.image({ build });
  expect(await failing.stack.up({ image, ...settings })).toContain(
    "/site in the image has what looks like sources or settings: ./.env.",
  );
  const logs = await failing.stack.verb("logs", "--of", "front", "--lines", "500");
  expect(logs).toContain('"path":"/site.css"');
  expect((await failing.stack.tryVerb("status")).code).toBe(0);

  for (let asked = 0; asked < 20; asked += 1) await fetch(`${failing.stack.url}/site.css`);
  const { code, output } = await failing.stack.tryVerb("status");
  expect(code, output).toBe(1);
  expect(output).toContain("/site.css is not served, a static file of it: HTTP 429");
  await failing.release(await failing.image(), { staticPath: "", rateLimits: "{}" });
});

test("After all of them a good image is released as if nothing had been", async () => {
  await failing.release(await failing.image(), { version: "2.0.0" });
});

test("Two bad releases in a row do not count: rollback leads to the last that was verified", async () => {
  const before = (await failing.image()) satisfies string;
  await failing.release(before, { version: "3.0.0" });
  const live = await failing.image();
  await failing.release(live, { version: "4.0.0" });
  for (const word of ["first", "second"]) {
    const image = await failing.image({ before: `throw new Error("the ${word}");` });
    await failing.failingRelease({ image, version: word });
  }

  await failing.stack.verb("rollback");

  await failing.expectLive(before);
});
