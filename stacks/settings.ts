import type * as pulumi from "@pulumi/pulumi";
import type { DnsName } from "../components/dns-name.ts";
import type {
  ImageArchive,
  ImageReference,
  ImageSource,
  RegistryLogin,
} from "../components/docker/app-image.ts";
import type { Privileges } from "../components/docker/confinement.ts";
import type { StepProcess } from "../components/kubernetes/step-process.ts";
import type { TlsSettings } from "../components/nginx/names.ts";
import type { DatabaseSeed } from "../components/postgres/seed.ts";
import type { ReleaseRecord } from "../components/release-record.ts";
import type { Review } from "../components/review.ts";
import type { Command } from "../components/shell-command.ts";
import type { StackFiles } from "../components/stack-files.ts";

export interface BuildSettings {
  readonly appPath: string;
  readonly dockerfile: string;
  readonly target: string | undefined;
  readonly args: Readonly<Record<string, string>>;
  /** By the id of its mount. */
  readonly secrets: Readonly<Record<string, pulumi.Output<string>>>;
  readonly secretFiles: StackFiles;
}

export interface AppSettings {
  /** Reference of an image, or path of an archive; undefined builds one, or keeps the one that is live. */
  readonly image: string | undefined;
  readonly version: string | undefined;
  /** Whether an image is built where none is named. */
  readonly build: boolean;
  readonly port: number;
  readonly healthPath: string;
  readonly versionPath: string | undefined;
  readonly staticPath: string | undefined;
  readonly migrateCommand: Command | undefined;
  /** Other commands of the same image, by name. */
  readonly processes: Readonly<Record<string, Command>>;
  readonly env: Readonly<Record<string, string>>;
  /** What the team adds, by name. */
  readonly secrets: Readonly<Record<string, pulumi.Output<string>>>;
  readonly secretsAs: "files" | "env";
  readonly secret: pulumi.Output<string>;
  readonly previousSecret: pulumi.Output<string> | undefined;
  readonly replicas: number;
  /** Cores that one container may use; undefined is no limit. */
  readonly cpu: string | undefined;
  /** MiB that one container may use; undefined is no limit on a machine. */
  readonly memory: number | undefined;
  /** What is left of root's rights. */
  readonly privileges: Privileges;
  /** Whether the app can write to `/tmp` alone. */
  readonly readOnlyRoot: boolean;
}

export type HostSettings = LocalHost | SshHost | DropletHost | GceHost;

/** The engine of the machine that runs Pulumi. */
export interface LocalHost {
  readonly kind: "local";
}

/** A server that is there already. */
export interface SshHost {
  readonly kind: "ssh";
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /** Private key; undefined takes those that the user's ssh finds by itself, an agent's too. */
  readonly key: pulumi.Output<string> | undefined;
  /** Public host key, `TYPE BASE64`; undefined trusts what the user's known_hosts has. */
  readonly hostKey: string | undefined;
}

interface MadeHost {
  readonly region: string;
  readonly size: string;
  /** Image of a new machine. */
  readonly image: string;
  /** Networks that may reach sshd. */
  readonly sshSources: readonly string[];
  readonly dataGiB: number;
  /** The name that is to lead to the machine, where its zone is at the same cloud. */
  readonly dns: DnsName | undefined;
  /** Whether data and address survive a destroy. */
  readonly protect: boolean;
}

/** A droplet of DigitalOcean. */
export interface DropletHost extends MadeHost {
  readonly kind: "droplet";
  /** Undefined takes DIGITALOCEAN_TOKEN. */
  readonly token: pulumi.Output<string> | undefined;
}

/** A VM of Google Compute Engine. */
export interface GceHost extends MadeHost {
  readonly kind: "gce";
  readonly project: string;
  readonly zone: string;
}

export type DatabaseSettings = NoDatabase | ContainerDatabase | ManagedDatabase | ExternalDatabase;

export interface NoDatabase {
  readonly kind: "none";
}

export interface ContainerDatabase {
  readonly kind: "container";
  readonly name: string;
  /** Role that owns the database. */
  readonly user: string;
  readonly password: pulumi.Output<string>;
  /** MiB that its server may use. */
  readonly memory: number;
  readonly protect: boolean;
  /** How many of the dumps that precede migrations stay; with 0 none is taken. */
  readonly dumpsKept: number;
  /** What it begins with; undefined is nothing. */
  readonly seed: DatabaseSeed | undefined;
}

/** One that the cloud runs in which the machine or the cluster is made. */
export interface ManagedDatabase {
  readonly kind: "managed";
  readonly name: string;
  /** Role that owns the database. */
  readonly user: string;
  readonly password: pulumi.Output<string>;
  readonly size: string;
  readonly nodes: 1 | 2;
  readonly protect: boolean;
}

/** One that somebody else runs. */
export interface ExternalDatabase {
  readonly kind: "external";
  readonly host: string;
  readonly port: number;
  readonly name: string;
  /** Role that logs in. */
  readonly user: string;
  readonly password: pulumi.Output<string>;
  /** Certificate of its authority, PEM; undefined trusts the public ones. */
  readonly ca: string | undefined;
}

