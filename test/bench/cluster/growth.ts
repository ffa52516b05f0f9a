import type { Cluster } from "../../../offline/testing/cluster/index.ts";
import { setConfig } from "../../e2e/config.ts";
import type { BenchRun } from "../bench-run.ts";
import { median, spread } from "../spread.ts";
import { table } from "../table.ts";
import { BenchStack } from "./bench-stack.ts";
import { timed } from "./measure.ts";

interface Growing {
  readonly name: string;
  readonly sizes: readonly number[];
  readonly settings: (size: number) => Record<string, string>;
}

const GROWING: readonly Growing[] = [
  {
    name: "replicas",
    sizes: [1, 10, 50],
    settings: (size) => ({ replicas: String(size), processes: "{}" }),
  },
  {
    name: "processes",
    sizes: [1, 10, 50],
    settings: (size) => ({ replicas: "1", processes: processes(size) }),
  },
];

/** How long the first preview of a stack takes, by how much there is in it. It does not ask the cluster. */
export async function benchGrowth(
  cluster: Pick<Cluster, "kubeconfig" | "registry">,
  { repetitions = 3, leftovers, signal }: BenchRun,
): Promise<string> {
  const stack = await BenchStack.make(cluster, leftovers);
  setConfig(stack.clone, { image: "registry.example.org/app:1" });
  const rows: string[][] = [];
  for (const { name, sizes, settings } of GROWING) {
    const medians: number[] = [];
    for (const size of sizes) {
      setConfig(stack.clone, settings(size));
      const seconds: number[] = [];
      for (let turn = 0; turn < repetitions; turn++) {
        signal.throwIfAborted();
        seconds.push(await timed(() => preview(stack)));
      }
      medians.push(median(seconds));
      const ratio = (median(seconds) / (medians[0] ?? 0)).toFixed(2);
      rows.push([`${size} ${name}`, spread(seconds, 2), ratio]);
    }
  }
  return table(["first preview with", "seconds", "to the first"], rows);
}

async function preview({ clone }: BenchStack): Promise<void> {
  const { code, output } = await clone.pulumi(["preview", "--non-interactive"]);
  if (code !== 0) throw new Error(output);
}

function processes(count: number): string {
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  return JSON.stringify(Object.fromEntries(numbers.map((one) => [`worker-${one}`, "sleep 1d"])));
}
