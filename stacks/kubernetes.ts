import * as pulumi from "@pulumi/pulumi";
import { appEnvironment } from "../components/app-environment.ts";
import { AppProcess } from "../components/kubernetes/app-process.ts";
import { AppSecrets } from "../components/kubernetes/app-secrets.ts";
import { stackOfClass } from "../components/kubernetes/ingress-sharing.ts";
import { Migration } from "../components/kubernetes/migration.ts";
import { NetworkPolicies, peer } from "../components/kubernetes/network-policies.ts";
import { NGINX_PORT, Nginx } from "../components/kubernetes/nginx.ts";
import { NginxIngressController } from "../components/kubernetes/nginx-ingress-controller.ts";
import { DATABASE_PORT } from "../components/kubernetes/postgres.ts";
import { Release } from "../components/kubernetes/release.ts";
import {
  ServedNamespace,
  type ServedNamespaceArgs,
} from "../components/kubernetes/served-namespace.ts";
import { StackNamespace } from "../components/kubernetes/stack-namespace.ts";
import { WebApp } from "../components/kubernetes/web-app.ts";
import { WebIngress } from "../components/kubernetes/web-ingress.ts";
import { WebService } from "../components/kubernetes/web-service.ts";
import type { Owner } from "../components/labels.ts";
import { clientRequest, endsInFront } from "../components/nginx/client-request.ts";
import { shellNeeds } from "../components/shell-command.ts";
import { cloudSql } from "./cloud-sql.ts";
import { dumpBefore } from "./database-dump.ts";
import { kubernetesCluster } from "./kubernetes-cluster.ts";
import { kubernetesDatabase } from "./kubernetes-database.ts";
import type { StackOutputs } from "./outputs.ts";
import type { AppRelease, KubernetesSettings as Settings } from "./settings.ts";

