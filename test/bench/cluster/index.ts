import { ensureOfflineImages, offlineImages } from "../../../offline/images/index.ts";
import { type StartedCluster, startCluster } from "../../../offline/testing/cluster/index.ts";
import { say, step } from "../../../ops/progress.ts";
import { chosenTools } from "../../../ops/tools.ts";
import type { BenchRun } from "../bench-run.ts";
import type { Leftovers } from "../leftovers.ts";
import { measureRun } from "../no-op/measure.ts";
import { spread } from "../spread.ts";
import { table } from "../table.ts";
import { BenchStack } from "./bench-stack.ts";
import { benchGrowth } from "./growth.ts";
import { Kubectl } from "./kubectl.ts";
import { type MeasuredRollOut, measureRollOut, timed } from "./measure.ts";

interface Scene {
  readonly stack: BenchStack;
  readonly kubectl: Kubectl;
  /** Both have the first. */
  readonly images: readonly [string, string];
}

/**
 * Releases, runs that change nothing and previews that grow, on a cluster; beside kubectl with the same manifests.
 *
 * @returns what could not be measured.
 */
export async function benchCluster(run: BenchRun): Promise<readonly string[]> {
  const cluster = await step("Starting a cluster", () => start(run.leftovers));
  const scene = await step("Making a stack on it", () => prepare(cluster, run.leftovers));
  await benchRollOuts(scene, run);
  await benchNothingToDo(scene, run);
  print("A first preview that grows", await benchGrowth(cluster, run));
  return [];
}

async function start(leftovers: Leftovers): Promise<StartedCluster> {
  const cluster = await startCluster(say);
  leftovers.add(() => cluster.dispose());
  if (chosenTools().images === "offline") {
    const { nginx, node, ingressController } = offlineImages;
    await ensureOfflineImages(say, undefined, [ingressController]);
    for (const image of [nginx, node, ingressController]) await cluster.load(image);
  }
  return cluster;
}

async function prepare(cluster: StartedCluster, leftovers: Leftovers): Promise<Scene> {
  const stack = await BenchStack.make(cluster, leftovers);
  const images = [await stack.image("one"), await stack.image("two")] as const;
  await stack.release(images[0]);
  const kubectl = await Kubectl.make(stack, images[0], leftovers);
  await kubectl.release(images[0]);
  // So that neither has to fetch an image while it is measured.
  for (const image of images.toReversed()) {
    await stack.release(image);
    await kubectl.release(image);
  }
  return { stack, kubectl, images };
}

async function benchRollOuts({ stack, kubectl, images }: Scene, run: BenchRun): Promise<void> {
  const { repetitions = 3, signal } = run;
  const [first, second] = images;
  const ways = [
    { name: "Slipway, `pulumi up`", namespace: stack.namespace, to: stack },
    {
      name: "`kubectl apply` and `kubectl rollout status`",
      namespace: kubectl.namespace,
      to: kubectl,
    },
  ];
  const measured = ways.map((): MeasuredRollOut[] => []);
  let image = first;
  for (let turn = 1; turn <= repetitions; turn++) {
    image = image === first ? second : first;
    for (const [index, { name, namespace, to }] of ways.entries()) {
      signal.throwIfAborted();
      const result = await step(`${name}, ${turn} of ${repetitions}`, () =>
        measureRollOut(stack.core, namespace, image, () => to.release(image)),
      );
      measured[index]?.push(result);
    }
  }
  // What is measured next begins with the first again.
  if (image !== first) for (const { to } of ways) await to.release(first);

  const of = (index: number, figure: keyof MeasuredRollOut) =>
    (measured[index] ?? []).map((one) => one[figure]);
  const rows = ways.map(({ name }, index) => [
    name,
    spread(of(index, "pods"), 1),
    spread(of(index, "command"), 1),
  ]);
  const head = ["way", "all pods are new, s", "command ends, s"];
  print("A release on a cluster", table(head, rows));
}

async function benchNothingToDo(scene: Scene, { repetitions = 5, signal }: BenchRun) {
  const { stack, kubectl, images } = scene;
  const [image] = images;
  const ways: Record<string, () => Promise<number>> = {
    "Slipway, `pulumi up`": async () => (await measureRun(stack.program, "up")).seconds,
    "`kubectl apply` and `kubectl rollout status`": () => timed(() => kubectl.release(image)),
    "Slipway, `pulumi preview`": async () => (await measureRun(stack.program, "preview")).seconds,
    "`kubectl diff`": () => timed(() => kubectl.diff(image)),
  };
  const measured = new Map(Object.keys(ways).map((name): [string, number[]] => [name, []]));
  // The first turn fills the caches of the machine, and does not count.
  for (let turn = 0; turn <= repetitions; turn++) {
    for (const [name, measure] of Object.entries(ways)) {
      signal.throwIfAborted();
      const seconds = await measure();
      if (turn > 0) measured.get(name)?.push(seconds);
    }
  }
  const rows = [...measured].map(([name, seconds]) => [name, spread(seconds, 2)]);
  print("Nothing to change on a cluster", table(["way", "seconds"], rows));
}

function print(title: string, text: string): void {
  process.stdout.write(`\n${title}:\n\n${text}\n\n`);
}
