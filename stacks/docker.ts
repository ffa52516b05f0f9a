import * as pulumi from "@pulumi/pulumi";
import { appEnvironment } from "../components/app-environment.ts";
import { AppImage } from "../components/docker/app-image.ts";
import { AppProcess } from "../components/docker/app-process.ts";
import { AppSecrets } from "../components/docker/app-secrets.ts";
import { DockerNetwork } from "../components/docker/docker-network.ts";
import { Migration } from "../components/docker/migration.ts";
import { Nginx } from "../components/docker/nginx.ts";
import { NginxSite } from "../components/docker/nginx-site.ts";
import { Release } from "../components/docker/release.ts";
import { SharedIngressGuard } from "../components/docker/shared-ingress-guard.ts";
import { StaticFiles } from "../components/docker/static-files.ts";
import { WebApp } from "../components/docker/web-app.ts";
import { clientRequest } from "../components/nginx/client-request.ts";
import { shellNeeds } from "../components/shell-command.ts";
import { acmeCertificate } from "./acme-certificate.ts";
import { dumpBefore } from "./database-dump.ts";
import { dockerDatabase } from "./docker-database.ts";
import { dockerMachine } from "./docker-machine.ts";
import type { StackOutputs } from "./outputs.ts";
import type { AppRelease, DockerSettings as Settings } from "./settings.ts";

/** One Docker host: machine → network → database → image → migrate → start new → switch → stop old. */
export async function deployToDocker(
  settings: Settings,
  release: AppRelease,
): Promise<StackOutputs> {
  const { app, ingress: published, images, seconds } = settings;
  const machine = await dockerMachine("machine", settings);
  const here = { machine, owner: { project: settings.project, stack: settings.stack } };
  const on = machine.options;

  const network = new DockerNetwork("network", here, on);
  const networked = { ...here, network: network.networkName };

  const databases = await dockerDatabase("database", networked, settings);

  const sites = only(settings.ingressOf).map(({ stack, domain }) => {
    const ingressOf = { project: settings.project, stack };
    return new NginxSite(
      "site",
      { ...here, ingressOf, image: images.nginx, ...published, domain },
      on,
    );
  });

  const ingress = new Nginx(
    "ingress",
    {
      ...networked,
      image: images.nginx,
      ...published,
      shared: settings.ingressShared,
      behind: sites[0],
    },
    on,
  );

  const certificates = only(sites[0]?.acmeVolume ?? ingress.acmeVolume).map((volume) =>
    acmeCertificate("certificate", { ...networked, volume }, settings, {
      ...on,
      dependsOn: [ingress],
    }),
  );

  const image = new AppImage(
    "image",
    {
      ...here,
      from: release.from,
      registry: settings.registry,
      buildSecrets: "context" in release.from ? secretFiles(settings.build) : {},
      shellFor: shellNeeds(app),
    },
    on,
  );

  const environment = appEnvironment({
    port: app.port,
    version: release.version,
    image: image.reference,
    database: databases[0]?.connection,
    databaseTls: databases[0]?.tls,
    secret: app.secret,
    previousSecret: app.previousSecret,
    secretsAs: app.secretsAs,
    extra: app.env,
    extraSecrets: app.secrets,
  });
  const secrets =
    environment.files.length === 0
      ? []
      : [new AppSecrets("secrets", { ...here, image: images.nginx, files: environment.files }, on)];
  const container = {
    ...networked,
    image: image.reference,
    version: release.version,
    environment,
    secretsVolume: secrets[0]?.volumeName,
    drainSeconds: seconds.drain,
    cpu: app.cpu,
    memory: app.memory,
    privileges: app.privileges,
    readOnlyRoot: app.readOnlyRoot,
  };
  const ready = [...databases, image];

  const migrations = only(release.migrates ? app.migrateCommand : undefined).map(
    (command) =>
      new Migration(
        "migrate",
        {
          ...container,
          command,
          timeoutSeconds: seconds.migrate,
          data: databases[0]?.data,
          dump: dumpBefore(release.version, settings.database, databases[0]?.server),
        },
        { ...on, dependsOn: ready },
      ),
  );

  // Before the app is started: where they can't be had, nothing is left running.
  const files = only(app.staticPath).map(
    (path) =>
      new StaticFiles(
        "static",
        { ...here, image: image.reference, path, ingress: ingress.containerName },
        { ...on, dependsOn: [image] },
      ),
  );

  const web = new WebApp(
    "web",
    {
      ...container,
      replicas: app.replicas,
      port: app.port,
      healthPath: app.healthPath,
      healthSeconds: seconds.health,
      askedFrom: ingress.containerName,
      askedAs: clientRequest(published),
    },
    { ...on, dependsOn: [...ready, ...migrations, ...files] },
  );

  const live = new Release(
    "release",
    {
      ...here,
      image: image.reference,
      version: release.version,
      mark: image.mark,
      rollbackOf: release.rollbackOf,
      sequence: release.sequence,
      imagesKept: settings.imagesKept,
      web: web.containerNames,
      port: app.port,
      staticFolder: files[0]?.folder,
      staticPrefix: settings.ingress.staticPrefix,
      ingress: ingress.containerName,
      nginxImage: images.nginx,
      askFrom: ingress.askFrom,
      versionPath: app.versionPath,
      healthPath: app.healthPath,
      healthSeconds: seconds.health,
      drainSeconds: seconds.drain,
    },
    { ...on, dependsOn: [web, ...files, ...certificates] },
  );

  const processes = Object.entries(app.processes).map(
    ([name, command]) =>
      new AppProcess(`process-${name}`, { ...container, command }, { ...on, dependsOn: [live] }),
  );

  if (settings.ingressShared) {
    const last = { ...on, dependsOn: [live, ...processes] };
    new SharedIngressGuard("served", { ...here, image: images.nginx }, last);
  }

  return {
    url: ingress.url,
    dns: only(published.domain).map((name) => ({ name, type: "A", value: machine.address })),
    version: live.verifiedImage.apply(() => release.version),
    image: image.reference,
    verifiedImage: live.verifiedImage,
    releases: live.releases,
    ...(settings.review !== undefined && { review: settings.review }),
  };
}

/** The paths are no secret. */
function secretFiles({ secrets, secretFiles: files }: Settings["build"]) {
  const paths = Object.entries(secrets).map(([id, value]) => [
    id,
    pulumi.unsecret(files.save(id, value)),
  ]);
  return Object.fromEntries(paths) as Record<string, pulumi.Output<string>>;
}

const only = <T>(value: T | undefined): T[] => (value === undefined ? [] : [value]);
