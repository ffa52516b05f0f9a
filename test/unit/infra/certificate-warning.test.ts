import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer, type Server } from "node:tls";
import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { warnOfCertificate } from "../../../infra/certificate-warning.ts";
import type { StackOutputs } from "../../../stacks/outputs.ts";
import { resolved } from "../resolved.ts";
import { type SelfSigned, selfSigned } from "../self-signed.ts";
import { exampleSettings } from "../stacks/example.ts";

let good: SelfSigned;
let ending: SelfSigned;
beforeAll(() => {
  good = selfSigned(90, "DNS:shop.example");
  ending = selfSigned(3, "DNS:shop.example");
});

let warned: string[];
beforeEach(() => {
  warned = [];
  vi.spyOn(pulumi.log, "warn").mockImplementation(async (text) => void warned.push(text));
});
afterEach(() => {
  vi.restoreAllMocks();
});

const liveAt = (port: number): StackOutputs => ({
  url: pulumi.output(`https://shop.example:${port}`),
  dns: [{ name: "shop.example", type: pulumi.output("A"), value: pulumi.output("127.0.0.1") }],
  version: pulumi.output("1"),
  image: "image:1",
  verifiedImage: pulumi.output("image:1"),
  releases: pulumi.output([]),
});

/** Warnings of a run with a certificate in config; the stack may serve another one. */
async function warningsOf(
  isPreview: boolean,
  config: SelfSigned,
  live: StackOutputs,
): Promise<string[]> {
  await pulumi.runtime.setMocks(
    { newResource: () => ({ id: "", state: {} }), call: () => ({}) },
    ...(["slipway", "test", isPreview] as const),
  );
  const tls = {
    ...{ kind: "provided" as const, certificate: config.certificate },
    key: pulumi.secret(config.key),
  };
  const settings = exampleSettings({ ingress: { domain: "shop.example", tls } });
  expect(await resolved(warnOfCertificate(settings, live))).toBe("image:1");
  return warned;
}

describe("A preview judges the certificate in config", () => {
  test("and says nothing of a good one", async () => {
    expect(await warningsOf(true, good, liveAt(1))).toEqual([]);
  });

  test("and warns of one that ends soon, with the line to type", async () => {
    expect(await warningsOf(true, ending, liveAt(1))).toEqual([
      expect.stringMatching(
        /^The certificate expires in \d days?, on .*\. Its next one: pulumi config set tlsCertificate <CERTIFICATE\.pem -s test, /,
      ),
    ]);
  });
});

describe("An up judges the certificate that is served", () => {
  let server: Server;
  const serve = async ({ certificate: cert, key }: SelfSigned) => {
    server = createServer({ cert, key }, (socket) => socket.destroy());
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return liveAt((server.address() as AddressInfo).port);
  };
  afterEach(() => {
    server.close();
  });

  test("and warns of it, however good that in config is", async () => {
    const live = await serve(ending);
    expect(await warningsOf(false, good, live)).toEqual([
      expect.stringContaining("The certificate expires in "),
    ]);
  });

  test("and says nothing where it is good, whatever config has by now", async () => {
    const live = await serve(good);
    expect(await warningsOf(false, ending, live)).toEqual([]);
  });

  test("and that in config where nobody answers from here", async () => {
    const live = await serve(good);
    server.close();
    await once(server, "close");
    expect(await warningsOf(false, ending, live)).toHaveLength(1);
  });
});

test("Without TLS nothing is judged", async () => {
  const settings = exampleSettings({ ingress: { domain: "shop.example" } });
  expect(await resolved(warnOfCertificate(settings, liveAt(1)))).toBe("image:1");
  expect(warned).toEqual([]);
});
