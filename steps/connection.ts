import { ApiException, KubeConfig } from "@kubernetes/client-node";

/** The cluster of a kubeconfig's current context. */
export function connect(kubeconfig: string): KubeConfig {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  return config;
}

export function isNotFound(error: unknown): boolean {
  return error instanceof ApiException && error.code === 404;
}
