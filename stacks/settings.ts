import type * as pulumi from "@pulumi/pulumi";
import type { ImageReference, ImageSource } from "../components/app-image.ts";

export interface BuildSettings {
  readonly appPath: string;
  readonly dockerfile: string;
  readonly target: string | undefined;
  readonly args: Readonly<Record<string, string>>;
}

export interface AppSettings {
  /** Reference of an image that exists; undefined builds one. */
  readonly image: string | undefined;
  readonly version: string | undefined;
  readonly port: number;
  readonly healthPath: string;
  readonly versionPath: string | undefined;
  readonly staticPath: string | undefined;
  readonly migrateCommand: string | undefined;
  readonly env: Readonly<Record<string, string>>;
  readonly secretsAs: "files" | "env";
  readonly secret: pulumi.Output<string>;
  readonly previousSecret: pulumi.Output<string> | undefined;
}

export interface DatabaseSettings {
  readonly name: string;
  readonly user: string;
  readonly password: pulumi.Output<string>;
  readonly protect: boolean;
}

export interface Settings {
  readonly project: string;
  readonly stack: string;
  readonly target: "docker";
  readonly host: "local";
  readonly ingress: { readonly httpPort: number; readonly bindAddress: string };
  readonly build: BuildSettings;
  readonly app: AppSettings;
  readonly database: DatabaseSettings;
  readonly images: { readonly postgres: string; readonly nginx: string };
  readonly seconds: { readonly health: number; readonly migrate: number; readonly drain: number };
}

/** What is to be released. */
export interface AppRelease {
  /** An image that exists, or the folder that one is built from. */
  readonly from: ImageReference | ImageSource;
  /** Name of the version, given to the app as APP_VERSION. */
  readonly version: string;
}
