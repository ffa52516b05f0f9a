import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { succeed } from "../../hosts/succeed.ts";
import { App } from "./app.ts";
import { sendLines } from "./plain-request.ts";
import { confFiles, type RunningNginx, TestNetwork } from "./running-nginx.ts";

let network: TestNetwork;
let app: App;
let nginx: RunningNginx;

const GONE = "no-such-container";

beforeAll(async () => {
  network = await TestNetwork.make();
  app = await App.start();
  const server = `${network.gateway}:${app.port}`;
  nginx = await network.start("nginx", confFiles([server, server, server]));
});
afterAll(async () => {
  app?.stop();
  await network?.remove();
});

const send = (method: string, path: string, to = nginx) =>
  sendLines(to.address, `${method} ${path} HTTP/1.1`, "Host: shop.example", "Content-Length: 0");

describe("a request that the app does not answer in time", () => {
  test.each(["GET", "PUT", "DELETE", "POST"])(
    "is sent to it once, whatever it is: %s",
    async (method) => {
      const path = `/silent-${method}`;
      const began = performance.now();
      const { status, body } = await send(method, path);
      expect([status, app.times(path)]).toEqual([504, 1]);
      expect(body).toContain("This service is not available");
      // It is silent for 2 s.
      expect(performance.now() - began).toBeLessThan(4000);
    },
  );
});

describe("a request during which the app breaks the connection", () => {
  test.each([
    ["GET", 2],
    ["PUT", 2],
    ["POST", 1],
    ["PATCH", 1],
  ])("is sent twice at the most, and only where that is the same: %s", async (method, times) => {
    const path = `/break-${method}`;
    expect((await send(method, path)).status).toBe(502);
    expect(app.times(path)).toBe(times);
  });
});

test("A request that could not be sent is sent to another container", async () => {
  // Nobody has this address, so nobody refuses a connection to it either.
  const nobody = nginx.address.replace(/\.\d+$/, ".250");
  const servers = [`${nobody}:3000`, `${network.gateway}:${app.port}`];
  const mixed = await network.start("mixed", confFiles(servers));
  for (const path of ["/first", "/second"]) {
    expect((await send("POST", path, mixed)).status).toBe(200);
    expect(app.times(path)).toBe(1);
  }
});

describe("while the app's container is away", () => {
  test("Nginx starts and reads its configuration again, and answers with a page", async () => {
    const away = await network.start("away", confFiles([`${GONE}:3000`]));
    await succeed("docker", ["exec", away.container, "nginx", "-s", "reload"]);
    const { status, body } = await send("GET", "/", away);
    expect(status).toBe(502);
    expect(body).toContain("This service is not available");
  });

  test("it finds one that comes back", async () => {
    const name = "comes-back";
    const away = await network.start("waiting", confFiles([`${name}:80`]));
    expect((await send("GET", "/", away)).status).toBe(502);
    await network.start(name, confFiles([`${network.gateway}:${app.port}`]));
    await expect
      .poll(async () => (await send("GET", "/", away)).status, { timeout: 15_000 })
      .toBe(200);
  });
});

test("As many replicas as there may be fit into what Nginx shares of them", async () => {
  const names = Array.from({ length: 20 }, (_, index) => `slipway-${"n".repeat(80)}-${index}:3000`);
  const many = await network.start("many", confFiles(names));
  expect((await send("GET", "/", many)).status).toBe(502);
  expect(await succeed("docker", ["logs", many.container])).not.toContain("no memory");
});
