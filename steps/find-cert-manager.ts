/**
 * Fails where nobody in the cluster would get a certificate, with its arguments as JSON on standard input: an
 * Issuer that no one knows is refused with words that do not say what is missing.
 */
import { text } from "node:stream/consumers";
import { CustomObjectsApi } from "@kubernetes/client-node";
import { connect, isNotFound } from "./connection.ts";

interface Call {
  /** Path of the file. */
  readonly kubeconfig: string;
}

const { kubeconfig }: Call = JSON.parse(await text(process.stdin));
const api = connect(kubeconfig).makeApiClient(CustomObjectsApi);

if (!(await knows("issuers"))) {
  process.stderr.write(
    'slipway:tls is "acme", which in a cluster is cert-manager\'s work, and cert-manager is not in this one.\n' +
      "Install it (https://cert-manager.io/docs/installation/) and run `up` again, or set slipway:tls to " +
      '"provided", with a certificate of your own, or "off".\n',
  );
  process.exitCode = 1;
}

async function knows(kind: string): Promise<boolean> {
  try {
    const { resources } = await api.getAPIResources({ group: "cert-manager.io", version: "v1" });
    return resources.some(({ name }) => name === kind);
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}
