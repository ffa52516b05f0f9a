import { existsSync, readdirSync, rmSync } from "node:fs";
import { type Arguments, watchedNamespaces } from "./arguments.ts";
import type { Api } from "./cluster/api.ts";
import type { ConfigMap, IngressClass, Secret } from "./cluster/objects.ts";
import type { Log } from "./log.ts";
import type { ConfigFiles } from "./nginx/config-files.ts";
import type { Tls } from "./nginx/model.ts";
import { DEFAULT_SERVER, FOLDERS } from "./nginx/places.ts";
import { certificateAndKey, tlsProblem } from "./nginx/secret-store.ts";
import { readConfigMap, unknownKeys } from "./rules/config-map.ts";
import { DEFAULT_SETTINGS, type Settings } from "./rules/settings.ts";

const CONTROLLER_NAME = "nginx.org/ingress-controller";

/** A resource without which the controller does not start. */
export async function needed<T>(api: Api, path: string, what: string): Promise<T> {
  try {
    return await api.get<T>(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${what}: ${reason}`, { cause: error });
  }
}

/** Nginx does not start beside the socket of one that was killed. */
export function removeOldSockets(): void {
  for (const name of readdirSync(FOLDERS.run).filter((file) => file.endsWith(".sock"))) {
    rmSync(`${FOLDERS.run}/${name}`);
  }
}

export async function requireIngressClass(api: Api, name: string): Promise<void> {
  const path = `/apis/networking.k8s.io/v1/ingressclasses/${name}`;
  const found = await needed<IngressClass>(api, path, `Error when getting IngressClass ${name}`);
  const { controller = "" } = found.spec;
  if (controller === CONTROLLER_NAME) return;
  throw new Error(
    `IngressClass with name ${name} has an invalid Spec.Controller ${controller}; expected ${CONTROLLER_NAME}`,
  );
}

export async function warnOfMissingNamespaces(
  api: Api,
  values: Arguments,
  log: Log,
): Promise<void> {
  if (values["watch-namespace-label"] !== "") return;
  for (const name of watchedNamespaces(values).filter((namespace) => namespace !== "")) {
    try {
      await needed(api, `/api/v1/namespaces/${name}`, `Error when getting Namespace ${name}`);
    } catch (error) {
      log.warning(String(error));
    }
  }
}

/** Without a Secret of its own, and without a file that the image may have, it ends every handshake. */
export async function defaultServerTls(api: Api, files: ConfigFiles, key: string): Promise<Tls> {
  const path = `${FOLDERS.secrets}/${DEFAULT_SERVER.secret}`;
  if (key === "") return { certificate: existsSync(path) ? path : undefined };
  const [namespace, name] = key.split("/");
  const what = `error trying to get the default server TLS secret ${key}`;
  const secretPath = `/api/v1/namespaces/${namespace}/secrets/${name}`;
  const secret = await needed<Secret>(api, secretPath, `${what}: could not find ${key}`);
  const problem = tlsProblem(secret);
  if (problem !== undefined) throw new Error(`${what}: ${key} is invalid: ${problem}`);
  return { certificate: files.writeSecret(DEFAULT_SERVER.secret, certificateAndKey(secret)) };
}

export async function initialSettings(api: Api, key: string): Promise<Settings> {
  if (key === "") return DEFAULT_SETTINGS;
  const [namespace, name] = key.split("/");
  const path = `/api/v1/namespaces/${namespace}/configmaps/${name}`;
  const { data = {} } = await needed<ConfigMap>(api, path, `Error when getting ${key}`);
  const unknown = unknownKeys(data);
  if (unknown.length === 0) return readConfigMap(data).settings;
  throw new Error(
    `ConfigMap ${key}: this stand-in for the controller lacks ${unknown.join(", ")}. ` +
      "Take them out, or use the real one",
  );
}
