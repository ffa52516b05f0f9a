import { PassThrough } from "node:stream";
import type { KubeConfig, V1Pod } from "@kubernetes/client-node";
import { HTTP_PROBE, WRONG_ANSWER } from "../../http-probe.ts";
import { exec } from "./exec.ts";
import { isPodReady } from "./pods.ts";

interface Asked {
  readonly namespace: string;
  /** Pods of the app, and of Nginx in front of it, which may send it requests. */
  readonly app: readonly V1Pod[];
  readonly front: readonly V1Pod[];
}

/**
 * What an app that does not get healthy answers when it is asked as the kubelet asks, which tells no more than
 * the status; undefined where nothing is answered, or nobody can ask.
 */
export async function healthAnswer(config: KubeConfig, asked: Asked): Promise<string | undefined> {
  const [front] = asked.front.filter(isPodReady);
  const [app] = asked.app.filter((pod) => !isPodReady(pod) && pod.status?.podIP !== undefined);
  const question = app && questionTo(app);
  if (front === undefined || question === undefined) return undefined;
  const output = new PassThrough();
  let printed = "";
  output.setEncoding("utf8").on("data", (text: string) => {
    printed += text;
  });
  const where = { namespace: asked.namespace, pod: nameOf(front), container: "nginx" };
  const command = ["sh", "-euc", HTTP_PROBE, "sh", question.url, "", "1", ...question.options];
  const streams = { input: null, output, errors: output };
  const { code } = await exec(config, where, command, streams).catch(() => ({ code: 1 }));
  return code === WRONG_ANSWER
    ? `Asked for ${question.url}, it answers: ${printed.trim()}`
    : undefined;
}

function questionTo({ spec, status }: V1Pod) {
  const container = spec?.containers.find(({ name }) => name === "app");
  const { path, httpHeaders = [] } = container?.startupProbe?.httpGet ?? {};
  if (path === undefined) return undefined;
  const headers = httpHeaders.flatMap(({ name, value }) => ["--header", `${name}: ${value}`]);
  return {
    url: `http://${status?.podIP}:${container?.ports?.[0]?.containerPort}${path}`,
    options: ["--max-time", "5", ...headers],
  };
}

const nameOf = ({ metadata }: V1Pod) => metadata?.name ?? "";
