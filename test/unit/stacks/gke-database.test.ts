import { beforeAll, describe, expect, test } from "vitest";
import { deploy } from "../../../stacks/index.ts";
import type { GkeCluster, ManagedDatabase } from "../../../stacks/settings.ts";
import { isComponent, isProvider, madeBefore, named, type Recorded, record } from "../recorder.ts";
import { clusterSettings, managedDatabase, PULLED, SECRETS } from "./example.ts";

const cluster: GkeCluster = {
  kind: "gke",
  project: "acme-prod",
  region: "europe-west3",
  zonal: undefined,
  login: "exec",
  protect: true,
};

async function recordWith(chosen: Partial<ManagedDatabase> = {}): Promise<Recorded[]> {
  const database = managedDatabase(chosen);
  const settings = clusterSettings({ cluster, database });
  const app = { ...settings.app, processes: { worker: "node worker.js" } };
  return await record(() => deploy({ ...settings, app }, PULLED));
}

interface Container {
  readonly name: string;
  readonly restartPolicy?: string;
  readonly args?: readonly string[];
  readonly securityContext: unknown;
}
interface Pod {
  readonly automountServiceAccountToken: boolean;
  readonly serviceAccountName: string;
  readonly securityContext: unknown;
  readonly hostAliases?: readonly { readonly ip: string; readonly hostnames: readonly string[] }[];
  readonly initContainers?: readonly Container[];
  readonly containers: readonly Container[];
}
// biome-ignore lint/suspicious/noExplicitAny: objects of a cluster are what their kinds make of them.
const inputsOf = ({ inputs }: Recorded) => inputs as Record<string, any>;
const podOf = (one: Recorded): Pod => {
  const { spec, template } = inputsOf(one);
  return (template ?? spec.template).spec;
};

