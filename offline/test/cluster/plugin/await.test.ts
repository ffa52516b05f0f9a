import { describe, expect, test } from "vitest";
import { failureOf, type Properties } from "../../engine/plugins/plugin.ts";
import { head, OwnNamespace } from "./own-namespace.ts";

/** What is on the nodes of the cluster; there is nothing but BusyBox in it. */
const IMAGE = "slipway-test/cluster-pod:1";

const own = new OwnNamespace();

function pod(app: string, script: string): Properties {
  const command = ["/busybox", "sh", "-c", script];
  const container = { name: "main", image: IMAGE, imagePullPolicy: "Never", command };
  return {
    metadata: { labels: { app } },
    spec: {
      terminationGracePeriodSeconds: 1,
      automountServiceAccountToken: false,
      containers: [container],
    },
  };
}

function set(app: string, template: Properties): Properties {
  return { selector: { matchLabels: { app } }, replicas: 1, template };
}

function neverReady(template: Properties): Properties {
  const [container] = template["spec"].containers;
  const readinessProbe = { exec: { command: ["/busybox", "false"] } };
  return {
    ...template,
    spec: { ...template["spec"], containers: [{ ...container, readinessProbe }] },
  };
}

const LIVES = "trap 'exit 0' TERM; /busybox sleep 600 & wait";
const FAILS = "echo why it failed; exit 3";

/** The annotation by which a test does not wait for ten minutes. */
function within(seconds: number): Properties {
  return { annotations: { "pulumi.com/timeoutSeconds": String(seconds) } };
}

describe("A Deployment", () => {
  test("is there when its pods are ready", async () => {
    const { state } = await own.make("apps/v1:Deployment", {
      spec: set("ready", pod("ready", LIVES)),
    });
    expect(state["status"]).toMatchObject({ readyReplicas: 1, availableReplicas: 1 });
  });

  test("that never gets ready is kept, with what its pods say", async () => {
    const type = "kubernetes:apps/v1:Deployment";
    const inputs = await own.plugin.checked(type, {
      ...head("apps/v1:Deployment"),
      metadata: within(8),
      spec: set("broken", neverReady(pod("broken", LIVES))),
    });
    const { message, partial } = await failureOf(own.plugin.create(type, inputs));
    const { name } = inputs["metadata"];
    expect(message).toBe(
      `resource "urn:pulumi:test::slipway::${type}::web" was successfully created, but the ` +
        "Kubernetes API server reported that it failed to fully initialize or become live: " +
        `'${name}' timed out waiting to be Ready`,
    );
    expect(partial?.id).toBe(`${own.name}/${name}`);
    expect(partial?.reasons).toEqual([
      message,
      "[MinimumReplicasUnavailable] Deployment does not have minimum availability.",
      "Minimum number of live Pods was not attained",
      expect.stringContaining("containers with unready status: [main]"),
    ]);

    // The next update waits again although nothing changed, and so does a refresh.
    const state = partial?.properties ?? {};
    const again = await failureOf(own.plugin.update(type, state, inputs, inputs));
    expect(again.message).toContain("timed out waiting to be Ready");
    const refresh = await failureOf(own.plugin.read(type, state, inputs));
    expect(refresh.message).toBe(`Resource '${name}' was created but failed to initialize`);
    expect(refresh.partial?.inputs).toEqual(inputs);
    await own.plugin.delete(type, state);
  });

  test("waits for its new pods, not for those it had", async () => {
    const made = await own.make("apps/v1:Deployment", {
      spec: set("rolled", pod("rolled", LIVES)),
    });
    const inputs = await own.changed(made, {
      spec: set("rolled", pod("rolled", `: second; ${LIVES}`)),
    });
    const state = await own.plugin.update(made.type, made.state, made.inputs, inputs);
    expect(state["metadata"].annotations["deployment.kubernetes.io/revision"]).toBe("2");
    expect(state["status"]).toMatchObject({ updatedReplicas: 1, readyReplicas: 1 });
  });
});

describe("A StatefulSet", () => {
  test("is there when its pods are ready, before and after an update", async () => {
    const spec = { serviceName: "set", ...set("set", pod("set", LIVES)) };
    const made = await own.make("apps/v1:StatefulSet", { spec });
    expect(made.state["status"]).toMatchObject({ readyReplicas: 1 });
    const inputs = await own.changed(made, {
      spec: { ...spec, template: pod("set", `: second; ${LIVES}`) },
    });
    const state = await own.plugin.update(made.type, made.state, made.inputs, inputs);
    expect(state["status"].currentRevision).toBe(state["status"].updateRevision);
    expect(state["status"].updateRevision).not.toBe(made.state["status"].updateRevision);
  });
});

describe("A Job", () => {
  const job = (template: Properties) => ({
    backoffLimit: 0,
    template: { ...template, spec: { ...template["spec"], restartPolicy: "Never" } },
  });

  test("is there when it is complete", async () => {
    const { state } = await own.make("batch/v1:Job", { spec: job(pod("job", "exit 0")) });
    expect(state["status"]).toMatchObject({ succeeded: 1 });
  });

  test("that fails is an error at once, with how its pod ended", async () => {
    const { message, partial } = await failureOf(
      own.make("batch/v1:Job", { spec: job(pod("job", FAILS)) }),
    );
    const { name } = partial?.properties["metadata"] ?? {};
    expect(message).toContain(`Resource '${name}' was created but failed to initialize`);
    expect(partial?.reasons.slice(-2)).toEqual([
      expect.stringMatching(/^\[Pod .*\]: .*container "main" completed with exit code 3$/),
      "[BackoffLimitExceeded] Job has reached the specified backoff limit",
    ]);
  });

  test("that failed is replaced by the next update if its annotation says so", async () => {
    const metadata = { annotations: { "pulumi.com/replaceUnready": "true" } };
    const spec = job(pod("job", FAILS));
    const { partial } = await failureOf(own.make("batch/v1:Job", { metadata, spec }));
    const state = partial?.properties ?? {};
    const inputs = state["__inputs"];
    const diff = await own.plugin.diff("kubernetes:batch/v1:Job", state, inputs, inputs);
    expect(diff).toMatchObject({ replaces: ["metadata"], deleteBeforeReplace: false });
  });
});

describe("A Service", () => {
  const spec = { selector: { app: "served" }, ports: [{ port: 80 }] };

  test("is there when its endpoints have settled", async () => {
    await own.make("apps/v1:Deployment", { spec: set("served", pod("served", LIVES)) });
    const { state } = await own.make("core/v1:Service", { spec });
    expect(state["spec"].clusterIP).toMatch(/^10\./);
  });

  test("of the type LoadBalancer is there when it has an address", async () => {
    const { state } = await own.make("core/v1:Service", {
      spec: { ...spec, type: "LoadBalancer" },
    });
    expect(state["status"].loadBalancer.ingress[0].ip).toMatch(/^\d/);
  });
});

describe("An Ingress", () => {
  test("that no controller takes names what is missing", async () => {
    const backend = { service: { name: "nowhere", port: { number: 80 } } };
    const { partial } = await failureOf(
      own.make("networking.k8s.io/v1:Ingress", {
        metadata: within(1),
        spec: {
          ingressClassName: "nobodys",
          rules: [{ http: { paths: [{ path: "/", pathType: "Prefix", backend }] } }],
        },
      }),
    );
    expect(partial?.reasons.slice(1)).toEqual([
      expect.stringContaining("Ingress .status.loadBalancer field was not updated"),
    ]);
  });
});
