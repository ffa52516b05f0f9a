import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { imageByDigest } from "../../../../ops/hook/image-digest.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;
const USER = { user: "deploy", password: "secret of a registry" };

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A registry on this machine; @returns its host. */
async function registry(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<string> {
  server = createServer(handle).listen(0, "127.0.0.1");
  await once(server, "listening");
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("An image is asked for by its digest", async () => {
  const asked: string[] = [];
  const host = await registry(({ method, url, headers }, response) => {
    asked.push(`${method} ${url} ${headers.accept?.includes("oci.image.index")}`);
    response.writeHead(200, { "docker-content-digest": DIGEST }).end("{}");
  });
  expect(await imageByDigest(`${host}/team/app`, DIGEST, undefined)).toBe(
    `${host}/team/app@${DIGEST}`,
  );
  expect(asked).toEqual([`GET /v2/team/app/manifests/${DIGEST} true`]);
});

test("A registry that wants a token is given one by its authority, which alone sees the password", async () => {
  const basic = `Basic ${Buffer.from(`${USER.user}:${USER.password}`).toString("base64")}`;
  const seen: string[] = [];
  const host = await registry(({ url = "", headers }, response) => {
    const { authorization = "none" } = headers;
    if (url.startsWith("/jwt")) {
      seen.push(`authority ${authorization === basic}`);
      const { searchParams } = new URL(url, "http://host");
      expect(searchParams.get("scope")).toBe("repository:team/app:pull");
      response.end(JSON.stringify({ token: "t0" }));
      return;
    }
    seen.push(`registry ${authorization}`);
    if (authorization === "Bearer t0") {
      response.writeHead(200, { "docker-content-digest": DIGEST }).end();
      return;
    }
    const scope = 'service="registry",scope="repository:team/app:pull"';
    response
      .writeHead(401, { "www-authenticate": `Bearer realm="http://${headers.host}/jwt",${scope}` })
      .end();
  });
  expect(await imageByDigest(`${host}/team/app`, DIGEST, USER)).toContain(DIGEST);
  expect(seen).toEqual(["registry none", "authority true", "registry Bearer t0"]);
});

test("A password does not go to an authority that would be asked in the clear", async () => {
  const challenge = 'Bearer realm="http://192.0.2.1/jwt",service="registry"';
  const host = await registry((_, response) =>
    response.writeHead(401, { "www-authenticate": challenge }).end(),
  );
  await expect(imageByDigest(`${host}/app`, DIGEST, USER)).rejects.toThrow(
    "For a hook they are registry.user and registry.passwordFile of its config.",
  );
});

test("A registry in trouble is asked again, and one that stays away is named", async () => {
  let asked = 0;
  const host = await registry((_, response) => {
    asked += 1;
    response.writeHead(asked < 3 ? 502 : 200, { "docker-content-digest": DIGEST }).end();
  });
  expect(await imageByDigest(`${host}/app`, DIGEST, undefined, [1, 1])).toContain(DIGEST);
  expect(asked).toBe(3);
  server?.close();
  server?.closeAllConnections();
  await expect(imageByDigest(`${host}/app`, DIGEST, undefined, [1])).rejects.toThrow(
    /^The registry 127\.0\.0\.1:\d+ does not answer: .*ECONNREFUSED/,
  );
});

test("An image that is not there (any more) is said so", async () => {
  const host = await registry((_, response) => response.writeHead(404).end());
  await expect(imageByDigest(`${host}/app`, DIGEST, undefined)).rejects.toThrow(
    `There is no image ${host}/app@${DIGEST} in the registry (any more).`,
  );
});
