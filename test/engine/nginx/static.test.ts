import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { STATIC_FOLDER } from "../../../components/nginx/places.ts";
import { run } from "../../../setup/run.ts";
import { App } from "./app.ts";
import { sendLines } from "./plain-request.ts";
import { confFiles, type RunningNginx, TestNetwork } from "./running-nginx.ts";

/** Files of a release and of the one before it. */
const FILES: Readonly<Record<string, string>> = {
  "new/index.html": "the new page",
  "new/contact/index.html": "contact",
  "new/app.3f2a1b9c.js": "new script",
  "new/hero-banner02.jpg": "picture",
  "new/photo-20240131.jpg": "picture",
  "new/assets/index-BX3k9aZ1.js": "vite",
  "new/_next/static/abc/_buildManifest.js": "next",
  "new/css/base.55e7cbb9ba48.css": "django",
  "new/m.mjs": "export {}",
  "new/app.webmanifest": "{}",
  "new/index.php": "<?php secret();",
  "new/inc/db.PHP": "<?php secret();",
  "new/settings.php~": "<?php secret();",
  "new/.env": "KEY=secret",
  "new/.git/config": "secret",
  "new/.well-known/security.txt": "Contact:",
  "old/app.0a1b2c3d.js": "old script",
  "old/robots.txt": "secret",
  "old/.env": "KEY=secret",
};

let network: TestNetwork;
let app: App;
let nginx: RunningNginx;
let below: RunningNginx;
beforeAll(async () => {
  network = await TestNetwork.make();
  app = await App.start();
  const servers = [`${network.gateway}:${app.port}`];
  const conf = (wanted: Parameters<typeof confFiles>[1]) =>
    confFiles(servers, { ...wanted, files: ["new", "old"] });
  nginx = await network.start("files", conf({ staticFallback: "index.html" }));
  below = await network.start("below", conf({ pathPrefix: "/shop/", staticPrefix: "/static/" }));
  for (const { container } of [nginx, below]) await fill(container);
});
afterAll(async () => {
  app?.stop();
  await network?.remove();
});

async function fill(container: string): Promise<void> {
  const write = Object.entries(FILES).map(
    ([path, text]) => `mkdir -p "$(dirname "${path}")"; printf %s '${text}' >"${path}"`,
  );
  const links = ["ln -s / new/root", "ln -s /etc/passwd new/passwd.txt"];
  const script = ["mkdir -p $1; cd $1", ...write, ...links].join("\n");
  const { code, stderr } = await run("docker", [
    ...["exec", container, "sh", "-euc", script, "sh", STATIC_FOLDER],
  ]);
  expect(code, stderr).toBe(0);
}

const get = (path: string, options: RequestInit = {}, { address } = nginx) =>
  fetch(`http://${address}${path}`, { redirect: "manual", ...options });
const textOf = async (path: string) => await (await get(path)).text();
/** Whether the app was asked, and not a file. */
const isAsked = (text: string) => text.includes('"url":');

describe("what Nginx hands out of the static folder", () => {
  test.each([
    ...[
      "/index.php",
      "/inc/db.PHP",
      "/settings.php~",
      "/.env",
      "/.git/config",
      "/root/etc/passwd",
      "/passwd.txt",
    ],
    ...["/robots.txt", "/contact/../.env", "/%2eenv"],
  ])("is not %s: the app is asked", async (path) => {
    const text = await textOf(path);
    expect(text).not.toMatch(/secret|root:/);
    expect(isAsked(text)).toBe(true);
  });

  test("is what everybody may have, index pages and .well-known among it", async () => {
    expect(await textOf("/")).toBe("the new page");
    expect(await textOf("/contact/")).toBe("contact");
    expect(await textOf("/.well-known/security.txt")).toBe("Contact:");
  });

  test("is of the release before only what has a hash in its name", async () => {
    expect(await textOf("/app.0a1b2c3d.js")).toBe("old script");
    expect(await textOf("/app.3f2a1b9c.js")).toBe("new script");
    expect(isAsked(await textOf("/robots.txt"))).toBe(true);
  });

  test.each(["POST", "PUT", "DELETE", "OPTIONS"])(
    "answers GET and HEAD: a %s to the path of a file is the app's",
    async (method) => {
      for (const path of ["/contact/", "/app.3f2a1b9c.js"]) {
        const answer = await get(path, { method });
        expect([answer.status, isAsked(await answer.text())]).toEqual([200, true]);
      }
    },
  );

  test("has types that browsers ask for", async () => {
    const typeOf = async (path: string) => (await get(path)).headers.get("content-type");
    expect(await typeOf("/m.mjs")).toBe("text/javascript");
    expect(await typeOf("/app.webmanifest")).toBe("application/manifest+json");
  });
});

