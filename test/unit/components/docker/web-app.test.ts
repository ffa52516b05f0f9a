import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { appConfinement, confined } from "../../../../components/docker/confinement.ts";
import { healthScript } from "../../../../components/docker/web-app.ts";
import { HTTP_PROBE } from "../../../../components/http-probe.ts";
import { deploy } from "../../../../stacks/index.ts";
import { named, record } from "../../recorder.ts";
import { resolved } from "../../resolved.ts";
import { BUILT, exampleSettings } from "../../stacks/example.ts";

const recordWeb = async () => {
  const stack = await record(() => deploy(exampleSettings(), BUILT));
  return named(stack, "web-1");
};

const LIMITS = {
  cpu: undefined,
  memory: undefined,
  privileges: "limited",
  readOnlyRoot: false,
} as const;

test("the new container of the app comes before the old one goes", async () => {
  expect((await recordWeb()).deleteBeforeReplace).toBe(false);
});

test("the container has the contract's environment and files, a network, and no port", async () => {
  expect((await recordWeb()).inputs).toEqual({
    image: "slipway-test/app:0123456789ab",
    labels: [
      { label: "slipway.project", value: "slipway" },
      { label: "slipway.stack", value: "test" },
      { label: "slipway.role", value: "web" },
      { label: "slipway.release", value: "abc123abc123" },
    ],
    envs: [
      "APP_IMAGE=slipway-test/app:0123456789ab",
      "APP_SECRET_FILE=/run/secrets/APP_SECRET",
      "APP_VERSION=abc123abc123",
      "DATABASE_URL_FILE=/run/secrets/DATABASE_URL",
      "DB_HOST=database",
      "DB_NAME=app",
      "DB_PASSWORD_FILE=/run/secrets/DB_PASSWORD",
      "DB_PORT=5432",
      "DB_USER=printed_by_database_login",
      "LOG_LEVEL=info",
      "PORT=3000",
      "PREVIOUS_APP_SECRET_FILE=/run/secrets/PREVIOUS_APP_SECRET",
    ],
    volumes: [
      {
        volumeName: "printed_by_secrets_written",
        containerPath: "/run/secrets",
        readOnly: true,
      },
    ],
    networksAdvanced: [{ name: "auto-network" }],
    restart: "unless-stopped",
    destroyGraceSeconds: 30,
    ...confined(appConfinement(LIMITS)),
    logDriver: "json-file",
    logOpts: { "max-size": "10m", "max-file": "3" },
  });
});

test("health is asked from the container that will send the requests, by the new one's name, as a client would", async () => {
  const { values } = healthScript("web-1-abc", {
    owner: { project: "slipway", stack: "test" },
    askedFrom: "ingress",
    askedAs: { host: "shop.example", scheme: "https" },
    port: 3000,
    healthPath: "/readyz",
    healthSeconds: 60,
    ...LIMITS,
  });
  expect(await resolved(pulumi.all(values))).toEqual({
    CONTAINER: "web-1-abc",
    ASKED_FROM: "ingress",
    URL: "http://web-1-abc:3000/readyz",
    HOST: "shop.example",
    SCHEME: "https",
    HTTP_PROBE,
    PORT: "3000",
    SECONDS_ALLOWED: "60",
  });
});
