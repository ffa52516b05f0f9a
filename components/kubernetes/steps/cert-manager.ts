import { CustomObjectsApi, type KubeConfig } from "@kubernetes/client-node";
import { isNotFound } from "./connection.ts";

/** Whether the cluster takes an Issuer of certificates. */
export async function knowsCertManager(config: KubeConfig): Promise<boolean> {
  const api = config.makeApiClient(CustomObjectsApi);
  try {
    const { resources } = await api.getAPIResources({ group: "cert-manager.io", version: "v1" });
    return resources.some(({ name }) => name === "issuers");
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}