describe("how long a file is kept", () => {
  test.each([
    "/app.3f2a1b9c.js",
    "/app.0a1b2c3d.js",
    "/assets/index-BX3k9aZ1.js",
    "/_next/static/abc/_buildManifest.js",
    "/css/base.55e7cbb9ba48.css",
  ])("%s, with a hash in its name, for ever", async (path) => {
    expect((await get(path)).headers.get("cache-control")).toBe(
      "public, max-age=31536000, immutable",
    );
  });

  test.each(["/", "/contact/", "/hero-banner02.jpg", "/photo-20240131.jpg", "/m.mjs"])(
    "%s until it is asked for again",
    async (path) => {
      expect((await get(path)).headers.get("cache-control")).toBe("no-cache");
    },
  );

  test("what the app answers is the app's affair", async () => {
    expect((await get("/api")).headers.get("cache-control")).toBeNull();
  });
});

describe("a client that has routes of its own", () => {
  const page = { headers: { accept: "text/html,*/*" } };

  test("gets its page where the app answers 404, kept until it is asked for again", async () => {
    const answer = await get("/article/hello?status=404", page);
    expect([answer.status, await answer.text()]).toEqual([200, "the new page"]);
    expect(answer.headers.get("cache-control")).toBe("no-cache");
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
  });

  test("gets the app's own answer in every other case", async () => {
    expect((await get("/article/hello?status=404")).status).toBe(404);
    expect((await get("/article/hello?status=403", page)).status).toBe(403);
    expect((await get("/x?status=404", { ...page, method: "POST" })).status).toBe(404);
    expect(isAsked(await (await get("/article/hello", page)).text())).toBe(true);
  });
});

describe("below a path prefix", () => {
  test.each(["/echo/a%2Fb", "/echo/https://e.com/x", "/a%20b?q=a%2Fb&x=//", "/caf%C3%A9", "/"])(
    "the app sees %s as the client wrote it",
    async (path) => {
      const answer = await sendLines(
        below.address,
        `GET /shop${path} HTTP/1.1`,
        "Host: shop.example",
      );
      expect(answer.body).toContain(`"url":${JSON.stringify(path)}`);
    },
  );

  test("the bare prefix leads to the prefix with its query, and a POST stays a POST", async () => {
    const answer = await get("/shop?q=1", { method: "POST" }, below);
    expect(answer.status).toBe(308);
    expect(answer.headers.get("location")).toMatch(/^http:\/\/[^/]+\/shop\/\?q=1$/);
  });

  test.each(["/shop/../admin", "/shop/%2e%2e/admin", "/shopping", "/"])(
    "nothing else reaches the app: %s",
    async (path) => {
      const answer = await sendLines(below.address, `GET ${path} HTTP/1.1`, "Host: shop.example");
      expect(answer.status).toBe(404);
    },
  );

  test("static files are below a prefix of their own", async () => {
    const answer = await get("/shop/static/app.3f2a1b9c.js", {}, below);
    expect(await answer.text()).toBe("new script");
    expect(isAsked(await (await get("/shop/app.3f2a1b9c.js", {}, below)).text())).toBe(true);
  });
});

test("A file that closes the app may be a link, as a ConfigMap has it", async () => {
  const closing = join(network.folder, "files", "maintenance");
  mkdirSync(join(closing, "..2026"), { recursive: true });
  writeFileSync(join(closing, "..2026", "on"), "");
  symlinkSync("..2026", join(closing, "..data"));
  symlinkSync("..data/on", join(closing, "on"));
  try {
    expect((await get("/index.html")).status).toBe(503);
  } finally {
    rmSync(closing, { recursive: true });
  }
  expect((await get("/index.html")).status).toBe(200);
});
