import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";
import {
  CoreV1Api,
  KubeConfig,
  type KubernetesObject,
  KubernetesObjectApi,
  NetworkingV1Api,
  PatchStrategy,
  RbacAuthorizationV1Api,
} from "@kubernetes/client-node";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import {
  appManifests,
  controllerManifests,
} from "../../../test/cluster/ingress-controller-manifests.ts";
import { until } from "../../../test/e2e/until.ts";
import { ask } from "../images/ingress-controller/ask.ts";
import { startLoad } from "../images/ingress-controller/load.ts";
import { selfSigned } from "../images/ingress-controller/running-controller.ts";

const namespace = `ingress-${randomBytes(4).toString("hex")}`;
const config = new KubeConfig();
config.loadFromString(inject("cluster").kubeconfig);
const objects = KubernetesObjectApi.makeApiClient(config);
const core = config.makeApiClient(CoreV1Api);
const networking = config.makeApiClient(NetworkingV1Api);
const rbac = config.makeApiClient(RbacAuthorizationV1Api);
const scratch = mkdtempSync(join(tmpdir(), `${namespace}-`));
const certificate = selfSigned(scratch, "DNS:app.example");

let address: string;

beforeAll(async () => {
  await core.createNamespace({ body: { metadata: { name: namespace } } });
  await apply(...controllerManifests(namespace, namespace), ...appManifests(namespace, "one"));
  await apply(ingress("web", {}));
  await until(async () => {
    const { status } = await networking.readNamespacedIngress({ name: "web", namespace });
    address = status?.loadBalancer?.ingress?.[0]?.ip ?? "";
    return address !== "";
  }, "the Ingress has the address of the load balancer");
  const answers = () => answer("/").then(({ body }) => body === "one");
  await until(() => answers().catch(() => false), "the app answers");
}, 180_000);

afterAll(async () => {
  await core.deleteNamespace({ name: namespace });
  await networking.deleteIngressClass({ name: namespace });
  await rbac.deleteClusterRole({ name: namespace });
  await rbac.deleteClusterRoleBinding({ name: namespace });
  rmSync(scratch, { recursive: true, force: true });
});

test("A release fails no request at 100 a second, half of them on kept-alive connections", async () => {
  const load = startLoad(address, "app.example");
  await until(() => load.answers.length > 50, "the load has begun");
  await apply(...appManifests(namespace, "two"));
  await until(
    () => load.answers.slice(-50).every((body) => body === "two"),
    "only the new version answers",
  );
  expect(await load.stop()).toEqual([]);
}, 120_000);

test("A host that no Ingress has gets status 404, and no handshake", async () => {
  expect((await answer("/", "other.example")).status).toBe(404);
  await expect(shownCertificate("other.example")).rejects.toThrow(/unrecognized name/);
});

test("The certificate of a Secret is shown, and HTTP is led to HTTPS", async () => {
  const data = { "tls.crt": certificate.cert, "tls.key": certificate.key };
  const metadata = { name: "certificate", namespace };
  const type = "kubernetes.io/tls";
  await apply({ apiVersion: "v1", kind: "Secret", metadata, type, stringData: data } as object);
  await apply(ingress("web", {}, [{ hosts: ["app.example"], secretName: "certificate" }]));
  const expected = certificate.cert.replaceAll(/-----[^-]+-----|\s/g, "");
  const shown = () => shownCertificate("app.example").then((found) => found === expected);
  await until(() => shown().catch(() => false), "the certificate is shown");
  expect((await answer("/")).status).toBe(301);
});

test("A limit of requests holds, and an invalid annotation has the Ingress taken away", async () => {
  await apply(ingress("web", { "nginx.org/limit-req-rate": "1r/m" }));
  await until(async () => (await answer("/")).status === 429, "the limit holds");
  await apply(ingress("web", { "nginx.org/limit-req-rate": null, "nginx.org/hsts": "perhaps" }));
  await until(async () => (await answer("/")).status === 404, "it is no longer served");
  const why = 'annotations.nginx.org/hsts: Invalid value: "perhaps": must be a boolean';
  await until(async () => {
    const { items } = await core.listNamespacedEvent({ namespace });
    return items.some(({ reason, message }) => reason === "Rejected" && message?.endsWith(why));
  }, "the Ingress is told why");
});

function ingress(
  name: string,
  annotations: Readonly<Record<string, string | null>>,
  tls: object[] = [],
): object {
  const backend = { service: { name: "web", port: { name: "http" } } };
  const paths = [{ path: "/", pathType: "Prefix", backend }];
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: { name, namespace, annotations },
    spec: { ingressClassName: namespace, tls, rules: [{ host: "app.example", http: { paths } }] },
  };
}

/** Creates what is not there, and merges into what is. */
async function apply(...manifests: readonly object[]): Promise<void> {
  for (const manifest of manifests as KubernetesObject[]) {
    try {
      await objects.create(manifest);
    } catch (error) {
      if ((error as { code?: number }).code !== 409) throw error;
      const options = [undefined, undefined, undefined, undefined] as const;
      await objects.patch(manifest, ...options, PatchStrategy.MergePatch);
    }
  }
}

function answer(path: string, host = "app.example") {
  return ask({ address, host, path });
}

function shownCertificate(servername: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { host: address, port: 443, servername, rejectUnauthorized: false };
    const socket = connect(options, () => {
      resolve(socket.getPeerCertificate().raw.toString("base64"));
      socket.destroy();
    });
    socket.on("error", reject);
  });
}
