import { createPrivateKey, X509Certificate } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type { Privileges } from "../components/docker/confinement.ts";
import { PROXY_HEALTH_PORT, PROXY_PORT } from "../components/kubernetes/cloud-sql-sidecar.ts";
import type { TlsSettings } from "../components/nginx/names.ts";
import type {
  AppSettings,
  ClusterSettings,
  DatabaseSettings,
  HostSettings,
  ManagedDatabase,
  PublishedSettings,
  Settings,
} from "../stacks/settings.ts";
import { judgeCertificate } from "./certificate.ts";
import { readCloud } from "./cloud-settings.ts";
import { readCluster } from "./cluster-settings.ts";
import { ConfigReader } from "./config-reader.ts";
import { readHost } from "./host-settings.ts";
import {
  BUILD_SECRET_ID,
  IMAGE_OR_ARCHIVE,
  IMAGE_REFERENCE,
  IPV4,
  NETWORK,
  SLUG,
  VERSION,
} from "./patterns.ts";
import { readReview, readSharing } from "./review-settings.ts";
import { readSeed } from "./seed-settings.ts";
import { stackFiles } from "./stack-files.ts";
import { refuseStackName } from "./stack-name.ts";

/**
 * Reads the stack's config, checks all of it, and freezes it.
 *
 * @throws RunError that lists every problem, each with the line to type.
 */
export function readSettings(project: string, stack: string): Settings {
  const reader = new ConfigReader(project, stack);
  const target = reader.oneOf("target", ["docker", "kubernetes"]);
  const protect = reader.boolean("protectData");
  const domain = reader.hostName("domain", "a host name");
  const dataGiB = reader.integer("dataGiB", 1, 16_384);
  const cloud = readCloud(reader);
  const made = { cloud, protect, domain };
  const host = readHost(reader, { ...made, dataGiB, needed: target === "docker" });
  const published = readIngress(reader, host, domain);
  const cluster = readCluster(reader, {
    ...made,
    project,
    stack,
    needed: target === "kubernetes",
  });
  const { ingressShared, ingressOf } = readSharing(reader, { stack, target, host, domain });
  const ofTarget =
    target === "docker"
      ? { target, host, ingress: published, ingressOf, sshFiles: stackFiles("ssh", stack) }
      : { target, ...cluster, dataGiB, ingress: { ...published, domain: domain ?? "" } };

  const settings: Settings = {
    project,
    stack,
    ...ofTarget,
    ingressShared,
    review: readReview(reader),
    build: {
      appPath: reader.text("appPath", isFilled, "a folder", "app"),
      dockerfile: reader.text("dockerfile", isFilled, "a file in appPath", "Dockerfile"),
      target: reader.optional("buildTarget", /^[\w.-]+$/, "the name of a stage of the Dockerfile"),
      args: reader.strings("buildArgs"),
      secrets: reader.secretEntries(
        "buildSecrets",
        BUILD_SECRET_ID,
        "ids of letters, digits, `.`, `_` and `-`",
      ),
      secretFiles: stackFiles("build", stack),
    },
    app: readApp(reader, target, host),
    database: readDatabase(reader, protect, target === "docker" ? host.kind : cluster.cluster.kind),
    images: readImages(reader),
    imagesKept: reader.integer("imagesKept", 2, 50),
    registry: readRegistry(reader),
    seconds: {
      health: reader.integer("healthSeconds", 1, 3600),
      migrate: reader.integer("migrateSeconds", 1, 86400),
      drain: reader.integer("drainSeconds", 1, 600),
      ready: reader.integer("readySeconds", 10, 3600),
    },
  };

  const { replicas, migrateCommand } = settings.app;
  refuseStackName(reader, {
    ...{ project, stack, target, replicas },
    migrates: migrateCommand !== undefined,
    ownNamespace: cluster.namespace !== `${project}-${stack}`,
    madeAtCloud: target === "docker" ? "region" in host : cluster.cluster.kind === "gke",
  });
  refuseProxyPorts(reader, settings);
  reader.refuseUnknownKeys();
  reader.throwProblems();
  return deepFreeze(settings);
}

/** In a pod of a cluster, all containers share their ports. */
function refuseProxyPorts(reader: ConfigReader, { target, database, app }: Settings): void {
  if (target !== "kubernetes" || database.kind !== "managed") return;
  if (app.port !== PROXY_PORT && app.port !== PROXY_HEALTH_PORT) return;
  reader.problem(
    `slipway:appPort is ${app.port}, where the proxy of the managed database listens in the same pod.`,
    "pulumi config set appPort 3000",
  );
}

