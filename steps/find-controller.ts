/**
 * Prints the namespace of the ingress controller of another stack, with its arguments as JSON on standard input.
 * Fails where it serves that stack alone: nobody would ever answer for an Ingress of its class.
 */
import { text } from "node:stream/consumers";
import { NetworkingV1Api } from "@kubernetes/client-node";
import { CONTROLLER_NAMESPACE } from "../components/kubernetes/ingress-sharing.ts";
import { connect, isNotFound } from "./connection.ts";

interface Call {
  /** Path of the file. */
  readonly kubeconfig: string;
  readonly className: string;
  /** The stack that has it. */
  readonly servedBy: string;
}

const { kubeconfig, className, servedBy }: Call = JSON.parse(await text(process.stdin));
const namespace = await controllerNamespace();
if (namespace === undefined) {
  process.stderr.write(
    `The ingress controller of the class ${className} (slipway:ingressClass) serves the stack ${servedBy} alone, ` +
      `or a Slipway before this one brought it up. Let it serve others:\n` +
      `  pulumi config set ingressShared true -s ${servedBy}\n  ./slipway up -s ${servedBy}\n`,
  );
  process.exitCode = 1;
} else {
  process.stdout.write(namespace);
}

async function controllerNamespace(): Promise<string | undefined> {
  const networking = connect(kubeconfig).makeApiClient(NetworkingV1Api);
  try {
    const { metadata } = await networking.readIngressClass({ name: className });
    return metadata?.annotations?.[CONTROLLER_NAMESPACE];
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
