import { describe, expect, test } from "vitest";
import { type Config, reviewConfig } from "../../../../ops/review/derived-config.ts";

const wish = {
  slug: "fix-login",
  like: "dev",
  branch: "fix/login",
  until: "2026-01-08T00:00:00Z",
  image: "registry.example/app@sha256:abc",
  reach: {},
};
const DEV: Config = {
  reviewDomain: { value: "review.example" },
  domain: { value: "dev.example" },
  host: { value: "ssh" },
  sshHost: { value: "server.example" },
  sshKey: { value: "KEY", secret: true },
  registryPassword: { value: "PULL", secret: true },
  databasePassword: { value: "dev's own", secret: true },
  appSecret: { value: "dev's own too", secret: true },
  previousAppSecret: { value: "dev's old one", secret: true },
  appSecrets: { value: '{"MAIL":"key"}', secret: true },
  digitaloceanToken: { value: "TOKEN", secret: true },
  database: { value: "external" },
  databaseHost: { value: "db.example" },
  backupTo: { value: "s3://dev" },
  protectData: { value: "true" },
  replicas: { value: "3" },
  image: { value: "dev's image" },
  appEnv: { value: '{"A":"1"}' },
};
const values = (config: Config) =>
  Object.fromEntries(Object.entries(config).map(([key, { value }]) => [key, value]));

describe("the config of a review stack", () => {
  test("is that of the stack that it is like, with all that differs", () => {
    expect(values(reviewConfig(DEV, wish))).toEqual({
      host: "ssh",
      sshHost: "server.example",
      sshKey: "KEY",
      registryPassword: "PULL",
      appEnv: '{"A":"1"}',
      domain: "fix-login.review.example",
      ingressOf: "dev",
      database: "container",
      protectData: "false",
      replicas: "1",
      image: wish.image,
      reviewBranch: "fix/login",
      reviewUntil: wish.until,
      reviewLike: "dev",
    });
  });

  test("has no secret but those that lead to where it runs, and those stay secret", () => {
    const secret = Object.entries(reviewConfig(DEV, wish)).filter(([, one]) => one.secret);
    expect(secret.map(([key]) => key).sort()).toEqual(["registryPassword", "sshKey"]);
  });

  test("a secret that nobody has thought of is not taken over", () => {
    const config = { ...DEV, newSecret: { value: "hush", secret: true } };
    expect(values(reviewConfig(config, wish))).not.toHaveProperty("newSecret");
  });

  test("has the app's secrets only where a setting says so", () => {
    const config = { ...DEV, reviewAppSecrets: { value: "true" } };
    expect(reviewConfig(config, wish)["appSecrets"]).toEqual(DEV["appSecrets"]);
  });

  test("an app without a database has none here either", () => {
    const config = { ...DEV, database: { value: "none" } };
    expect(reviewConfig(config, wish)["database"]?.value).toBe("none");
  });

  test("in a cluster it is served by the controller of that stack, or the one which that uses", () => {
    const config = {
      ...{ reviewDomain: DEV["reviewDomain"] ?? { value: "" }, target: { value: "kubernetes" } },
      namespace: { value: "dev-space" },
    };
    const own = values(reviewConfig(config, wish));
    expect(own).toMatchObject({ ingressClass: "slipway-dev", cluster: "existing" });
    expect(own).not.toHaveProperty("namespace");
    expect(own).not.toHaveProperty("ingressOf");
    const foreign = { ...config, ingressClass: { value: "theirs" } };
    expect(values(reviewConfig(foreign, wish))).toMatchObject({ ingressClass: "theirs" });
  });

  test("on a machine that the other stack made, it is a server that is there", () => {
    const reach = { host: { value: "ssh" }, sshHost: { value: "203.0.113.7" } };
    const config = { ...DEV, host: { value: "droplet" } };
    expect(values(reviewConfig(config, { ...wish, reach }))).toMatchObject({
      host: "ssh",
      sshHost: "203.0.113.7",
    });
  });

  test("without a domain for review stacks the line to type is said", () => {
    const { reviewDomain, ...config } = DEV;
    expect(() => reviewConfig(config, wish)).toThrow(
      "pulumi config set reviewDomain review.example.org -s dev",
    );
  });
});