function readIngress(
  reader: ConfigReader,
  host: HostSettings,
  domain: string | undefined,
): PublishedSettings {
  const local = host.kind === "local";
  return {
    bindAddress:
      reader.optional("bindAddress", IPV4, "an IPv4 address") ?? (local ? "127.0.0.1" : "0.0.0.0"),
    httpPort: reader.optionalInteger("httpPort", 1, 65535) ?? (local ? 8080 : 80),
    httpsPort: reader.optionalInteger("httpsPort", 1, 65535) ?? (local ? 8443 : 443),
    domain,
    tls: readTls(reader, domain),
    pathPrefix: reader.text("pathPrefix", isPrefix, "a path that begins and ends with /", "/"),
    staticPrefix: reader.text("staticPrefix", isPrefix, "a path that begins and ends with /", "/"),
    staticFallback: reader.optional("staticFallback", STATIC_FILE, "a file below staticPath"),
    bodyMiB: reader.integer("bodyMiB", 1, 10_240),
    readSeconds: reader.integer("readSeconds", 1, 3600),
    rateLimits: reader.entries(
      "rateLimits",
      (path, rate) => URL_PATH.test(path) && /^[1-9]\d*r\/[sm]$/.test(rate),
      "paths, each with a rate like 10r/s or 5r/m",
    ),
    trustedProxies: reader.list("trustedProxies", NETWORK, "networks like 10.0.0.0/8"),
  };
}

function readTls(reader: ConfigReader, domain: string | undefined): TlsSettings {
  const kind = reader.oneOf("tls", ["off", "acme", "provided"]);
  const certificate = reader.optional("tlsCertificate", CERTIFICATE, "certificates, as PEM");
  const key = reader.optionalSecretFile("tlsKey", (text) => text);
  const email = reader.optional("acmeEmail", /^[^\s@]+@[^\s@]+$/, "an e-mail address");
  const server = reader.text("acmeServer", isHttps, "an https:// address", LETS_ENCRYPT);
  const serverCa = reader.optional("acmeServerCa", CERTIFICATE, "certificates, as PEM");
  if (kind === "off") return { kind };
  const why = `tls is "${kind}"`;
  if (domain === undefined) reader.missing("domain", why, "HOST");
  if (kind === "acme") return { kind, email, server, serverCa };
  if (certificate === undefined) reader.missing("tlsCertificate", why, "<CERTIFICATE.pem");
  if (key === undefined) reader.missingSecret("tlsKey", why, "<KEY.pem");
  if (certificate !== undefined) refuseCertificate(reader, certificate, key?.said, domain);
  return { kind, certificate: certificate ?? "", key: key?.secret ?? pulumi.secret("") };
}

/** One that every client would refuse, or that Nginx would. */
function refuseCertificate(
  reader: ConfigReader,
  text: string,
  key: string | undefined,
  domain: string | undefined,
): void {
  const another = "pulumi config set tlsCertificate <CERTIFICATE.pem";
  const certificate = parsed(() => new X509Certificate(text));
  if (certificate === undefined) {
    reader.problem("slipway:tlsCertificate has no certificate that can be read.", another);
    return;
  }
  if (domain !== undefined) {
    const { state, says } = judgeCertificate(certificate, domain);
    if (state === "refused") reader.problem(`slipway:tlsCertificate ${says}.`, another);
  }
  if (key === undefined) return;
  const privateKey = parsed(() => createPrivateKey(key));
  if (privateKey !== undefined && certificate.checkPrivateKey(privateKey)) return;
  reader.problem(
    privateKey === undefined
      ? "slipway:tlsKey has no private key that can be read: PEM, without a passphrase."
      : "slipway:tlsKey is not the key of the first certificate of slipway:tlsCertificate.",
    "pulumi config set --secret tlsKey <KEY.pem",
  );
}

function parsed<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}

