import { afterAll, beforeAll, expect, test } from "vitest";
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
