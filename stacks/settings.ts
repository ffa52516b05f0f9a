import type * as pulumi from "@pulumi/pulumi";
import type { DnsName } from "../components/dns-name.ts";
import type {
  ImageArchive,
  ImageReference,
  ImageSource,
  RegistryLogin,
} from "../components/docker/app-image.ts";
import type { TlsSettings } from "../components/docker/nginx-conf.ts";
import type { SshFiles } from "../components/machine/ssh-connection.ts";

export interface BuildSettings {
  readonly appPath: string;
  readonly dockerfile: string;
  readonly target: string | undefined;
  readonly args: Readonly<Record<string, string>>;
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
  readonly migrateCommand: string | undefined;
  /** Other commands of the same image, by name. */
  readonly processes: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  /** What the team adds, by name. */
  readonly secrets: Readonly<Record<string, pulumi.Output<string>>>;
  readonly secretsAs: "files" | "env";
  readonly secret: pulumi.Output<string>;
  readonly previousSecret: pulumi.Output<string> | undefined;
  readonly replicas: number;
  /** Cores that one container may use; undefined is no limit. */
  readonly cpu: string | undefined;
  /** MiB that one container may use; undefined is no limit. */
  readonly memory: number | undefined;
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
  readonly protect: boolean;
}

/** One that the cloud runs in which the machine is made. */
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

export interface IngressSettings {
  readonly bindAddress: string;
  readonly httpPort: number;
  readonly httpsPort: number;
  /** The only host that is answered; undefined answers every one. */
  readonly domain: string | undefined;
  readonly tls: TlsSettings;
  /** Begins and ends with a slash. */
  readonly pathPrefix: string;
  readonly bodyMiB: number;
  readonly readSeconds: number;
  /** Rate by path: requests under it that one client may make, as Nginx writes it (`5r/m`). */
  readonly rateLimits: Readonly<Record<string, string>>;
  /** Networks of proxies in front, whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[];
}

export interface Settings {
  readonly project: string;
  readonly stack: string;
  readonly target: "docker";
  readonly host: HostSettings;
  readonly ingress: IngressSettings;
  readonly build: BuildSettings;
  readonly app: AppSettings;
  readonly database: DatabaseSettings;
  readonly images: {
    readonly postgres: string;
    readonly nginx: string;
    readonly lego: string;
    readonly cloudSqlProxy: string;
  };
  /** How many releases' images stay on the machine. */
  readonly imagesKept: number;
  readonly registry: RegistryLogin | undefined;
  readonly sshFiles: SshFiles;
  readonly seconds: {
    readonly health: number;
    readonly migrate: number;
    readonly drain: number;
    /** For a machine to let somebody in, and for Docker to answer there. */
    readonly ready: number;
  };
}

/** What is to be released. */
export interface AppRelease {
  /** An image that exists, an archive of one, or the folder that one is built from. */
  readonly from: ImageReference | ImageSource | ImageArchive;
  /** Name of the version, given to the app as APP_VERSION. */
  readonly version: string;
  /** Image that is taken back; undefined where this goes forward. */
  readonly rollbackOf: string | undefined;
  /** Whether the database is migrated first: an older image may not know what a newer one did. */
  readonly migrates: boolean;
}