/** A cluster that somebody else runs. */
export interface ExistingCluster {
  readonly kind: "existing";
  readonly kubeconfig: pulumi.Output<string>;
  /** Address of its API server. */
  readonly server: string;
  /** Address at which the stack's first run found it; undefined before that. */
  readonly firstServer?: string | undefined;
}

/** A cluster of Google Kubernetes Engine that is made. */
export interface GkeCluster {
  readonly kind: "gke";
  readonly project: string;
  readonly region: string;
  /** Nodes of one's own in one zone; undefined leaves them to Google. */
  readonly zonal:
    | { readonly zone: string; readonly size: string; readonly count: number }
    | undefined;
  readonly login: "exec" | "token";
  /** Whether the cluster survives a destroy. */
  readonly protect: boolean;
}

export type ClusterSettings = ExistingCluster | GkeCluster;

export interface IngressSettings {
  /** The only host that is answered; undefined answers every one. */
  readonly domain: string | undefined;
  readonly tls: TlsSettings;
  /** Begins and ends with a slash. */
  readonly pathPrefix: string;
  /** Path that the static files are below, as the app sees it. */
  readonly staticPrefix: string;
  /** Static file that answers a page that the app does not know. */
  readonly staticFallback: string | undefined;
  readonly bodyMiB: number;
  readonly readSeconds: number;
  /** Rate by path: requests under it that one client may make, as Nginx writes it (`5r/m`). */
  readonly rateLimits: Readonly<Record<string, string>>;
  /** Networks of proxies in front, whose word on the client is believed. */
  readonly trustedProxies: readonly string[];
}

/** What an ingress of ours on a machine publishes. */
export interface PublishedSettings extends IngressSettings {
  readonly bindAddress: string;
  readonly httpPort: number;
  readonly httpsPort: number;
}

/** The stack on the same machine whose Nginx is the public one, and the host that it is to serve. */
export interface ServedBy {
  readonly stack: string;
  readonly domain: string;
}

interface EverySettings {
  readonly project: string;
  readonly stack: string;
  /** Whether other stacks, those for branches among them, are served by its ingress. */
  readonly ingressShared: boolean;
  /** Undefined for a stack that is not for a branch. */
  readonly review: Review | undefined;
  readonly build: BuildSettings;
  readonly app: AppSettings;
  readonly database: DatabaseSettings;
  readonly images: {
    readonly postgres: string;
    readonly nginx: string;
    readonly lego: string;
    readonly ingressController: string;
    readonly cloudSqlProxy: string;
  };
  /** How many releases' images, and static files, stay. */
  readonly imagesKept: number;
  readonly registry: RegistryLogin | undefined;
  readonly seconds: {
    readonly health: number;
    readonly migrate: number;
    readonly drain: number;
    /** For a machine to let somebody in, for a managed database to do so, for an authority to give a certificate. */
    readonly ready: number;
  };
}

export interface DockerSettings extends EverySettings {
  readonly target: "docker";
  readonly host: HostSettings;
  readonly ingress: PublishedSettings;
  /** Undefined brings a public Nginx of its own. */
  readonly ingressOf: ServedBy | undefined;
  readonly sshFiles: StackFiles;
}

export interface KubernetesSettings extends EverySettings {
  readonly target: "kubernetes";
  readonly cluster: ClusterSettings;
  readonly namespace: string;
  /** A controller answers for a host name alone. */
  readonly ingress: IngressSettings & { readonly domain: string };
  /** Class of a controller that is there; undefined brings one of the stack's own. */
  readonly ingressClass: string | undefined;
  /** Namespace of that controller's pods, where they alone may reach Nginx; undefined lets everybody. */
  readonly ingressNamespace: string | undefined;
  readonly ingressAnnotations: Readonly<Record<string, string>>;
  /** How many pods there may be under load; undefined never makes more. */
  readonly maxReplicas: number | undefined;
  /** User that the app runs as. */
  readonly userId: number;
  /** Networks outside of the cluster that the app may call. */
  readonly egress: readonly string[];
  readonly dataGiB: number;
  readonly storageClass: string | undefined;
  readonly kubeFiles: StackFiles;
  readonly runStep: StepProcess;
}

export type Settings = DockerSettings | KubernetesSettings;

/** A release that may be rolled back to. */
export type PreviousRelease = Pick<ReleaseRecord, "image" | "staticFolder">;

/** What is to be released. */
export interface AppRelease {
  /** An image that exists, an archive of one, or the folder that one is built from. */
  readonly from: ImageReference | ImageSource | ImageArchive;
  /** Name of the version, given to the app as APP_VERSION. */
  readonly version: string;
  /** Image that is taken back; undefined where this goes forward. */
  readonly rollbackOf: string | undefined;
  /** Where the image stands among those of the app, by whoever packed it; undefined where nobody said. */
  readonly sequence: number | undefined;
  /** The verified releases of other images, newest first, each image once. */
  readonly before: readonly PreviousRelease[];
  /** Whether the database is migrated first: an older image may not know what a newer one did. */
  readonly migrates: boolean;
}
