import { appEnvironment } from "../components/app-environment.ts";
import { AppImage } from "../components/app-image.ts";
import { DockerNetwork } from "../components/docker-network.ts";
import { LocalMachine } from "../components/local-machine.ts";
import { Migration } from "../components/migration.ts";
import { NginxIngress } from "../components/nginx-ingress.ts";
import { PostgresContainer } from "../components/postgres-container.ts";
import { Release } from "../components/release.ts";
import { StaticFiles } from "../components/static-files.ts";
import { WebApp } from "../components/web-app.ts";
import type { Live } from "./live.ts";
import type { AppRelease, Settings } from "./settings.ts";

/** One Docker host: machine → network → database → image → migrate → start new → switch → stop old. */
export function deployToDocker(settings: Settings, release: AppRelease): Live {
  const { app, database: data, ingress: published, images, seconds } = settings;
  const machine = new LocalMachine("machine");
  const here = { machine, owner: { project: settings.project, stack: settings.stack } };
  const on = { providers: machine.providers };

  const network = new DockerNetwork("network", here, on);
  const networked = { ...here, network: network.networkName };

  const database = new PostgresContainer(
    "database",
    {
      ...networked,
      image: images.postgres,
      databaseName: data.name,
      ownerRole: data.user,
      password: data.password,
      protect: data.protect,
    },
    on,
  );

  const ingress = new NginxIngress(
    "ingress",
    { ...networked, image: images.nginx, ...published },
    on,
  );

  const image = new AppImage("image", { ...here, from: release.from }, on);

  const environment = appEnvironment({
    port: app.port,
    version: release.version,
    image: image.reference,
    database: database.connection,
    secret: app.secret,
    previousSecret: app.previousSecret,
    secretsAs: app.secretsAs,
    extra: app.env,
  });
  const ready = [database, image];

  const migrations = (app.migrateCommand === undefined ? [] : [app.migrateCommand]).map(
    (command) =>
      new Migration(
        "migrate",
        {
          ...networked,
          image: image.reference,
          command,
          environment,
          timeoutSeconds: seconds.migrate,
        },
        { ...on, dependsOn: ready },
      ),
  );

  const web = new WebApp(
    "web",
    {
      ...networked,
      image: image.reference,
      version: release.version,
      environment,
      port: app.port,
      healthPath: app.healthPath,
      healthSeconds: seconds.health,
      drainSeconds: seconds.drain,
      askedFrom: ingress.containerName,
    },
    { ...on, dependsOn: [...ready, ...migrations] },
  );

  const files = (app.staticPath === undefined ? [] : [app.staticPath]).map(
    (path) =>
      new StaticFiles(
        "static",
        { ...here, image: image.reference, path, ingress: ingress.containerName },
        { ...on, dependsOn: [image] },
      ),
  );

  const live = new Release(
    "release",
    {
      ...here,
      image: image.reference,
      web: web.containerName,
      port: app.port,
      staticFolder: files[0]?.folder,
      ingress: ingress.containerName,
      nginxImage: images.nginx,
      askAt: ingress.askAt,
      versionPath: app.versionPath,
      healthPath: app.healthPath,
      drainSeconds: seconds.drain,
    },
    { ...on, dependsOn: [web, ...files] },
  );

  return {
    url: ingress.url,
    version: live.verifiedImage.apply(() => release.version),
    image: image.reference,
    verifiedImage: live.verifiedImage,
  };
}
