import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import type { OutsideRequest } from "../../../../components/docker/outside-request.ts";
import { dockerTarget } from "../../../../ops/targets/docker/index.ts";
import { reach } from "../../../../ops/targets/docker/reach.ts";
import { kubernetesTarget } from "../../../../ops/targets/kubernetes/index.ts";
import { UserError } from "../../../../ops/user-error.ts";
import { kubeconfigFor } from "../../kubeconfig.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "slipway-asked-"));
  vi.stubEnv("PATH", [folder, process.env["PATH"]].join(delimiter));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const command = (name: string, does: string) =>
  writeFileSync(join(folder, name), `#!/bin/sh\n${does}\n`, { mode: 0o755 });

const URL = "http://localhost:8080/version";
const asked: OutsideRequest = {
  ...{ questions: [{ url: URL, pattern: "app:1" }], resolve: "", forwardedProto: "" },
  image: "nginx",
};
const askMachine = (ssh?: string) => dockerTarget("dev", reach(ssh), { asked }).wrongAnswer();

test.each([
  ["is wrong", "printf 'HTTP 502: bad gateway\\n'; exit 22", "HTTP 502: bad gateway"],
  ["is none", "echo 'curl: (7) Failed to connect'; exit 7", "curl: (7) Failed to connect"],
])("On a Docker host, an answer that %s is told with its URL", async (_, does, answer) => {
  command("docker", `case $1 in ps) echo c1 ;; run) ${does} ;; esac`);
  expect(await askMachine()).toEqual({ url: URL, answer });
});

test("Nginx that does not run is an answer", async () => {
  command("docker", ":");
  expect(await askMachine()).toEqual({ url: URL, answer: "Nginx does not run." });
});

const DAEMON = "Cannot connect to the Docker daemon at unix:///var/run/docker.sock.";

test.each([
  ["whose Docker does not answer", `echo '${DAEMON}' >&2; exit 1`, DAEMON],
  [
    "that starts no container",
    "case $1 in ps) echo c1 ;; run) echo 'no space left on device' >&2; exit 125 ;; esac",
    "no space left on device",
  ],
])("A machine %s has not been asked", async (_, does, reason) => {
  command("docker", does);
  await expect(askMachine()).rejects.toThrow(new UserError(reason));
});

test("A machine that ssh does not reach has not been asked", async () => {
  command("ssh", "echo 'ssh: connect to host server: No route to host' >&2; exit 255");
  const reason = "ssh: connect to host server: No route to host";
  await expect(askMachine(`ssh -o ControlPath=${folder}/%C server`)).rejects.toThrow(
    new UserError(reason),
  );
});

async function clusterThat(answers: RequestListener): Promise<string> {
  const server = createServer(answers);
  await new Promise<void>((done) => {
    server.listen(0, "127.0.0.1", done);
  });
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return kubeconfigFor(port);
}
const question = { url: URL, address: "127.0.0.1", expected: "app:1", headers: {} };
const askCluster = (kubeconfig: string) =>
  kubernetesTarget("dev", kubeconfig, "slipway-dev", { questions: [question] }).wrongAnswer();
const json = { "content-type": "application/json" };

test.each<[string, RequestListener, string]>([
  [
    "stumbles",
    (_, answer) => answer.writeHead(503, json).end('{"kind":"Status","message":"etcd timed out"}'),
    "it answers 503",
  ],
  ["has too much to do", (_, answer) => answer.writeHead(429, json).end("{}"), "it answers 429"],
  ["answers as a proxy", (_, answer) => answer.writeHead(200, json).end("<html>"), "JSON"],
  ["hangs up", (request) => request.destroy(), "other side closed"],
])("A cluster whose API %s has not been asked", async (_, answers, reason) => {
  const failed = await askCluster(await clusterThat(answers)).catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(UserError);
  const { message } = failed as UserError;
  expect(message).toContain("The cluster did not answer as it should (slipway:kubeconfig): ");
  expect(message).toContain(reason);
  expect(message).not.toContain("\n");
});
