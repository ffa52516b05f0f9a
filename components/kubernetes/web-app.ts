import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ClientRequest } from "../nginx/client-request.ts";
import { type AppPodArgs, appPod } from "./app-pod.ts";
import { objectLabels, selector } from "./kubernetes-labels.ts";
import { gracefulShutdown, SKIP_AWAIT, spreadAcrossNodes } from "./pod-life.ts";

export interface WebAppArgs extends AppPodArgs {
  /** How many pods share the requests; the least of them where they are scaled. */
  readonly replicas: number;
  /** How many pods there may be under load; undefined never makes more. */
  readonly maxReplicas: number | undefined;
  readonly port: number;
  readonly healthPath: string;
  /** As whose request it is asked whether it is healthy: an app may know no other host than its own. */
  readonly askedAs: ClientRequest;
  /** How long the app may take until it is healthy. */
  readonly healthSeconds: number;
}

/** Share of the cores that it asked for, in percent, that a pod is to use before there are more of it. */
const CPU_TARGET = 70;
/** For a node to be found and the image to get there. */
const START_SECONDS = 300;

/**
 * The app, in pods that are rolled: a new one is ready before an old one goes, and that one serves until
 * nobody sends it anything. What it is changed to is not waited for here: the roll-out that depends on it
 * does so, and puts the last verified release back where it fails.
 *
 * Drains of nodes wait for one pod at a time; with one replica, a drain is a gap.
 */
export class WebApp extends pulumi.ComponentResource {
  readonly deployment: kubernetes.apps.v1.Deployment;

  constructor(name: string, args: WebAppArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:kubernetes:WebApp", name, {}, opts);
    const { owner, namespace } = args;
    const child = { parent: this };
    const matchLabels = selector(owner, "web");
    const metadata = { name, namespace, labels: objectLabels(owner, "web") };

    this.deployment = new kubernetes.apps.v1.Deployment(
      name,
      {
        metadata: {
          ...metadata,
          annotations: {
            ...SKIP_AWAIT,
            // The roll-out may have put back what its pods are made from.
            "pulumi.com/patchForce": "true",
          },
        },
        spec: {
          ...(args.maxReplicas === undefined ? { replicas: args.replicas } : {}),
          selector: { matchLabels },
          strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
          progressDeadlineSeconds: args.healthSeconds + START_SECONDS,
          template: webPod(args),
        },
      },
      child,
    );
    new kubernetes.policy.v1.PodDisruptionBudget(
      name,
      { metadata, spec: { maxUnavailable: 1, selector: { matchLabels } } },
      child,
    );
    if (args.maxReplicas !== undefined) this.#scaler(name, args, args.maxReplicas, metadata);

    this.registerOutputs({});
  }

  #scaler(
    name: string,
    args: WebAppArgs,
    maxReplicas: number,
    metadata: kubernetes.types.input.meta.v1.ObjectMeta,
  ): void {
    new kubernetes.autoscaling.v2.HorizontalPodAutoscaler(
      name,
      {
        metadata,
        spec: {
          scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name },
          minReplicas: args.replicas,
          maxReplicas,
          metrics: [
            {
              type: "Resource",
              resource: {
                name: "cpu",
                target: { type: "Utilization", averageUtilization: CPU_TARGET },
              },
            },
          ],
        },
      },
      { parent: this },
    );
  }
}

function webPod(args: WebAppArgs) {
  const { lifecycle, graceSeconds } = gracefulShutdown(args.drainSeconds);
  const httpHeaders = [
    { name: "Host", value: args.askedAs.host },
    { name: "X-Forwarded-Proto", value: args.askedAs.scheme },
  ];
  const healthy = {
    httpGet: { path: args.healthPath, port: "http", httpHeaders },
    timeoutSeconds: 5,
  };
  return appPod(
    "web",
    args,
    {
      ports: [{ name: "http", containerPort: args.port }],
      startupProbe: { ...healthy, periodSeconds: 1, failureThreshold: args.healthSeconds },
      readinessProbe: { ...healthy, periodSeconds: 2 },
      // Not its health, which may depend on others: what they lack, another start does not bring.
      livenessProbe: { tcpSocket: { port: "http" }, periodSeconds: 10, failureThreshold: 6 },
      lifecycle,
    },
    {
      terminationGracePeriodSeconds: graceSeconds,
      ...spreadAcrossNodes(selector(args.owner, "web")),
    },
  );
}
