import { describe, expect, test } from "vitest";
import {
  NetworkPolicies,
  type NetworkPoliciesArgs,
  outside,
} from "../../../../components/kubernetes/network-policies.ts";
import { record } from "../../recorder.ts";

const EXCEPT = ["169.254.0.0/16"];

test.each([
  ["0.0.0.0/0", EXCEPT],
  ["128.0.0.0/1", EXCEPT],
  ["169.0.0.0/8", EXCEPT],
  ["0.0.0.0/1", undefined],
  ["203.0.113.0/24", undefined],
  ["10.0.0.7", undefined],
  // What somebody names, they mean.
  ["169.254.0.0/16", undefined],
  ["169.254.169.254/32", undefined],
])(
  "an app that may call %s reaches its node's metadata service only where that is named",
  (cidr, except) => {
    expect(outside(cidr)).toEqual({ cidr, ...(except && { except }) });
  },
);

describe("The policies of a stack", () => {
  const PORTS = { app: 3000, front: 8080, database: 5432 };
  const pods = (role: string) => ({
    podSelector: {
      matchLabels: {
        "slipway.project": "slipway",
        "slipway.stack": "test",
        "slipway.role": role,
      },
    },
  });
  const every = {
    podSelector: {
      matchExpressions: [
        { key: "slipway.role", operator: "In", values: ["web", "process", "step"] },
      ],
    },
  };
  const on = (port: number) => ({ ports: [{ port }] });

  async function specs(more: Partial<NetworkPoliciesArgs> = {}) {
    const args = {
      ...{ owner: { project: "slipway", stack: "test" }, namespace: "slipway-test" },
      ...{ ports: PORTS, egress: [], controllerPods: pods("ingress"), challenged: false },
    };
    const all = await record(() => void new NetworkPolicies("it", { ...args, ...more }));
    const policies = all.filter(({ type }) => type.endsWith(":NetworkPolicy"));
    return Object.fromEntries(policies.map(({ name, inputs }) => [name, inputs["spec"]]));
  }

  const OWN = {
    "it-default": {
      podSelector: { matchLabels: {} },
      policyTypes: ["Ingress", "Egress"],
      egress: [
        {
          to: [
            {
              namespaceSelector: {
                matchLabels: { "kubernetes.io/metadata.name": "kube-system" },
              },
            },
            { ipBlock: { cidr: "169.254.0.0/16" } },
          ],
          ports: [
            { port: 53, protocol: "UDP" },
            { port: 53, protocol: "TCP" },
          ],
        },
      ],
    },
    "it-ingress": {
      ...pods("ingress"),
      ...{ policyTypes: ["Ingress", "Egress"], ingress: [{}], egress: [{}] },
    },
    "it-front": {
      ...pods("front"),
      policyTypes: ["Ingress", "Egress"],
      ingress: [{ ...on(8080), from: [pods("ingress")] }],
      egress: [{ ...on(3000), to: [pods("web")] }],
    },
    "it-web": {
      ...pods("web"),
      policyTypes: ["Ingress"],
      ingress: [{ ...on(3000), from: [pods("front")] }],
    },
    "it-app": {
      ...every,
      policyTypes: ["Egress"],
      egress: [{ ...on(5432), to: [pods("database")] }],
    },
    "it-database": {
      ...pods("database"),
      policyTypes: ["Ingress"],
      ingress: [{ ...on(5432), from: ["web", "process", "step"].map(pods) }],
    },
  };

  test("let each part speak to the next, and to nobody else but DNS", async () => {
    expect(await specs()).toEqual(OWN);
  });

  test("let the app out to the networks of egress, on every port", async () => {
    const { "it-app": app, ...others } = await specs({ egress: ["203.0.113.0/24", "0.0.0.0/0"] });
    const { "it-app": own, ...same } = OWN;
    expect(others).toEqual(same);
    expect(app).toEqual({
      ...own,
      egress: [
        ...own.egress,
        { to: [{ ipBlock: { cidr: "203.0.113.0/24" } }] },
        { to: [{ ipBlock: { cidr: "0.0.0.0/0", except: EXCEPT } }] },
      ],
    });
  });

  test("let everybody at Nginx where nobody said which pods send the requests", async () => {
    const front = { ...OWN["it-front"], ingress: [on(8080)] };
    expect(await specs({ controllerPods: undefined })).toEqual({ ...OWN, "it-front": front });
  });

  test("let the controller at the pods that answer an authority's challenges", async () => {
    const solver = {
      podSelector: { matchLabels: { "acme.cert-manager.io/http01-solver": "true" } },
      policyTypes: ["Ingress"],
      ingress: [{ ...on(8089), from: [pods("ingress")] }],
    };
    expect(await specs({ challenged: true })).toEqual({ ...OWN, "it-challenge": solver });
    const all = await specs({ challenged: true, controllerPods: undefined });
    expect(all["it-challenge"]).toEqual({ ...solver, ingress: [on(8089)] });
  });
});
