import { connect, type PeerCertificate } from "node:tls";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ensureOfflineImages, offlineImages } from "../../../offline/images/index.ts";
import { readToolChoice } from "../../../ops/tools.ts";
import { Clone, docker } from "../clone.ts";
import { setConfig } from "../config.ts";
import { writeSmallApp } from "../small-app.ts";
import { until } from "../until.ts";
import { type Pebble, startPebble } from "./pebble/pebble.ts";

const DOMAIN = "shop.example.org";

let clone: Clone;
let pebble: Pebble;
beforeAll(async () => {
  clone = await Clone.make();
  pebble = await startPebble(clone.port);
  writeSmallApp(clone);
  setConfig(clone, {
    database: "none",
    domain: DOMAIN,
    tls: "acme",
    httpsPort: String(clone.port + 1),
    acmeServer: pebble.server,
    acmeServerCa: pebble.serverCa,
    acmeEmail: "ops@example.org",
    readySeconds: "30",
    ...(await images()),
  });
});
afterAll(async () => {
  await clone?.remove();
  await pebble?.stop();
});

test("An authority that gives none ends the run with the client's words, before anything is released", async () => {
  setConfig(clone, { acmeServer: pebble.server.replace("/dir", "/nowhere") });
  const { code, output } = await clone.slipway(["start"]);
  setConfig(clone, { acmeServer: pebble.server });
  expect(code, output).toBe(1);
  expect(output).toContain(`There is no certificate for ${DOMAIN}.`);
  expect(output).toContain("404");
  await expect(certificate()).rejects.toThrow();
});

test("The next run gets a certificate from the authority, which has asked for its challenge", async () => {
  const { code, output } = await clone.slipway(["start"]);
  expect(code, output).toBe(0);
  const { issuer, subjectaltname } = await certificate();
  expect(issuer.CN).toContain("Pebble");
  expect(subjectaltname).toBe(`DNS:${DOMAIN}`);
});

test("A second run changes nothing, and asks for no other certificate", async () => {
  const before = (await certificate()).serialNumber;
  const { code, output } = await clone.slipway(["start"]);
  expect(code, output).toBe(0);
  expect(output).toContain("Nothing to change");
  expect((await certificate()).serialNumber).toBe(before);
});

test("A certificate that is about to end is renewed, and used without a reload of Nginx", async () => {
  const before = (await certificate()).serialNumber;
  const [client, ingress] = [containerOf("certificate"), containerOf("ingress")];
  const workers = docker("top", ingress, "-o", "pid");
  // What the client does when fewer days are left than its limit, whatever the limit.
  const [script = ""] = JSON.parse(
    docker("inspect", "--format={{json .Config.Entrypoint}}", client),
  ).slice(2);
  const renewal = script.replace("--days 30", "--days 365").replace(/pause=\d+/g, "pause=0");
  docker(
    "exec",
    "--detach",
    client,
    "sh",
    "-c",
    renewal.replace("sleep $pause &\n  wait $!", "exit"),
  );

  await until(
    async () => (await certificate()).serialNumber !== before,
    "the new certificate is shown",
    60,
  );
  expect(docker("top", ingress, "-o", "pid")).toBe(workers);
});

function certificate(): Promise<PeerCertificate> {
  return new Promise((done, fail) => {
    const options = { host: "127.0.0.1", port: clone.port + 1, servername: DOMAIN };
    const socket = connect({ ...options, rejectUnauthorized: false }, () => {
      done(socket.getPeerCertificate());
      socket.destroy();
    });
    socket.once("error", fail);
  });
}

const containerOf = (role: string) =>
  docker(
    ...["ps", "--quiet", `--filter=label=slipway.stack=${clone.stack}`],
    `--filter=label=slipway.role=${role}`,
  );

async function images(): Promise<Record<string, string>> {
  if (readToolChoice()?.images !== "offline") return {};
  const { nginx, postgres, lego } = offlineImages;
  await ensureOfflineImages(() => undefined, undefined, [nginx, offlineImages.node, lego]);
  return { images: JSON.stringify({ nginx, postgres, lego }) };
}
