/** A kubeconfig that leads to an API server without TLS on this machine. */
export function kubeconfigFor(port: number): string {
  return JSON.stringify({
    "current-context": "it",
    clusters: [
      {
        name: "it",
        cluster: { server: `http://127.0.0.1:${port}`, "insecure-skip-tls-verify": true },
      },
    ],
    users: [{ name: "it", user: {} }],
    contexts: [{ name: "it", context: { cluster: "it", user: "it" } }],
  });
}