function readApp(
  reader: ConfigReader,
  target: Settings["target"],
  host: HostSettings,
): AppSettings {
  const onHost = target === "docker";
  const imageRule = onHost ? IMAGE_OR_ARCHIVE : IMAGE_REFERENCE;
  const build = reader.optionalBoolean("build");
  const secretsAs = reader.oneOf("secretsAs", ["files", "env"]);
  if (build === true && !onHost) {
    reader.problem(
      "slipway:build is true, but a cluster takes images from a registry alone.",
      "pulumi config rm build",
    );
  }
  return {
    image: reader.optional("image", imageRule.pattern, imageRule.words),
    version: reader.optional("version", VERSION.pattern, VERSION.words),
    build: build ?? (onHost && host.kind === "local"),
    port: reader.integer("appPort", 1, 65535),
    healthPath: reader.text("healthPath", isUrlPath, "a path that begins with /", "/healthz"),
    versionPath: reader.optional("versionPath", URL_PATH, "a path that begins with /"),
    staticPath: reader.optional("staticPath", FOLDER_PATH, "an absolute folder in the image"),
    migrateCommand: reader.optionalCommand("migrateCommand"),
    processes: reader.commands(
      "processes",
      PROCESS_NAME,
      "names (lower-case letters, digits and -), each with a command on one line, or as a list of words",
    ),
    env: reader.environment("appEnv", CONTRACT_NAMES),
    secrets: reader.secretEnvironment("appSecrets", CONTRACT_NAMES, secretsAs),
    secretsAs,
    secret: reader.secret("appSecret", 32),
    previousSecret: reader.optionalSecret("previousAppSecret"),
    // On one machine each is a container of its own; in a cluster they are a number.
    replicas: reader.optionalInteger("replicas", 1, onHost ? 20 : 1000) ?? (onHost ? 1 : 2),
    cpu: reader.optional("cpu", /^(?!0*\.?0*$)\d{1,3}(\.\d{1,2})?$/, "a number of cores like 0.5"),
    memory: reader.optionalInteger("memory", 16, 1_048_576),
    privileges: readPrivileges(reader, onHost),
    readOnlyRoot: reader.optionalBoolean("readOnlyRoot") ?? !onHost,
  };
}

function readPrivileges(reader: ConfigReader, onHost: boolean): Privileges {
  const privileges = reader.oneOf("privileges", ["limited", "docker"]);
  if (privileges === "docker" && !onHost) {
    reader.problem(
      'slipway:privileges is "docker", but the namespace of a stack in a cluster lets no pod have more.',
      "pulumi config rm privileges",
    );
  }
  return privileges;
}

/** Where the app runs: what a cloud may run a database beside. */
type DatabaseHost = HostSettings["kind"] | ClusterSettings["kind"];

function readDatabase(reader: ConfigReader, protect: boolean, on: DatabaseHost): DatabaseSettings {
  const kind = reader.oneOf("database", ["container", "managed", "external", "none"]);
  const name = reader.text("databaseName", isIdentifier, IDENTIFIER_RULE, "app");
  const user = reader.text("databaseUser", isRoleName, ROLE_RULE, "app");
  const managed = readManaged(reader, kind, on);
  const seed = readSeed(reader, kind);
  const memory = reader.integer("databaseMemory", 256, 1_048_576);
  const dumpsKept = reader.integer("backupKeep", 0, 1000);
  const host = reader.hostName("databaseHost", "a host name or an address");
  const port = reader.integer("databasePort", 1, 65535);
  const ca = reader.optional("databaseCa", CERTIFICATE, "certificates, as PEM");
  const password =
    kind === "none"
      ? reader.optionalSecret("databasePassword")
      : reader.secret("databasePassword", 8);

  if (kind === "none" || password === undefined) return { kind: "none" };
  if (kind === "container") {
    return { kind, name, user, password, memory, protect, dumpsKept, seed };
  }
  if (kind === "managed") return { kind, name, user, password, protect, ...managed };
  if (host === undefined) reader.missing("databaseHost", 'database is "external"', "HOST");
  return { kind, name, user, password, port, ca, host: host ?? "" };
}

/** The least that has a connection for an old and a new version of an app with a pool of ten. */
const USUAL_DATABASE = {
  droplet: { 1: "db-s-1vcpu-1gb", 2: "db-s-1vcpu-2gb" },
  gce: { 1: "db-custom-1-3840", 2: "db-custom-1-3840" },
  gke: { 1: "db-custom-1-3840", 2: "db-custom-1-3840" },
} as const;

