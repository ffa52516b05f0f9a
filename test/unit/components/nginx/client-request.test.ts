import { expect, test } from "vitest";
import { clientRequest, endsInFront } from "../../../../components/nginx/client-request.ts";

const [off, acme] = [{ kind: "off" }, { kind: "acme" }] as const;
const proxy = ["203.0.113.0/24"];

test.each([
  ["no domain", undefined, off, [], { host: "localhost", scheme: "http" }],
  ["a domain", "shop.example", off, [], { host: "shop.example", scheme: "http" }],
  ["TLS", "shop.example", acme, [], { host: "shop.example", scheme: "https" }],
  ["TLS in front", "shop.example", off, proxy, { host: "shop.example", scheme: "https" }],
] as const)("with %s the app is asked as Nginx would ask it", (_, domain, tls, proxies, asked) => {
  expect(clientRequest({ domain, tls, trustedProxies: proxies })).toEqual(asked);
});

test("TLS ends in front where a proxy is trusted and the stack has no TLS of its own", () => {
  expect(endsInFront({ tls: off, trustedProxies: proxy })).toBe(true);
  expect(endsInFront({ tls: off, trustedProxies: [] })).toBe(false);
  expect(endsInFront({ tls: acme, trustedProxies: proxy })).toBe(false);
});
