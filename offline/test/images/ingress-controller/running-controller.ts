import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { bridgeAddress } from "../../../../test/hosts/bridge-address.ts";
import { offlineImages } from "../../../images/index.ts";
import { FakeApiServer } from "./fake-api-server.ts";
import { CONTROLLER_NAMESPACE } from "./resources.ts";

const POD = "controller-1";
const ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";
const WRITABLE = ["/etc/nginx", "/var/cache/nginx", "/var/lib/nginx", "/var/log/nginx"];
const DEADLINE_MS = 20_000;

const USUAL_ARGUMENTS = [
  `-nginx-configmaps=${CONTROLLER_NAMESPACE}/nginx-config`,
  "-enable-custom-resources=false",
  "-external-service=controller",
  "-report-ingress-status",
];

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** The image, as a pod of a Deployment would run it, before an API server of this process. */
export class RunningController {
  readonly api: FakeApiServer;
  readonly address: string;
  readonly id: string;
  readonly #folder: string;

  private constructor(api: FakeApiServer, id: string, address: string, folder: string) {
    this.api = api;
    this.id = id;
    this.address = address;
    this.#folder = folder;
  }

  static async start(
    objects: readonly object[],
    options: { label: string; args?: readonly string[] },
  ): Promise<RunningController> {
    const folder = mkdtempSync(join(tmpdir(), `${options.label}-`));
    const gateway = bridgeAddress();
    const certificate = selfSigned(folder, `IP:${gateway}`);
    const account = join(folder, "account");
    mkdirSync(account);
    writeFileSync(join(account, "ca.crt"), certificate.cert);
    writeFileSync(join(account, "token"), "a token");
    chmodSync(folder, 0o755);

    const api = new FakeApiServer(certificate);
    for (const object of [...clusterObjects(), ...objects]) api.put(object);
    const port = await api.listen(gateway);
    const id = docker(
      ...["run", "--detach", "--label", `slipway.test=${options.label}`],
      ...["--read-only", "--user", "101", "--cap-drop", "ALL", "--cap-add", "NET_BIND_SERVICE"],
      ...["--volume", `${account}:${ACCOUNT}:ro`],
      ...["--env", `KUBERNETES_SERVICE_HOST=${gateway}`],
      ...["--env", `KUBERNETES_SERVICE_PORT=${port}`],
      ...["--env", `POD_NAMESPACE=${CONTROLLER_NAMESPACE}`, "--env", `POD_NAME=${POD}`],
      // Docker fills a new volume with what the image has there, as the init container of a pod does.
      ...WRITABLE.flatMap((path) => ["--mount", `type=volume,destination=${path}`]),
      ...[offlineImages.ingressController, ...USUAL_ARGUMENTS, ...(options.args ?? [])],
    );
    const address = docker("inspect", "--format", "{{.NetworkSettings.IPAddress}}", id);
    return new RunningController(api, id, address, folder);
  }

  /** What it has to say. */
  logs(): string {
    const { stdout, stderr } = spawnSync("docker", ["logs", this.id], { encoding: "utf8" });
    return stdout + stderr;
  }

  /** `Reason: message` of the events on an Ingress, or on another resource. */
  eventsOn(name: string): string[] {
    return this.api
      .all("Event")
      .filter((event) => (event["involvedObject"] as { name: string }).name === name)
      .map((event) => `${String(event["reason"])}: ${String(event["message"])}`);
  }

  remove(): void {
    docker("rm", "--force", "--volumes", this.id);
    this.api.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

export function docker(...args: readonly string[]): string {
  return execFileSync("docker", args, { encoding: "utf8" }).trim();
}

/** @param name as openssl has it, such as `DNS:app.example`. */
export function selfSigned(folder: string, name: string): Certificate {
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const subject = ["-subj", "/CN=test", "-addext", `subjectAltName=${name}`];
  execFileSync(
    "openssl",
    ["req", "-x509", "-days", "2", ...curve, ...subject, "-keyout", key, "-out", cert],
    { stdio: "ignore" },
  );
  return { cert: readFileSync(cert, "utf8"), key: readFileSync(key, "utf8") };
}

/** Asks until the answer is so, and returns it. */
export async function until<T>(
  what: string,
  ask: () => T | Promise<T>,
  isSo: (answer: T) => boolean,
): Promise<T> {
  const deadline = performance.now() + DEADLINE_MS;
  let last: unknown;
  while (performance.now() < deadline) {
    try {
      const answer = await ask();
      if (isSo(answer)) return answer;
      last = answer;
    } catch (error) {
      last = error;
    }
    await wait(50);
  }
  throw new Error(`${what} did not come true; the last answer: ${JSON.stringify(last)}`);
}

function clusterObjects(): object[] {
  const owner = { apiVersion: "apps/v1", kind: "ReplicaSet", name: "controller-a", uid: "a" };
  return [
    {
      kind: "Pod",
      apiVersion: "v1",
      metadata: { namespace: CONTROLLER_NAMESPACE, name: POD, ownerReferences: [owner] },
      spec: { containers: [] },
    },
    {
      kind: "IngressClass",
      apiVersion: "networking.k8s.io/v1",
      metadata: { name: "nginx" },
      spec: { controller: "nginx.org/ingress-controller" },
    },
    {
      kind: "Service",
      apiVersion: "v1",
      metadata: { namespace: CONTROLLER_NAMESPACE, name: "controller" },
      spec: { type: "LoadBalancer", ports: [{ port: 80, targetPort: 80 }] },
      status: { loadBalancer: { ingress: [{ ip: "203.0.113.9" }] } },
    },
  ];
}