/** Kubernetes: cluster → namespace → ingress → database → migrate → roll out → verify → processes. */
export async function deployToKubernetes(
  settings: Settings,
  release: AppRelease,
): Promise<StackOutputs> {
  const { app, ingress: wanted, images, seconds } = settings;
  const image = imageOf(release);
  const owner = { project: settings.project, stack: settings.stack };
  const cluster = await kubernetesCluster("cluster", settings);
  const on = cluster.options;

  const managed = await cloudSql("database", cluster, settings);
  const namespace = new StackNamespace(
    "namespace",
    {
      owner,
      namespace: settings.namespace,
      ownController: settings.ingressClass === undefined,
      registry: settings.registry,
      actsAs: managed?.account.usableEmail,
    },
    on,
  );
  const here = {
    owner,
    namespace: namespace.namespaceName,
    serviceAccount: namespace.serviceAccountName,
  };

  const served = servedNamespace("served", { ...here, cluster }, settings.ingressClass);

  const policies = new NetworkPolicies(
    "network",
    {
      ...here,
      ports: { app: app.port, front: NGINX_PORT, database: DATABASE_PORT },
      egress: settings.egress,
      controllerPods: served?.controllerPods ?? controllerPods(owner, settings),
      challenged: wanted.tls.kind === "acme",
    },
    on,
  );

  const className =
    served?.className ??
    settings.ingressClass ??
    new NginxIngressController(
      "ingress",
      {
        ...here,
        cluster,
        image: images.ingressController,
        pullSecrets: namespace.pullSecrets,
        trustedProxies: wanted.trustedProxies,
        drainSeconds: seconds.drain,
        shared: settings.ingressShared,
      },
      { ...on, dependsOn: [policies] },
    ).className;

  const databases = kubernetesDatabase(
    "database",
    { ...here, cluster, instance: managed?.instance },
    settings,
  );

  const environment = appEnvironment({
    port: app.port,
    version: release.version,
    image,
    database: databases[0]?.connection,
    databaseTls: databases[0]?.tls,
    secret: app.secret,
    previousSecret: app.previousSecret,
    secretsAs: app.secretsAs,
    extra: app.env,
    extraSecrets: app.secrets,
  });
  const secrets = new AppSecrets("secrets", { ...here, environment }, on);
  const pod = {
    ...here,
    image,
    version: release.version,
    environment,
    secretName: secrets.secretName,
    databaseProxy: databases[0]?.proxy,
    userId: settings.userId,
    drainSeconds: seconds.drain,
    cpu: app.cpu,
    memory: app.memory,
    readOnlyRoot: app.readOnlyRoot,
  };

  const migrations = only(release.migrates ? app.migrateCommand : undefined).map(
    (command) =>
      new Migration(
        "migrate",
        {
          ...pod,
          cluster,
          command,
          shellFor: shellNeeds(app),
          timeoutSeconds: seconds.migrate,
          data: databases[0]?.data,
          dump: dumpBefore(release.version, settings.database, databases[0]?.container),
        },
        { ...on, dependsOn: [policies, ...databases] },
      ),
  );

  const service = new WebService("web", here, on);

  // First, so that the pages of the new pods find their files whoever answers.
  const front = new Nginx(
    "front",
    {
      ...here,
      ...wanted,
      cluster,
      domain: undefined,
      image: images.nginx,
      inFront: settings.ingressClass === undefined || served !== undefined ? "nginx" : "controller",
      app: service.address,
      staticFiles: only(app.staticPath).flatMap((folder) => [
        { image, folder },
        ...filesOf(release.before.slice(0, settings.imagesKept - 1)),
      ]),
      userId: settings.userId,
      drainSeconds: seconds.drain,
    },
    { ...on, dependsOn: [policies, ...migrations] },
  );

  // Before the app: where it is refused, no release begins.
  const ingress = new WebIngress(
    "web-ingress",
    {
      ...here,
      ...wanted,
      cluster,
      className,
      ownController: settings.ingressClass === undefined,
      service: front.serviceName,
      annotations: settings.ingressAnnotations,
      certificateSeconds: seconds.ready,
    },
    { ...on, dependsOn: [policies] },
  );

  const web = new WebApp(
    "web",
    {
      ...pod,
      replicas: app.replicas,
      maxReplicas: settings.maxReplicas,
      port: app.port,
      healthPath: app.healthPath,
      healthSeconds: seconds.health,
      askedAs: clientRequest(wanted),
    },
    { ...on, dependsOn: [front, ingress, ...databases, ...migrations] },
  );

  const url = `${wanted.tls.kind === "off" ? "http" : "https"}://${wanted.domain}`;

  const live = new Release(
    "release",
    {
      cluster,
      namespace: namespace.namespaceName,
      deployments: [front.deployment, web.deployment],
      replicas: settings.maxReplicas === undefined ? app.replicas : undefined,
      image,
      version: release.version,
      rollbackOf: release.rollbackOf,
      sequence: release.sequence,
      url: `${url}${wanted.pathPrefix.slice(0, -1)}`,
      address: ingress.address,
      versionPath: app.versionPath,
      healthPath: app.healthPath,
      staticFiles: only(app.staticPath).map((folder) => ({
        folder,
        prefix: wanted.staticPrefix,
      }))[0],
      forwardedProto: endsInFront(wanted) ? "https" : "",
      drainSeconds: seconds.drain,
    },
    on,
  );

  for (const [name, command] of Object.entries(app.processes)) {
    const args = { ...pod, cluster, command };
    new AppProcess(`process-${name}`, args, { ...on, dependsOn: [live] });
  }

  return {
    url: pulumi.output(`${url}${wanted.pathPrefix === "/" ? "" : wanted.pathPrefix}`),
    dns: [
      {
        name: wanted.domain,
        type: ingress.address.apply((address) => (/^[\d.]+$/.test(address) ? "A" : "CNAME")),
        value: ingress.address,
      },
    ],
    version: live.verifiedImage.apply(() => release.version),
    image,
    verifiedImage: live.verifiedImage,
    releases: live.releases,
    ...(settings.review !== undefined && { review: settings.review }),
  };
}

/** By the controller of another stack; undefined where no class names one. */
function servedNamespace(
  name: string,
  args: Pick<ServedNamespaceArgs, "cluster" | "owner" | "namespace">,
  className: string | undefined,
): ServedNamespace | undefined {
  const servedBy = className && stackOfClass(args.owner.project, className);
  if (className === undefined || servedBy === undefined) return undefined;
  return new ServedNamespace(name, { ...args, className, servedBy }, args.cluster.options);
}

/** Those of releases that had any: an image of one before may have no such folder, and no shell to copy it. */
const filesOf = (before: AppRelease["before"]) =>
  before.flatMap(({ image, staticFolder: folder }) =>
    folder === undefined ? [] : [{ image, folder }],
  );

/** Those of the stack's own controller, or of one of another kind where config says where that is. */
function controllerPods(owner: Owner, { ingressClass, ingressNamespace }: Settings) {
  if (ingressClass === undefined) return peer(owner, "ingress");
  if (ingressNamespace === undefined) return undefined;
  return {
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": ingressNamespace } },
  };
}

function imageOf({ from }: AppRelease): string {
  if ("reference" in from) return from.reference;
  throw new pulumi.RunError(
    "A cluster takes images from a registry alone: `pulumi config set image REFERENCE`.",
  );
}

const only = <T>(value: T | undefined): T[] => (value === undefined ? [] : [value]);
