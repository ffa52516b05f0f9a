import {
  CoreV1Api,
  type KubeConfig,
  PatchStrategy,
  setHeaderOptions,
  type V1Node,
} from "@kubernetes/client-node";

/** As a cloud tells its cluster that a machine is off, long before a node is missed. */
const ANNOTATION = "slipway.test/power";
const OFF = "off";

/** Another text after each boot; undefined before the node has ever been off. */
export function powerOf({ metadata }: V1Node): string | undefined {
  return metadata?.annotations?.[ANNOTATION];
}

export function isOff(node: V1Node): boolean {
  return powerOf(node) === OFF;
}

export async function sayOff(config: KubeConfig, node: string): Promise<void> {
  await say(config, node, OFF);
}

export async function sayOn(config: KubeConfig, node: string): Promise<void> {
  await say(config, node, `on since ${new Date().toISOString()}`);
}

async function say(config: KubeConfig, name: string, power: string): Promise<void> {
  const body = { metadata: { annotations: { [ANNOTATION]: power } } };
  const asMerge = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);
  await config.makeApiClient(CoreV1Api).patchNode({ name, body }, asMerge);
}
