/**
 * A trial of an Ingress, with its arguments as JSON on standard input. A controller takes a host off when it
 * rejects the Ingress: so another one, for a host that nobody asks for, carries the annotations first. Fails
 * with the controller's words where it rejects that.
 */
import { CoreV1Api, type CoreV1Event, NetworkingV1Api } from "@kubernetes/client-node";
import { connect, isNotFound } from "./connection.ts";
import { TRY_INGRESS } from "./definitions.ts";
import { receive } from "./receive.ts";
import { until } from "./until.ts";

const POLL_MILLISECONDS = 300;

const call = await receive(TRY_INGRESS);
const { namespace, name } = call;
const config = connect(call.kubeconfig);
const core = config.makeApiClient(CoreV1Api);
const networking = config.makeApiClient(NetworkingV1Api);

await remove();
const uid = await create();
try {
  const refusal = await heard(uid);
  if (refusal !== undefined) {
    process.stderr.write(
      `The ingress controller refuses the annotations of slipway:ingressAnnotations:\n` +
        `  ${refusal}\nThe Ingress is as it was.\n`,
    );
    process.exitCode = 1;
  }
} finally {
  await remove();
}

async function create(): Promise<string> {
  const backend = { service: { name: call.service, port: { name: "http" } } };
  const { metadata } = await networking.createNamespacedIngress({
    namespace,
    body: {
      metadata: { name, labels: call.labels, annotations: call.annotations },
      spec: {
        ingressClassName: call.className,
        rules: [
          {
            host: `${name}.invalid`,
            http: { paths: [{ path: "/", pathType: "Prefix", backend }] },
          },
        ],
      },
    },
  });
  return metadata?.uid ?? "";
}

/** @returns why the controller refuses it, or undefined where it takes it or says nothing. */
async function heard(uid: string): Promise<string | undefined> {
  const fieldSelector = `involvedObject.uid=${uid}`;
  const { items } = await until(
    () => core.listNamespacedEvent({ namespace, fieldSelector }),
    ({ items }) => items.length > 0,
    { seconds: call.seconds, milliseconds: POLL_MILLISECONDS },
  );
  return items.find(isRefusal)?.message;
}

/** A warning may be about something else, such as a Service that has no pods yet. */
function isRefusal({ type, reason = "" }: CoreV1Event): boolean {
  return type === "Warning" && /Reject|Error|Invalid|Fail/i.test(reason);
}

async function remove(): Promise<void> {
  try {
    await networking.deleteNamespacedIngress({ namespace, name });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
