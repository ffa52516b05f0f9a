import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { siteConf } from "../../../../components/nginx/site-conf.ts";
import { deploy } from "../../../../stacks/index.ts";
import { madeBefore, named, record } from "../../recorder.ts";
import { BUILT, exampleSettings } from "../../stacks/example.ts";

const served = (ingress = {}) =>
  record(() =>
    deploy(
      exampleSettings({
        ingressOf: { stack: "dev", domain: "fix.example" },
        ingress: { domain: "fix.example", ...ingress },
      }),
      BUILT,
    ),
  );

describe("a stack that is served by another one's Nginx", () => {
  test("publishes nothing, and its own Nginx meets that one on a network of theirs alone", async () => {
    const { inputs } = named(await served(), "ingress");
    expect(inputs["ports"]).toEqual([]);
    expect(inputs["networksAdvanced"]).toEqual([
      { name: "auto-network" },
      { name: "slipway-dev-shared", aliases: ["slipway-test"] },
    ]);
  });

  test("neither its app nor its database is on that network", async () => {
    const stack = await served();
    for (const name of ["web-1", "database"]) {
      expect(named(stack, name).inputs["networksAdvanced"]).toMatchObject([
        { name: "auto-network" },
      ]);
    }
  });

  test("its host is served before a release is switched to, which is asked for by that name", async () => {
    const stack = await served();
    expect(madeBefore(stack, "release-switched")).toContain("site-served");
    const text = String(named(stack, "release-switched").inputs["stdin"]);
    expect(text).toContain("QUESTIONS='http://fix.example:8080/version ");
    expect(text).toContain("RESOLVE='fix.example:8080:127.0.0.1'");
  });

  test("its own Nginx answers whatever it is sent, and has no certificate; the public one has", async () => {
    const provided = { kind: "provided", certificate: "PEM", key: pulumi.secret("KEY") } as const;
    const stack = await served({ tls: provided });
    const own = String(named(stack, "ingress-configured").inputs["stdin"]);
    expect(own).toContain("listen 80 default_server;");
    expect(own).not.toContain("listen 443");
    expect(own).toContain("KEY=''");
    const site = String(named(stack, "site-served").inputs["stdin"]);
    expect(site).toContain("ssl_certificate /etc/nginx/conf.d/sites/test/certificate.pem;");
    expect(named(stack, "site-served").shown["stdin"]).toBe("[secret]");
  });

  test("a certificate by ACME is kept with that Nginx, whose the volume is", async () => {
    const acme = { kind: "acme", email: undefined, server: "https://acme", serverCa: undefined };
    const stack = await served({ tls: acme });
    expect(named(stack, "certificate").inputs["volumes"]).toEqual([
      { volumeName: "slipway-dev-ingress-acme", containerPath: "/srv/acme" },
    ]);
    expect(stack.some(({ name }) => name === "ingress-acme")).toBe(false);
  });
});

describe("a stack that serves others", () => {
  test("has a network for that which leads nowhere else, and goes after they have gone", async () => {
    const stack = await record(() => deploy(exampleSettings({ ingressShared: true }), BUILT));
    expect(named(stack, "ingress-shared").inputs).toMatchObject({
      name: "slipway-test-shared",
      internal: true,
    });
    expect([...madeBefore(stack, "served-gone")]).toEqual(
      expect.arrayContaining(["release-switched", "web-1", "database", "ingress"]),
    );
  });

  test("one that serves none refuses to stop sharing while it does", async () => {
    const stack = await record(() => deploy(exampleSettings(), BUILT));
    const text = String(named(stack, "ingress-configured").inputs["stdin"]);
    expect(text).toContain("so it stays shared");
    expect(text).not.toContain("include /etc/nginx/conf.d/sites");
    expect(stack.some(({ name }) => name === "served-gone")).toBe(false);
  });
});

describe("the server block on the public Nginx", () => {
  const args = {
    site: "review-fix",
    domain: "fix.example",
    tls: "off",
    httpsPort: 443,
    readSeconds: 60,
    trustedProxies: ["10.0.0.0/8"],
    address: "slipway-review-fix:80",
  } as const;

  test("does not keep that from starting when the stack is away, and is for its host alone", () => {
    const text = siteConf(args);
    expect(text).toContain("server slipway-review-fix:80 resolve max_fails=0;");
    expect(text.match(/^ {2}server .*$/gm)).toHaveLength(1);
    expect(text).toContain("server_name fix.example;");
    expect(text).not.toContain("default_server");
    expect(text).toContain("set_real_ip_from 10.0.0.0/8;");
  });

  test("with TLS leads plain HTTP to it, and promises it to browsers", () => {
    const text = siteConf({ ...args, tls: "acme" });
    expect(text).toContain("return 301 https://$host$request_uri;");
    expect(text).toContain("acme-challenge");
    expect(text).toContain("Strict-Transport-Security");
  });
});
