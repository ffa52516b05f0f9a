import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "node:tls";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { judgeCertificate } from "../../../infra/certificate.ts";
import { servedCertificate, tlsAddress } from "../../../infra/served-certificate.ts";
import { type SelfSigned, selfSigned } from "../self-signed.ts";
import { messageOf, problems, read } from "./config.ts";

const DAY = 24 * 60 * 60 * 1000;
const DAYS = 90;

let shop: SelfSigned;
let wildcard: SelfSigned;
let nameless: SelfSigned;
beforeAll(() => {
  shop = selfSigned(DAYS, "DNS:shop.example", "IP:192.0.2.7");
  wildcard = selfSigned(DAYS, "DNS:*.shop.example");
  nameless = selfSigned(DAYS);
});
afterEach(() => vi.useRealTimers());

const judge = ({ certificate }: SelfSigned, domain = "shop.example", daysOn = 0) =>
  judgeCertificate(new X509Certificate(certificate), domain, Date.now() + daysOn * DAY);

describe("what clients make of a certificate", () => {
  test("one for the name, with time left, is good", () => {
    expect(judge(shop).state).toBe("good");
    expect(judge(shop, "192.0.2.7").state).toBe("good");
    expect(judge(wildcard, "fix.shop.example").state).toBe("good");
  });

  test("one for another name is refused, and so is one with a common name alone", () => {
    expect(judge(shop, "app.example.org")).toEqual({
      state: "refused",
      says: "is for shop.example, 192.0.2.7, not for app.example.org",
    });
    expect(judge(wildcard).state).toBe("refused");
    expect(judge(nameless).says).toBe("is for no host name, not for shop.example");
  });

  test.each([
    [DAYS - 15, "good", /^is good until 20\d\d-\d\d-\d\d$/],
    [DAYS - 13, "ending", /^expires in 12 days, on 20\d\d-\d\d-\d\d$/],
    [DAYS - 1.5, "ending", /^expires in 1 day, on/],
    [DAYS - 0.5, "ending", /^expires in less than a day, on/],
    [DAYS + 1, "refused", /^has expired on 20\d\d-\d\d-\d\d$/],
    [-1, "refused", /^is not valid before 20\d\d-\d\d-\d\d$/],
  ] as const)("%d days on it is %s", (daysOn, state, says) => {
    const judged = judge(shop, "shop.example", daysOn);
    expect(judged.state).toBe(state);
    expect(judged.says).toMatch(says);
  });
});

describe("a certificate in config", () => {
  const provided = ({ certificate, key }: SelfSigned, more = {}) =>
    messageOf(() =>
      read({
        tls: "provided",
        domain: "shop.example",
        tlsCertificate: certificate,
        tlsKey: key,
        ...more,
      }),
    );
  const another = "pulumi config set tlsCertificate <CERTIFICATE.pem";

  test("is taken when clients take it", () => {
    expect(provided(shop)).toBe("");
  });

  test("is refused when it is for another name, or can't be read", () => {
    expect(provided(shop, { domain: "app.example.org" })).toBe(
      problems([
        "slipway:tlsCertificate is for shop.example, 192.0.2.7, not for app.example.org.",
        another,
      ]),
    );
    const torn = shop.certificate.replace(/\n[\s\S]{40}/, "\n");
    expect(provided({ ...shop, certificate: torn })).toBe(
      problems(["slipway:tlsCertificate has no certificate that can be read.", another]),
    );
  });

  test("is refused when it has expired", () => {
    vi.setSystemTime(Date.now() + (DAYS + 1) * DAY);
    expect(provided(shop)).toMatch(/slipway:tlsCertificate has expired on 20\d\d-\d\d-\d\d\./);
  });

  test("is refused with another one's key, which is never shown", () => {
    const line = "pulumi config set --secret tlsKey <KEY.pem";
    expect(provided({ ...shop, key: wildcard.key })).toBe(
      problems([
        "slipway:tlsKey is not the key of the first certificate of slipway:tlsCertificate.",
        line,
      ]),
    );
    expect(provided({ ...shop, key: "hunter2" })).toBe(
      problems([
        "slipway:tlsKey has no private key that can be read: PEM, without a passphrase.",
        line,
      ]),
    );
  });

  test("is not looked at where it is not used", () => {
    expect(provided({ ...shop, key: "hunter2" }, { tls: "off" })).toBe("");
  });
});

test("The certificate that is served is the one that a client of the name is shown, whoever signed it", async () => {
  const server = createServer({ cert: wildcard.certificate, key: wildcard.key }, (socket) =>
    socket.destroy(),
  );
  server.addContext("shop.example", { cert: shop.certificate, key: shop.key });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const served = (domain: string) => servedCertificate({ domain, address: "127.0.0.1", port });

  expect((await served("shop.example"))?.subjectAltName).toContain("DNS:shop.example");
  expect((await served("fix.shop.example"))?.subjectAltName).toBe("DNS:*.shop.example");
  server.close();
  await once(server, "close");
  expect(await served("shop.example")).toBeUndefined();
});

test("A stack says by its outputs where it is reached over TLS", () => {
  const dns = [{ value: "203.0.113.7" }];
  expect(tlsAddress("https://shop.example:8443/a/", dns)).toEqual({
    domain: "shop.example",
    address: "203.0.113.7",
    port: 8443,
  });
  expect(tlsAddress("https://shop.example", dns)?.port).toBe(443);
  expect(tlsAddress("http://shop.example", dns)).toBeUndefined();
  expect(tlsAddress("https://shop.example", [])).toBeUndefined();
  expect(tlsAddress("https://shop.example", [{ value: "" }])).toBeUndefined();
  expect(tlsAddress("shop.example", dns)).toBeUndefined();
  expect(tlsAddress(undefined, dns)).toBeUndefined();
});
