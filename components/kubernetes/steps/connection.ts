import { ApiException, KubeConfig } from "@kubernetes/client-node";

/** The cluster of a kubeconfig's current context. */
export function connect(kubeconfig: string): KubeConfig {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  return config;
}

/** The cluster at an address, with the login of a kubeconfig. */
export function connectTo(kubeconfig: string, server: string): KubeConfig {
  const config = connect(kubeconfig);
  config.clusters = config.clusters.map((cluster) => ({ ...cluster, server }));
  return config;
}

export function isNotFound(error: unknown): boolean {
  return error instanceof ApiException && error.code === 404;
}

export function isConflict(error: unknown): boolean {
  return error instanceof ApiException && error.code === 409;
}

function isForbidden(error: unknown): boolean {
  return error instanceof ApiException && error.code === 403;
}

/** Undefined where it is not there, or not for this login to see. */
export async function unlessHidden<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isNotFound(error) || isForbidden(error)) return undefined;
    throw error;
  }
}

/** Why a cluster could not be asked. */
export function reasonOf(error: unknown): string {
  if (error instanceof ApiException) return `it answers ${error.code}`;
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
