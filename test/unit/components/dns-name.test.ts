import { expect, test } from "vitest";
import { nameInZone } from "../../../components/dns-name.ts";

test.each([
  ["shop.example.org", "example.org", "shop"],
  ["a.b.example.org", "example.org", "a.b"],
  ["example.org", "example.org", "@"],
  ["notexample.org", "example.org", "notexample.org"],
])("%s in the zone %s is %s", (domain, zone, name) => {
  expect(nameInZone(domain, zone)).toBe(name);
});