function readManaged(
  reader: ConfigReader,
  database: string,
  on: DatabaseHost,
): Pick<ManagedDatabase, "nodes" | "size"> {
  const nodes = reader.oneOf("databaseNodes", ["1", "2"]) === "2" ? 2 : 1;
  const size = reader.optional("databaseSize", SLUG, "the name of a size");
  if (on === "droplet" || on === "gce" || on === "gke") {
    return { nodes, size: size ?? USUAL_DATABASE[on][nodes] };
  }
  if (database === "managed") {
    reader.problem(
      `slipway:database is "managed", which a cloud runs beside a machine or a cluster that is made ` +
        `there, and slipway:${on === "existing" ? "cluster" : "host"} is "${on}". ` +
        'It can be "container", or "external" for one that is there already.',
      "pulumi config set database container",
    );
  }
  return { nodes, size: "" };
}

function readImages(reader: ConfigReader): Settings["images"] {
  const { postgres, nginx, lego, ingressController, cloudSqlProxy } = reader.entries(
    "images",
    (name, reference) => IMAGE_NAMES.includes(name) && IMAGE_REFERENCE.pattern.test(reference),
    `references of images, by the names ${IMAGE_NAMES.join(", ")}`,
  );
  return {
    postgres: postgres ?? "postgres:18.6",
    nginx: nginx ?? "nginx:1.30.6",
    lego: lego ?? "goacme/lego:v4.35.2",
    ingressController: ingressController ?? "nginx/nginx-ingress:5.5.4",
    cloudSqlProxy: cloudSqlProxy ?? "gcr.io/cloud-sql-connectors/cloud-sql-proxy:2.27.0",
  };
}

function readRegistry(reader: ConfigReader): Settings["registry"] {
  const server = reader.optional("registry", /^[\w.:/-]+$/, "the host of a registry");
  const username = reader.optional("registryUser", ONE_LINE, "a user of the registry");
  const password = reader.optionalSecret("registryPassword");
  if (server === undefined) return undefined;
  const why = "registry is set";
  if (username === undefined) reader.missing("registryUser", why, "NAME");
  if (password === undefined) reader.missingSecret("registryPassword", why, "");
  return { server, username: username ?? "", password: password ?? pulumi.secret("") };
}

/** Names that every app is given; see "The app's contract" in the README. */
const CONTRACT_NAMES = new Set(
  ["DATABASE_URL", "DB_PASSWORD", "APP_SECRET", "PREVIOUS_APP_SECRET"]
    .flatMap((name) => [name, `${name}_FILE`])
    .concat("PORT", "DB_HOST", "DB_PORT", "DB_NAME", "DB_USER")
    .concat("APP_VERSION", "APP_COMMIT", "APP_IMAGE"),
);

const STATIC_FILE = /^(?!\.)[\w-][\w./-]*\.html?$/;
const LETS_ENCRYPT = "https://acme-v02.api.letsencrypt.org/directory";
const IMAGE_NAMES = ["postgres", "nginx", "lego", "ingressController", "cloudSqlProxy"];
const URL_PATH = /^\/[\w./~%:@!$&'()*+,;=?-]*$/;
const FOLDER_PATH = /^\/[\w./-]*[\w-]$/;
const CERTIFICATE = /^-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----\s*$/;
const ONE_LINE = /^[^\n\r\0]+$/;
const PROCESS_NAME = /^[a-z][a-z0-9-]{0,30}$/;
const IDENTIFIER_RULE = "a lower-case letter or _, then letters, digits and _, at most 40";
const ROLE_RULE = `${IDENTIFIER_RULE}, and no administrator ("postgres", "doadmin", "cloudsql...")`;

const isHttps = (value: string) => /^https:\/\/[\w.:/-]+$/.test(value);
const isFilled = (value: string) => value !== "";
const isUrlPath = (value: string) => URL_PATH.test(value);
/** Clients and Nginx take `.` and `..` out of a path: nobody could ask for what is below such a one. */
const isPrefix = (value: string) => /^\/((?!\.{1,2}\/)[\w.~-]+\/)*$/.test(value);
const isIdentifier = (value: string) => /^[a-z_][a-z0-9_]{0,39}$/.test(value);
const isRoleName = (value: string) =>
  isIdentifier(value) && !/^(postgres|doadmin|cloudsql.*|pg_.*)$/.test(value);

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !pulumi.Output.isInstance(value)) {
    for (const child of Object.values(value)) deepFreeze(child);
    Object.freeze(value);
  }
  return value;
}
