import { existsSync, readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type Docker from "dockerode";

/** One entry of the provider's `registryAuth`. */
export interface RegistryLogin {
  readonly address: string;
  readonly username?: string;
  readonly password?: string;
  readonly configFile?: string;
  readonly configFileContent?: string;
  readonly authDisabled?: boolean;
}

/** Logins by the host name of the registry. */
export function registryAuth(
  logins: readonly RegistryLogin[],
): ReadonlyMap<string, Docker.AuthConfig> {
  return new Map(
    logins.map((login) => {
      const host = hostOf(login.address);
      const scheme = login.address.startsWith("http://") ? "http" : "https";
      return [host, { ...credentials(login, host), serveraddress: `${scheme}://${host}` }];
    }),
  );
}

function hostOf(address: string): string {
  return address.replace(/^https?:\/\//, "").split("/", 1)[0] ?? "";
}

interface Credentials {
  readonly username: string;
  readonly password: string;
}

function credentials(login: RegistryLogin, host: string): Credentials {
  if (login.authDisabled) {
    // Engines want some credentials even where the registry wants none.
    return { username: "username", password: "password" };
  }
  const username = login.username ?? process.env["DOCKER_REGISTRY_USER"] ?? "";
  if (username !== "") {
    return { username, password: login.password ?? process.env["DOCKER_REGISTRY_PASS"] ?? "" };
  }
  return fromConfigFile(login.configFileContent ?? readConfigFile(login.configFile), host);
}

function readConfigFile(configured: string | undefined): string {
  const path = (configured ?? defaultConfigFile()).replace(/^~(?=\/)/, homedir());
  if (!existsSync(path)) {
    throw new Error(
      "Error loading registry auth config: could not open config file from filePath: " +
        `${path}. Error: open ${path}: no such file or directory`,
    );
  }
  return readFileSync(path, "utf8");
}

function defaultConfigFile(): string {
  const configured = process.env["DOCKER_CONFIG"];
  if (!configured) {
    return "~/.docker/config.json";
  }
  const isFolder = statSync(configured, { throwIfNoEntry: false })?.isDirectory();
  return isFolder ? join(configured, "config.json") : configured;
}

interface ConfigFile {
  readonly auths?: Readonly<Record<string, { readonly auth?: string }>>;
  readonly credsStore?: string;
  readonly credHelpers?: Readonly<Record<string, string>>;
}

function fromConfigFile(content: string, host: string): Credentials {
  const config = JSON.parse(content) as ConfigFile;
  if (config.credsStore !== undefined || config.credHelpers?.[host] !== undefined) {
    throw new Error(
      `Error loading registry auth config: the stand-in for the docker plugin runs no credential ` +
        `helpers; give username and password for ${host}`,
    );
  }
  const entry = Object.entries(config.auths ?? {}).find(([address]) => hostOf(address) === host);
  const [username = "", ...password] = Buffer.from(entry?.[1].auth ?? "", "base64")
    .toString()
    .split(":");
  return { username, password: password.join(":") };
}
