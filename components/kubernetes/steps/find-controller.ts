/**
 * Prints the namespace of the ingress controller of another stack, with its arguments as JSON on standard input.
 * Fails where it serves that stack alone: nobody would ever answer for an Ingress of its class.
 */
import { NetworkingV1Api, type V1IngressClass } from "@kubernetes/client-node";
import { CONTROLLER_NAMESPACE } from "../ingress-sharing.ts";
import { connect, isNotFound } from "./connection.ts";
import { FIND_CONTROLLER } from "./definitions.ts";
import { receive } from "./receive.ts";

const { kubeconfig, className, servedBy } = await receive(FIND_CONTROLLER);
const ingressClass = await readClass();
const namespace = ingressClass?.metadata?.annotations?.[CONTROLLER_NAMESPACE];
if (ingressClass !== undefined && ingressClass.metadata?.labels?.["slipway.stack"] !== servedBy) {
  process.stderr.write(
    `The ingress class ${className} (slipway:ingressClass) is no class of Slipway's, but its name says that the ` +
      `stack ${servedBy} has it. Give the class another name, or use another one:\n` +
      "  pulumi config set ingressClass NAME\n",
  );
  process.exitCode = 1;
} else if (namespace === undefined) {
  process.stderr.write(
    `The ingress controller of the class ${className} (slipway:ingressClass) serves the stack ${servedBy} alone, ` +
      `or a Slipway before this one brought it up. Let it serve others:\n` +
      `  pulumi config set ingressShared true -s ${servedBy}\n  ./slipway up -s ${servedBy}\n`,
  );
  process.exitCode = 1;
} else {
  process.stdout.write(namespace);
}

async function readClass(): Promise<V1IngressClass | undefined> {
  const networking = connect(kubeconfig).makeApiClient(NetworkingV1Api);
  try {
    return await networking.readIngressClass({ name: className });
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