describe("a managed database beside a GKE cluster", () => {
  let stack: Recorded[];
  let withProxy: Recorded[];
  beforeAll(async () => {
    stack = await recordWith();
    const made = ["web", "process-worker", "migrate", "database-login-client"];
    withProxy = made.map((name) => {
      const found = stack.filter((one) => one.name === name && /^kubernetes:/.test(one.type));
      const pods = found.find(({ type }) => /:(Deployment|Job|PodTemplate)$/.test(type));
      return pods ?? named(stack, name);
    });
  });

  test("is a Cloud SQL instance in the cluster's network, with no other address", () => {
    expect(named(stack, "database").inputs["settings"]).toMatchObject({
      edition: "ENTERPRISE",
      connectorEnforcement: "REQUIRED",
      ipConfiguration: { ipv4Enabled: false, privateNetwork: "cluster-network-id" },
      backupConfiguration: { pointInTimeRecoveryEnabled: true },
    });
  });

  test("is reached by every pod of the app through a sidecar, which does not keep a Job from ending", () => {
    for (const one of withProxy) {
      const { initContainers = [], containers } = podOf(one);
      expect(containers.length, one.name).toBe(1);
      expect(
        initContainers.map(({ name, restartPolicy }) => [name, restartPolicy]),
        one.name,
      ).toEqual([["database-proxy", "Always"]]);
      expect(initContainers[0]?.args).toContain("--private-ip");
      expect(initContainers[0]?.args?.at(-1)).toBe("acme:europe-west3:database");
    }
  });

  test("is no reason for a pod to break the level `restricted`, or to have a token of the cluster", () => {
    for (const one of withProxy) {
      const pod = podOf(one);
      expect(pod.automountServiceAccountToken, one.name).toBe(false);
      expect(pod.securityContext, one.name).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: "RuntimeDefault" },
      });
      for (const { securityContext } of [...pod.containers, ...(pod.initContainers ?? [])]) {
        expect(securityContext, one.name).toMatchObject({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        });
      }
    }
  });

  test("lets pods in as an account that may connect, and do nothing else", () => {
    const account = "database-account@example.org";
    expect(inputsOf(named(stack, "namespace-pods"))["metadata"]).toMatchObject({
      name: "app",
      annotations: { "iam.gke.io/gcp-service-account": account },
    });
    for (const one of withProxy) expect(podOf(one).serviceAccountName).toBe("app");
    const granted = stack.filter(({ type, inputs }) => /IAMMember$/.test(type) && inputs["member"]);
    const ofPods = granted.filter(({ inputs }) => String(inputs["member"]).includes(account));
    expect(ofPods.map(({ inputs }) => inputs["role"])).toEqual(["roles/cloudsql.client"]);
    expect(named(stack, "database-account-pods").inputs).toMatchObject({
      role: "roles/iam.workloadIdentityUser",
      member: "serviceAccount:acme-prod.svc.id.goog[slipway-test/app]",
    });
    // The pool that the pods are in is made with the first cluster.
    expect(madeBefore(stack, "database-account-pods")).toContain("cluster");
  });

  test("is what the app's pods are let out to, with the metadata server and Google's API, and nothing more", () => {
    const { spec } = inputsOf(named(stack, "database-login-network"));
    const rules = spec.egress as {
      to: { ipBlock: { cidr: string } }[];
      ports: { port: number }[];
    }[];
    expect(
      rules.map(({ to, ports }) => [to.map((one) => one.ipBlock.cidr), ports.map((p) => p.port)]),
    ).toEqual([
      [["169.254.169.254/32"], [80, 8080]],
      [["199.36.153.8/30"], [443]],
      [["10.20.0.3/32"], [3307]],
    ]);
    expect(spec.podSelector.matchExpressions[0].values).toEqual(["web", "process", "step"]);
    const [, , , , ...more] = podOf(withProxy[0] as Recorded).hostAliases ?? [];
    expect(more).toEqual([]);
    expect(podOf(withProxy[0] as Recorded).hostAliases?.map(({ ip }) => ip)).toEqual(
      [8, 9, 10, 11].map((last) => `199.36.153.${last}`),
    );
  });

  test("has a login of the app's, made in a pod with the proxy, before anything uses it", () => {
    const login = named(stack, "database-login");
    expect(login.inputs["stdin"]).toContain("steps/shell-in-new-pod.ts");
    expect(login.inputs["stdin"]).toContain("database-login-client psql");
    expect(login.inputs["triggers"]).toEqual([SECRETS.databasePassword]);
    const before = ["database", "database-login-network", "database-account-pods"];
    for (const name of before) expect(madeBefore(stack, "database-login")).toContain(name);
    for (const name of ["migrate", "web"]) {
      expect(madeBefore(stack, name), name).toContain("database-login");
    }
  });

  test("has the shape of every other database: the app is told a host, a port and a login", () => {
    const web = podOf(withProxy[0] as Recorded).containers[0] as unknown as {
      env: { name: string; value: string }[];
    };
    const told = Object.fromEntries(web.env.map(({ name, value }) => [name, value]));
    expect(told).toMatchObject({
      DB_HOST: "127.0.0.1",
      DB_PORT: "5432",
      DB_NAME: "shop",
      DB_USER: "printed_by_database_login",
    });
  });

  test("outlives the cluster, and what is of it in the cluster does not", () => {
    const all = stack.filter(
      (one) => /^database/.test(one.name) && !isComponent(one) && !isProvider(one),
    );
    const tied = all.filter(({ deletedWith }) => deletedWith === named(stack, "cluster").id);
    expect(tied.map(({ name }) => name).sort()).toEqual([
      "database-login",
      "database-login-client",
      "database-login-network",
    ]);
  });

  test.each([true, false])("is protected where data is: %s", async (protect) => {
    const database = named(await recordWith({ protect }), "database");
    expect(database.protect).toBe(protect);
    expect(database.inputs["deletionProtection"]).toBe(protect);
  });

  test("shows neither the password of the app nor that of the administrator", () => {
    const secrets = ["password database", SECRETS.databasePassword.slice(5)];
    const shown = JSON.stringify(stack.map((one) => one.shown));
    expect(secrets.filter((secret) => shown.includes(secret))).toEqual([]);
    const stdin = JSON.stringify(named(stack, "database-login").inputs["stdin"]);
    expect(secrets.filter((secret) => stdin.includes(secret))).toEqual(secrets);
  });
});
