/**
 * Puts a label on a namespace (`on`), or takes it away (`off`) where it has that value, with its arguments as JSON
 * on standard input. The namespace may be gone by then, the cluster, or in another clone the file.
 */
import { ApiException, CoreV1Api, PatchStrategy, setHeaderOptions } from "@kubernetes/client-node";
import { connect, isNotFound, reasonOf } from "./connection.ts";
import { LABEL_NAMESPACE } from "./definitions.ts";
import { receive } from "./receive.ts";

const { kubeconfig, namespace, label, value } = await receive(LABEL_NAMESPACE);
await (process.argv[2] === "off" ? takeAway() : set(client(), value));

function client(): CoreV1Api {
  return connect(kubeconfig).makeApiClient(CoreV1Api);
}

/** @param text null removes it. */
async function set(core: CoreV1Api, text: string | null): Promise<void> {
  await core.patchNamespace(
    { name: namespace, body: { metadata: { labels: { [label]: text } } } },
    setHeaderOptions("Content-Type", PatchStrategy.MergePatch),
  );
}

async function takeAway(): Promise<void> {
  try {
    const core = client();
    const { metadata } = await core.readNamespace({ name: namespace });
    if (metadata?.labels?.[label] === value) await set(core, null);
  } catch (error) {
    if (isNotFound(error)) return;
    if (error instanceof ApiException) throw error;
    process.stderr.write(
      `The cluster can't be asked (${reasonOf(error)}): the label ${label} stays on the namespace ${namespace}.\n`,
    );
  }
}
