import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { KubernetesObject } from "@kubernetes/client-node";
import { ensureClusterBinaries } from "../../../offline/testing/cluster/binaries/index.ts";
import { stackObjects } from "../../cluster/checkers/stack-objects.ts";
import type { Leftovers } from "../leftovers.ts";
import type { BenchStack } from "./bench-stack.ts";

const execute = promisify(execFile);

/** What rolls out, in the order of their names. */
const DEPLOYMENTS = ["deployment/front", "deployment/web"];

/** The objects of a stack in a namespace beside it, as kubectl brings them there. */
export class Kubectl {
  readonly namespace: string;
  readonly #program: string;
  readonly #folder: string;
  readonly #manifests: string;
  /** That the manifests were read with. */
  readonly #image: string;

  private constructor(
    args: Record<"namespace" | "program" | "folder" | "manifests" | "image", string>,
  ) {
    this.namespace = args.namespace;
    this.#program = args.program;
    this.#folder = args.folder;
    this.#manifests = args.manifests;
    this.#image = args.image;
  }

  /** @param image which the stack has now. */
  static async make(stack: BenchStack, image: string, leftovers: Leftovers): Promise<Kubectl> {
    const folder = mkdtempSync(join(tmpdir(), "slipway-bench-"));
    leftovers.add(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, "kubeconfig"), stack.config.exportConfig(), { mode: 0o600 });
    const namespace = `kubectl-${stack.clone.stack}`;
    const items = (await stackObjects(stack)).filter(isOfTheApp).map(withoutItsOwn);
    const list = JSON.stringify({ apiVersion: "v1", kind: "List", items });
    const manifests = list.replaceAll(stack.namespace, namespace);
    const program = join(await ensureClusterBinaries(console.error), "kubectl");
    return new Kubectl({ namespace, program, folder, manifests, image });
  }

  /** Applies the manifests with an image, and waits until it is rolled out. */
  async release(image: string): Promise<void> {
    await this.apply(image);
    const where = ["--namespace", this.namespace, "--timeout=300s"];
    for (const one of DEPLOYMENTS) await this.#run(["rollout", "status", one, ...where]);
  }

  async apply(image: string): Promise<void> {
    await this.#run(["apply", "--filename", this.#file(image)]);
  }

  /** What an apply would change; fails where that is anything. */
  async diff(image: string): Promise<void> {
    await this.#run(["diff", "--filename", this.#file(image)]);
  }

  #file(image: string): string {
    const file = join(this.#folder, "objects.json");
    writeFileSync(file, this.#manifests.replaceAll(this.#image, image), { mode: 0o600 });
    return file;
  }

  async #run(args: string[]): Promise<void> {
    const env = { ...process.env, KUBECONFIG: join(this.#folder, "kubeconfig") };
    await execute(this.#program, args, { env });
  }
}

/** Not the stack's own controller, of which a cluster has no second one by the same names, and no Job. */
function isOfTheApp({ kind = "", metadata }: KubernetesObject): boolean {
  if (kind === "Namespace") return true;
  const ofController = metadata?.labels?.["slipway.role"] === "ingress";
  return metadata?.namespace !== undefined && !ofController && kind !== "Job" && kind !== "Ingress";
}

/** An address is of one Service, and each Deployment counts for itself. */
function withoutItsOwn(object: KubernetesObject & { spec?: object }): KubernetesObject {
  const { metadata = {}, spec = {} } = object;
  const annotations = without(metadata.annotations ?? {}, "deployment.kubernetes.io/");
  const open = object.kind === "Service" ? { spec: without(spec, "clusterIP") } : {};
  return { ...object, metadata: { ...metadata, annotations }, ...open } as KubernetesObject;
}

function without<T extends object>(all: T, beginning: string): Partial<T> {
  const kept = Object.entries(all).filter(([key]) => !key.startsWith(beginning));
  return Object.fromEntries(kept) as Partial<T>;
}
