import * as pulumi from "@pulumi/pulumi";
import type { AppSettings, BuildSettings, Settings } from "../../../stacks/settings.ts";
import { stackFiles } from "../../stack-files.ts";
import type { Context } from "./context.ts";

export function appOf({ values }: Context): AppSettings {
  const { previousAppSecret } = values;
  return {
    image: values.image,
    version: values.version,
    build: values.build,
    port: values.appPort,
    healthPath: values.healthPath,
    versionPath: values.versionPath,
    staticPath: values.staticPath,
    migrateCommand: values.migrateCommand,
    processes: values.processes,
    env: values.appEnv,
    secrets: secretsOf(values.appSecrets),
    secretsAs: values.secretsAs,
    secret: pulumi.secret(values.appSecret ?? ""),
    previousSecret: previousAppSecret === undefined ? undefined : pulumi.secret(previousAppSecret),
    replicas: values.replicas,
    cpu: values.cpu,
    memory: values.memory,
    privileges: values.privileges,
    readOnlyRoot: values.readOnlyRoot,
  };
}

export function buildOf({ values, facts }: Context): BuildSettings {
  return {
    appPath: values.appPath,
    dockerfile: values.dockerfile,
    target: values.buildTarget,
    args: values.buildArgs,
    secrets: secretsOf(values.buildSecrets),
    secretFiles: stackFiles("build", facts.stack),
  };
}

export function registryOf({ values }: Context): Settings["registry"] {
  const { registry: server, registryUser: username = "", registryPassword = "" } = values;
  if (server === undefined) return undefined;
  return { server, username, password: pulumi.secret(registryPassword) };
}

/** Each by its name. */
const secretsOf = (values: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, pulumi.secret(value)]));
