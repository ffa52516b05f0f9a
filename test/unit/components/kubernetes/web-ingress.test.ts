import { expect, test } from "vitest";
import { addressIn } from "../../../../components/kubernetes/web-ingress.ts";

// As a drift finds an Ingress whose controller is away, or new, or has none to give.
test.each([
  [undefined],
  [null],
  [{}],
  [{ loadBalancer: null }],
  [{ loadBalancer: {} }],
  [{ loadBalancer: { ingress: null } }],
  [{ loadBalancer: { ingress: [] } }],
  [{ loadBalancer: { ingress: [{}] } }],
])(
  "an Ingress without an address, of status %j, has an empty one, and ends no program",
  (status) => {
    expect(addressIn(status)).toBe("");
  },
);

test("an address is an IP address, or a host name where the cloud gives that", () => {
  const of = (one: object) => addressIn({ loadBalancer: { ingress: [one] } });
  expect(of({ ip: "203.0.113.7" })).toBe("203.0.113.7");
  expect(of({ hostname: "lb.example.org" })).toBe("lb.example.org");
});
