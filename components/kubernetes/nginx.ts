import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Owner } from "../labels.ts";
import type { InFront } from "../nginx/client-claims.ts";
import { type ServerConfArgs, serverConf } from "../nginx/conf.ts";
import { MAIN_FILE, mainConf } from "../nginx/main-conf.ts";
import {
  CONF_FOLDER,
  CURRENT_FILES,
  MAINTENANCE_CONFIG_MAP,
  PREVIOUS_RELEASES,
  STATIC_FOLDER,
} from "../nginx/places.ts";
import { proxyConf } from "../nginx/release-conf.ts";
import type { Cluster } from "./cluster.ts";
import { objectLabels, selector } from "./kubernetes-labels.ts";
import { gracefulShutdown, PROGRESS_SECONDS, SKIP_AWAIT, spreadAcrossNodes } from "./pod-life.ts";
import { FILES_RESOURCES, FRONT_RESOURCES } from "./pod-resources.ts";
import { NO_PRIVILEGES, nonRoot } from "./pod-security.ts";
import { ROLL_OUT_PART } from "./steps/definitions.ts";

export interface NginxArgs extends Omit<ServerConfArgs, "place" | "tls" | "httpsPort"> {
  readonly cluster: Cluster;
  readonly owner: Owner;
  readonly namespace: pulumi.Input<string>;
  readonly serviceAccount: pulumi.Input<string>;
  /** Image of Nginx 1.27.4 or later. */
  readonly image: string;
  /** Whose ingress controller is in front. */
  readonly inFront: Exclude<InFront, "clients">;
  /** `HOST:PORT` of the app's Service. */
  readonly app: pulumi.Input<string>;
  /** Of the release that is made first, then of those before it; empty where the app has none. */
  readonly staticFiles: readonly StaticFilesOf[];
  /** User that the app's images run as when files are copied out of them. */
  readonly userId: number;
  readonly drainSeconds: number;
}

/** An image that has static files. */
export interface StaticFilesOf {
  readonly image: string;
  readonly folder: string;
}

export const NGINX_PORT = 8080;
/** One serves while the other one's node is away. */
export const NGINX_PODS = 2;
const MAINTENANCE_FOLDER = "/etc/nginx/maintenance";
/** User of Nginx in its image. */
const NGINX_USER = 101;

/**
 * An Nginx of ours between the ingress controller and the app, two of it: path prefix, rate limits, headers,
 * pages for maintenance and for when the app is away, and static files, as on a Docker host, whatever
 * controller is in front. The files come out of the app's images, those of the last releases included; for
 * that an image needs `/bin/sh` and `cp`. A change of anything rolls it, without a gap.
 */
export class Nginx extends pulumi.ComponentResource {
  readonly serviceName: pulumi.Output<string>;
  readonly deployment: kubernetes.apps.v1.Deployment;

  constructor(name: string, args: NginxArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:kubernetes:Nginx", name, {}, opts);
    const { owner, namespace } = args;
    const child = { parent: this };
    const conf = new kubernetes.core.v1.ConfigMap(
      `${name}-conf`,
      {
        metadata: { namespace, labels: objectLabels(owner, "front") },
        immutable: true,
        data: pulumi.output(args.app).apply((app) => ({
          // Each worker takes memory, and a node may have many cores.
          [MAIN_FILE]: mainConf({ workers: 2, user: undefined }),
          "default.conf": serverConf({
            ...args,
            tls: "off",
            httpsPort: 443,
            place: { ...IN_CLUSTER, inFront: args.inFront },
          }),
          "release.conf": proxyConf(app, args.staticFiles.length === 0 ? "none" : CURRENT_FILES),
        })),
      },
      child,
    );
    const service = new kubernetes.core.v1.Service(
      name,
      {
        metadata: {
          name,
          namespace,
          labels: objectLabels(owner, "front"),
          annotations: SKIP_AWAIT,
        },
        spec: {
          selector: selector(owner, "front"),
          ports: [{ name: "http", port: 80, targetPort: "http" }],
        },
      },
      child,
    );
    this.deployment = new kubernetes.apps.v1.Deployment(
      name,
      {
        metadata: {
          name,
          namespace,
          labels: objectLabels(owner, "front"),
          annotations: {
            // Waited for by the step below, which says sooner why it is in vain.
            ...SKIP_AWAIT,
            // A roll-out that failed may have put back what its pods are made from.
            "pulumi.com/patchForce": "true",
          },
        },
        spec: {
          replicas: NGINX_PODS,
          selector: { matchLabels: selector(owner, "front") },
          strategy: { rollingUpdate: { maxSurge: "100%", maxUnavailable: 0 } },
          progressDeadlineSeconds: PROGRESS_SECONDS,
          template: {
            metadata: { labels: objectLabels(owner, "front") },
            spec: frontPod(args, conf.metadata.name),
          },
        },
      },
      child,
    );
    new kubernetes.policy.v1.PodDisruptionBudget(
      name,
      {
        metadata: { name, namespace, labels: objectLabels(owner, "front") },
        spec: { maxUnavailable: 1, selector: { matchLabels: selector(owner, "front") } },
      },
      child,
    );
    const { metadata, spec } = this.deployment;
    args.cluster.steps.step(
      `${name}-rolled-out`,
      ROLL_OUT_PART,
      { namespace, part: { name: metadata.name, template: spec.template }, setting: "nginx" },
      child,
    );
    this.serviceName = service.metadata.name;
    this.registerOutputs({ serviceName: this.serviceName });
  }
}

