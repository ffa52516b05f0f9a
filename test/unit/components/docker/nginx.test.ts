import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { confined, NGINX } from "../../../../components/docker/confinement.ts";
import { askFrom, configureScript, Nginx } from "../../../../components/docker/nginx.ts";
import { LocalMachine } from "../../../../components/machine/local-machine.ts";
import { deploy } from "../../../../stacks/index.ts";
import { named, record } from "../../recorder.ts";
import { resolved } from "../../resolved.ts";
import { BUILT, exampleSettings, INGRESS } from "../../stacks/example.ts";

const ALONE = { shared: false, behind: undefined } as const;

test("the container has its configuration on a volume, never as uploads", async () => {
  const stack = await record(() => deploy(exampleSettings(), BUILT));
  expect(named(stack, "ingress").inputs).toEqual({
    image: "nginx:1.30.6",
    command: ["nginx", "-c", "/etc/nginx/conf.d/nginx.main", "-g", "daemon off;"],
    labels: [
      { label: "slipway.project", value: "slipway" },
      { label: "slipway.stack", value: "test" },
      { label: "slipway.role", value: "ingress" },
    ],
    ports: [{ internal: 80, external: 8080, ip: "127.0.0.1" }],
    volumes: [
      { volumeName: "slipway-test-ingress-conf", containerPath: "/etc/nginx/conf.d" },
      { volumeName: "slipway-test-ingress-static", containerPath: "/srv/static" },
      { containerPath: "/var/cache/nginx" },
    ],
    networksAdvanced: [{ name: "auto-network" }],
    restart: "unless-stopped",
    destroyGraceSeconds: 10,
    ...confined(NGINX),
    logDriver: "json-file",
    logOpts: { "max-size": "10m", "max-file": "3" },
  });
});

describe("where it is reached", () => {
  const published = {
    pathPrefix: "/",
    domain: undefined,
    bindAddress: "127.0.0.1",
    httpsPort: 443,
    trustedProxies: [],
  };
  const provided = { kind: "provided", certificate: "PEM", key: pulumi.secret("PEM") } as const;

  test.each([
    ["127.0.0.1", 8080, "http://127.0.0.1:8080", "http://localhost:8080"],
    ["0.0.0.0", 80, "http://127.0.0.1", "http://localhost"],
    ["192.0.2.7", 9000, "http://192.0.2.7:9000", "http://localhost:9000"],
  ])("published on %s:%i, it is asked at %s; people find it at %s", async (...row) => {
    const [bindAddress, httpPort, url, publicUrl] = row;
    let ingress: Nginx | undefined;
    await record(() => {
      ingress = new Nginx("ingress", {
        machine: new LocalMachine("machine"),
        owner: { project: "slipway", stack: "test" },
        network: "network",
        image: "nginx:1",
        ...INGRESS,
        ...ALONE,
        bindAddress,
        httpPort,
      });
    });
    expect(ingress?.askFrom).toEqual({ url, resolve: "", forwardedProto: "" });
    expect(await resolved(ingress?.url ?? pulumi.output(""))).toBe(publicUrl);
  });

  test("with a domain it is asked by that name, which is led to the machine itself", () => {
    const args = { ...published, domain: "shop.example", httpPort: 80, pathPrefix: "/flask/" };
    expect(askFrom({ ...args, tls: { kind: "off" } })).toEqual({
      url: "http://shop.example/flask",
      resolve: "shop.example:80:127.0.0.1",
      forwardedProto: "",
    });
    expect(askFrom({ ...args, tls: provided, httpsPort: 8443 })).toEqual({
      url: "https://shop.example:8443/flask",
      resolve: "shop.example:8443:127.0.0.1",
      forwardedProto: "",
    });
  });

  test("behind a proxy that ends TLS it is asked as that proxy asks", () => {
    const args = { ...published, httpPort: 80, trustedProxies: ["203.0.113.0/24"] };
    expect(askFrom({ ...args, tls: { kind: "off" } }).forwardedProto).toBe("https");
    expect(askFrom({ ...args, tls: provided }).forwardedProto).toBe("");
  });

  test("with TLS it publishes both ports", async () => {
    const ingress = { tls: provided, domain: "shop.example", httpsPort: 8443 };
    const stack = await record(() => deploy(exampleSettings({ ingress }), BUILT));
    expect(named(stack, "ingress").inputs["ports"]).toEqual([
      { internal: 80, external: 8080, ip: "127.0.0.1" },
      { internal: 443, external: 8443, ip: "127.0.0.1" },
    ]);
  });
});

test("its configuration is checked before it is used, and the one before comes back", () => {
  const args = {
    owner: { project: "slipway", stack: "test" },
    network: "network",
    image: "nginx:1",
    ...INGRESS,
    ...ALONE,
  } as unknown as Parameters<typeof configureScript>[1];
  const { apply, remove, replaceOn } = configureScript("volume", args);
  expect(apply.indexOf("nginx -q -t")).toBeGreaterThan(apply.indexOf(">default.conf.new"));
  expect(apply.indexOf("nginx -q -s reload")).toBeGreaterThan(apply.indexOf("nginx -q -t"));
  expect(apply).toContain("mv before/$one $one");
  expect([remove, replaceOn]).toEqual([undefined, undefined]);
});
