import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "../../e2e/until.ts";
import { TestNamespace } from "../test-namespace.ts";
import { ClusterStack } from "./cluster-stack.ts";

let stack: ClusterStack;
let image: string;
let outsider: TestNamespace;
let web: string;

beforeAll(async () => {
  stack = await ClusterStack.make();
  image = await stack.push("app");
  await stack.up({ image, replicas: "1" });
  outsider = await TestNamespace.make(stack.config);
  [web = ""] = await stack.pods("web");
});
afterAll(() => outsider?.remove());
afterAll(() => stack?.remove());

describe("Pod Security", () => {
  test("The namespace refuses what the level `restricted` forbids", async () => {
    const body = { metadata: { name: "root" }, spec: { containers: [{ name: "root", image }] } };
    const made = stack.core.createNamespacedPod({ namespace: stack.namespace, body });
    await expect(made).rejects.toThrow("violates PodSecurity");
  });

  test("No pod but the ingress controller has a token of the cluster", async () => {
    const { items } = await stack.core.listNamespacedPod({ namespace: stack.namespace });
    const withToken = items.filter(({ spec }) =>
      spec?.containers.some(({ volumeMounts = [] }) =>
        volumeMounts.some(({ mountPath }) => mountPath.includes("serviceaccount")),
      ),
    );
    const roles = (pods: typeof items) =>
      new Set(pods.map(({ metadata }) => metadata?.labels?.["slipway.role"]));
    expect(roles(items)).toEqual(new Set(["web", "front", "ingress", "database", "step"]));
    expect(roles(withToken)).toEqual(new Set(["ingress"]));
    expect(await stack.exec(web, "app", "ls /var/run/secrets")).not.toContain("kubernetes.io");
  });

  test("The app is not root, can't become it, and can't write but to /tmp", async () => {
    const can = "touch /app/x 2>/dev/null && echo writes; touch /tmp/x && echo tmp; id -u";
    expect(await stack.exec(web, "app", can)).toBe("tmp\n1000");
    const status = await stack.exec(web, "app", "cat /proc/self/status");
    expect(status).toMatch(/^CapBnd:\s+0+$/m);
    expect(status).toMatch(/^NoNewPrivs:\s+1$/m);
    expect(status).toMatch(/^Seccomp:\s+2$/m);
  });
});

describe("network", () => {
  test("A host name that nobody has gets nothing at all", async () => {
    expect(await statusFor("localhost")).toBe(200);
    await expect(statusFor("other.example.org")).rejects.toThrow(/socket hang up|ECONNRESET/);
  });

  test("The app reaches the database, and nothing else in the cluster or outside of it", async () => {
    const outside = stack.cluster.registry.data.host;
    await strangerIsUp();
    const database = `database.${stack.namespace}:5432`;
    await until(() => reaches(database), "the app reaches its database");
    // That it is there for whoever is not kept from it.
    for (const there of [outside, API_SERVER]) {
      await until(() => strangerReaches(there), `somebody else reaches ${there}`);
    }
    const [front] = await addressesOf("front");
    const [ingress] = await addressesOf("ingress");
    for (const there of [outside, API_SERVER, `${front}:8080`, `${ingress}:80`]) {
      expect(await reaches(there), there).toBe(false);
    }
  });

  test("Whoever is elsewhere in the cluster reaches the ingress controller alone", async () => {
    await strangerIsUp();
    const [ingress] = await addressesOf("ingress");
    await until(
      () => strangerReaches(`${ingress}:80`),
      "somebody else reaches the ingress controller",
    );
    for (const [role, port] of Object.entries({ web: 3000, front: 8080, database: 5432 })) {
      const [address] = await addressesOf(role);
      expect(await strangerReaches(`${address}:${port}`), role).toBe(false);
    }
  });

  test("A pod of the namespace without a role does not reach the database", async () => {
    await stack.core.createNamespacedPod({ namespace: stack.namespace, body: podWithoutRole() });
    const isReady = async () => {
      const where = { namespace: stack.namespace, name: "nobody" };
      return (await stack.core.readNamespacedPod(where)).status?.phase === "Running";
    };
    await until(isReady, "the pod without a role runs");
    const question = connects(`database.${stack.namespace}:5432`);
    expect(await stack.exec("nobody", "app", question)).toBe("no");
  });
});

const API_SERVER = "kubernetes.default:443";

/** A command that says whether anybody takes a connection there. */
function connects(there: string): string {
  const [host, port] = there.split(":");
  const end = (said: string) => `()=>{console.log("${said}");process.exit()}`;
  const script = `require("net").connect(${port},"${host}").on("connect",${end("yes")}).on("error",${end("no")});setTimeout(${end("no")},3000)`;
  return `node -e '${script}'`;
}

async function reaches(there: string): Promise<boolean> {
  return (await stack.exec(web, "app", connects(there))) === "yes";
}

async function strangerReaches(there: string): Promise<boolean> {
  return (await outsider.run("stranger", connects(there))) === "yes";
}

async function strangerIsUp(): Promise<void> {
  const { items } = await outsider.core.listNamespacedPod({ namespace: outsider.name });
  if (items.length > 0) return;
  await outsider.create({
    ...{ apiVersion: "v1", kind: "Pod", metadata: { name: "stranger" } },
    ...{ spec: { containers: [{ name: "app", image, command: ["sleep", "infinity"] }] } },
  });
  await outsider.untilPodReady("stranger");
}

async function addressesOf(role: string): Promise<string[]> {
  const { items } = await stack.core.listNamespacedPod({
    namespace: stack.namespace,
    labelSelector: `slipway.role=${role}`,
  });
  return items.map(({ status }) => status?.podIP ?? "");
}

function podWithoutRole() {
  return {
    metadata: { name: "nobody" },
    spec: {
      securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
      terminationGracePeriodSeconds: 0,
      containers: [
        {
          name: "app",
          image,
          command: ["sleep", "infinity"],
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
        },
      ],
    },
  };
}

function statusFor(host: string): Promise<number | undefined> {
  return new Promise((done, fail) => {
    const asked = request(`http://${stack.address}/version`, { headers: { host } }, (response) => {
      response.resume();
      done(response.statusCode);
    });
    asked.once("error", fail);
    asked.end();
  });
}
