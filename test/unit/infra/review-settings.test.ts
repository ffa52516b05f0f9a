import { describe, expect, test } from "vitest";
import { messageOf, read } from "./config.ts";

describe("a stack that is served by another one's Nginx", () => {
  const served = { ingressOf: "main", domain: "fix.example" };

  test("names the stack, and has a host name", () => {
    expect(read(served)).toMatchObject({
      ingressOf: { stack: "main", domain: "fix.example" },
      ingressShared: false,
      review: undefined,
    });
  });

  test("has the host name in lower case, as every other stack of that Nginx has it", () => {
    expect(read({ ...served, domain: "SEC.Test" })).toMatchObject({
      ingressOf: { stack: "main", domain: "sec.test" },
    });
    expect(
      read({
        domain: "App.EXAMPLE",
        dnsZone: "Example",
        host: "droplet",
        sshSources: '["203.0.113.7/32"]',
      }),
    ).toMatchObject({ host: { dns: { zone: "example", domain: "app.example" } } });
  });

  test.each([
    [
      { ingressOf: "main" },
      "slipway:domain is missing, and ingressOf is set.",
      "pulumi config set domain HOST",
    ],
    [
      { ...served, ingressOf: "dev" },
      "slipway:ingressOf names the stack itself.",
      "pulumi config rm ingressOf",
    ],
    [
      { ...served, reviewDomain: "review.example" },
      "slipway:ingressOf is set, so this stack has no public Nginx that it could share (ingressShared, reviewDomain).",
      "pulumi config rm ingressOf",
    ],
    [
      { ...served, host: "droplet", sshSources: '["203.0.113.7/32"]' },
      'slipway:ingressOf is set, but slipway:host is "droplet", which makes a machine of its own.',
      "pulumi config rm ingressOf",
    ],
    [
      { ...served, target: "kubernetes", cluster: "gke", gcpProject: "acme" },
      "slipway:ingressOf is for a Docker host; in a cluster, ingressClass names a controller that is there.",
      "pulumi config rm ingressOf",
    ],
  ])("%j is refused", (values, problem, type) => {
    const message = messageOf(() => read(values));
    expect(message).toContain(problem);
    expect(message).toContain(`${type} -s dev`);
  });
});

test("a domain for review stacks shares the ingress, as the switch for it does", () => {
  expect(read({ reviewDomain: "review.example" }).ingressShared).toBe(true);
  expect(read({ ingressShared: "true" }).ingressShared).toBe(true);
  expect(read().ingressShared).toBe(false);
});

test("a review stack says of which branch it is, until when, and like which stack", () => {
  const values = { reviewBranch: "fix/login", reviewUntil: "2026-01-08T00:00:00Z" };
  expect(read({ ...values, reviewLike: "dev" }).review).toEqual({
    branch: "fix/login",
    until: "2026-01-08T00:00:00Z",
    like: "dev",
  });
  expect(messageOf(() => read({ reviewBranch: "fix", reviewUntil: "soon" }))).toContain(
    'slipway:reviewUntil is "soon"; it must be a time like 2030-01-31T12:00:00Z',
  );
});
