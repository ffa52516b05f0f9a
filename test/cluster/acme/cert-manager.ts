import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  ApiextensionsV1Api,
  KubeConfig,
  loadYaml,
  type V1CustomResourceDefinition,
} from "@kubernetes/client-node";
import { knowsCertManager } from "../../../components/kubernetes/steps/cert-manager.ts";
import type { Cluster } from "../../../offline/testing/cluster/index.ts";
import { docker } from "../../e2e/clone.ts";
import { until } from "../../e2e/until.ts";
import type { CertManagerPrograms } from "./build-cert-manager.ts";

const SOLVER = "slipway-cluster-test/acme-solver:test";

/**
 * The real cert-manager at work in a cluster of tests: its kinds, its solver in pods, and its controllers as a
 * process of this machine, which reaches the API server and the load balancers as one in a pod would.
 */
export class CertManager {
  readonly #folder: string;
  readonly #controllers: ChildProcess;

  private constructor(folder: string, controllers: ChildProcess) {
    this.#folder = folder;
    this.#controllers = controllers;
  }

  /** @param nameServer whom it asks where a host name leads to, before it sends the authority there. */
  static async start(
    cluster: Cluster,
    programs: CertManagerPrograms,
    nameServer: string,
  ): Promise<CertManager> {
    const config = new KubeConfig();
    config.loadFromString(cluster.kubeconfig);
    await define(config.makeApiClient(ApiextensionsV1Api), programs.definitions);
    await until(() => knowsCertManager(config), "the cluster knows cert-manager", 30);
    const folder = mkdtempSync(join(tmpdir(), "slipway-cert-manager-"));
    const solver = await pushSolver(cluster, programs.folder, folder);
    const kubeconfig = join(folder, "kubeconfig");
    writeFileSync(kubeconfig, cluster.kubeconfig, { mode: 0o600 });
    const controllers = spawn(
      join(programs.folder, "controllers"),
      [kubeconfig, solver, nameServer],
      { stdio: "ignore" },
    );
    return new CertManager(folder, controllers);
  }

  /** Its kinds stay, as after `helm uninstall`. */
  async stop(): Promise<void> {
    if (this.#controllers.exitCode === null) {
      this.#controllers.kill("SIGTERM");
      await once(this.#controllers, "close");
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

async function define(api: ApiextensionsV1Api, folder: string): Promise<void> {
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".yaml"))) {
    const text = readFileSync(join(folder, file), "utf8");
    await api.createCustomResourceDefinition({ body: loadYaml<V1CustomResourceDefinition>(text) });
  }
}

async function pushSolver(cluster: Cluster, programs: string, folder: string): Promise<string> {
  const dockerfile = `FROM scratch
COPY solver /solver
USER 65532:65532
ENTRYPOINT ["/solver"]
`;
  copyFileSync(join(programs, "solver"), join(folder, "solver"));
  writeFileSync(join(folder, "Dockerfile"), dockerfile);
  docker("build", "--quiet", "--tag", SOLVER, folder);
  try {
    return await cluster.registry.push(SOLVER, "acme-solver");
  } finally {
    docker("image", "rm", "--no-prune", SOLVER);
  }
}
