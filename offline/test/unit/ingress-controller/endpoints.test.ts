import { describe, expect, test } from "vitest";
import type {
  EndpointSlice,
  Pod,
  Service,
} from "../../../testing/ingress-controller/controller/cluster/objects.ts";
import { endpointsOf } from "../../../testing/ingress-controller/controller/routing/endpoints.ts";

const metadata = {
  ...{ namespace: "app", uid: "1", resourceVersion: "1" },
  creationTimestamp: "2026-01-01T00:00:00Z",
};

function service(targetPort: number | string): Service {
  const ports = [{ name: "http", port: 80, targetPort, protocol: "TCP" }];
  const spec = { ports, selector: { app: "web" } };
  return { kind: "Service", apiVersion: "v1", metadata: { ...metadata, name: "web" }, spec };
}

function slice(name: string, port: number, ready: readonly [string, boolean][]): EndpointSlice {
  return {
    kind: "EndpointSlice",
    apiVersion: "discovery.k8s.io/v1",
    metadata: { ...metadata, name, labels: { "kubernetes.io/service-name": "web" } },
    endpoints: ready.map(([address, isReady]) => ({
      addresses: [address],
      conditions: { ready: isReady },
    })),
    ports: [{ port }],
  };
}

const pod: Pod = {
  kind: "Pod",
  apiVersion: "v1",
  metadata: { ...metadata, name: "web-1", labels: { app: "web" } },
  spec: { containers: [{ ports: [{ name: "http", containerPort: 3000, protocol: "TCP" }] }] },
};

function found(of: Service | undefined, slices: EndpointSlice[], port = { number: 80 }) {
  return endpointsOf({ name: "web", port }, "app", {
    service: () => of,
    endpointSlices: () => slices,
    pods: () => [pod],
  });
}

describe("where the pods behind a service are", () => {
  test("they are those that are ready, of every slice with the service's port", () => {
    const slices = [
      slice("a", 3000, [
        ["10.0.0.2", true],
        ["10.0.0.3", false],
      ]),
      slice("b", 3000, [
        ["10.0.0.1", true],
        ["10.0.0.2", true],
      ]),
      slice("c", 4000, [["10.0.0.4", true]]),
    ];
    expect(found(service(3000), slices)).toEqual(["10.0.0.1:3000", "10.0.0.2:3000"]);
  });

  test("a port by name is looked up in a pod, and an address of IPv6 stands in brackets", () => {
    expect(found(service("http"), [slice("a", 3000, [["fd00::1", true]])])).toEqual([
      "[fd00::1]:3000",
    ]);
  });

  test.each<[string, () => string[], string]>([
    ["no service", () => found(undefined, []), "service app/web doesn't exist"],
    ["no slice", () => found(service(80), []), "could not find endpointslices for service: web"],
    ["another port", () => found(service(80), [slice("a", 1, [])], { number: 8 }), "no port 8 in"],
    [
      "none ready",
      () => found(service(3000), [slice("a", 3000, [["10.0.0.1", false]])]),
      "no endpointslices for target port 3000 in service web",
    ],
    ["no such name", () => found(service("admin"), [slice("a", 1, [])]), "no port named admin"],
  ])("%s is said", (_, ask, message) => {
    expect(ask).toThrow(message);
  });
});