const IN_CLUSTER = {
  httpPort: NGINX_PORT,
  // The address of a Service stays: looked up once, when Nginx starts.
  resolver: undefined,
  // A pod's first connections may have to wait for the policies to know it.
  connectSeconds: 5,
  maintenanceFolder: MAINTENANCE_FOLDER,
  sitesFolder: undefined,
} as const;

function frontPod(
  args: NginxArgs,
  confName: pulumi.Input<string>,
): kubernetes.types.input.core.v1.PodSpec {
  const { lifecycle, graceSeconds } = gracefulShutdown(args.drainSeconds);
  const files = { name: "static", mountPath: STATIC_FOLDER };
  return {
    serviceAccountName: args.serviceAccount,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: nonRoot(NGINX_USER),
    terminationGracePeriodSeconds: graceSeconds,
    ...spreadAcrossNodes(selector(args.owner, "front")),
    initContainers: copies(args, files),
    containers: [
      {
        name: "nginx",
        image: args.image,
        // Not the image's own start, which writes to the configuration.
        command: ["nginx", "-c", `${CONF_FOLDER}/${MAIN_FILE}`, "-g", "daemon off;"],
        ports: [{ name: "http", containerPort: NGINX_PORT }],
        readinessProbe: { tcpSocket: { port: "http" }, periodSeconds: 2 },
        livenessProbe: { tcpSocket: { port: "http" }, periodSeconds: 10, failureThreshold: 6 },
        lifecycle,
        resources: FRONT_RESOURCES,
        securityContext: NO_PRIVILEGES,
        terminationMessagePolicy: "FallbackToLogsOnError",
        volumeMounts: [
          { name: "conf", mountPath: CONF_FOLDER, readOnly: true },
          { name: "maintenance", mountPath: MAINTENANCE_FOLDER, readOnly: true },
          { ...files, readOnly: true },
          { name: "cache", mountPath: "/var/cache/nginx" },
          { name: "run", mountPath: "/run" },
          { name: "tmp", mountPath: "/tmp" },
        ],
      },
    ],
    volumes: [
      { name: "conf", configMap: { name: confName } },
      { name: "maintenance", configMap: { name: MAINTENANCE_CONFIG_MAP, optional: true } },
      ...["static", "cache", "run", "tmp"].map((volume) => ({ name: volume, emptyDir: {} })),
    ],
  };
}

/** One for each release whose files are to be served; they run as the app does, which can read them. */
function copies(
  { staticFiles, userId }: NginxArgs,
  files: kubernetes.types.input.core.v1.VolumeMount,
): kubernetes.types.input.core.v1.Container[] {
  const folders = [CURRENT_FILES, ...PREVIOUS_RELEASES];
  return staticFiles.slice(0, folders.length).map(({ image, folder }, index) => ({
    name: `files-${folders[index]}`,
    image,
    // A kubelet may start it again, and finds its folder then.
    command: ["/bin/sh", "-euc", 'mkdir -p "$2"; cp -R "$1/." "$2/"; chmod -R a+rX "$2"', "sh"],
    args: [folder, `${STATIC_FOLDER}/${folders[index]}`],
    resources: FILES_RESOURCES,
    securityContext: { ...NO_PRIVILEGES, runAsUser: userId },
    terminationMessagePolicy: "FallbackToLogsOnError",
    volumeMounts: [files],
  }));
}
