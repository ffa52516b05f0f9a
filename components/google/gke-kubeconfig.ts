/** How to log in to a cluster, as a kubeconfig has it under `user`. */
export type KubeLogin =
  | { readonly exec: Readonly<Record<string, unknown>> }
  | { readonly tokenFile: string }
  | { readonly token: string };

/** Google's own command, which hands out the login that `gcloud` has. */
export const GCLOUD_LOGIN: KubeLogin = {
  exec: {
    apiVersion: "client.authentication.k8s.io/v1beta1",
    command: "gke-gcloud-auth-plugin",
    installHint:
      "It comes with `gcloud components install gke-gcloud-auth-plugin`; " +
      "`clusterLogin: token` does without.",
    interactiveMode: "Never",
    provideClusterInfo: true,
  },
};

/**
 * The text of a kubeconfig for a GKE cluster.
 *
 * @param endpoint its DNS endpoint, whose certificate is of a public authority, and not the cluster's own.
 */
export function gkeKubeconfig(endpoint: string, login: KubeLogin): string {
  const name = "gke";
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster: { server: `https://${endpoint}` } }],
    users: [{ name, user: login }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    "current-context": name,
  });
}
