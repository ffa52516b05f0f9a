import { randomBytes } from "node:crypto";
import Docker from "dockerode";
import { ensureOfflineImages, offlineImages } from "../../../images/index.ts";

export const docker = new Docker();

/** In the names and labels of all that one file of tests makes. */
export const run = `plugins-test-${randomBytes(4).toString("hex")}`;

export const labels = [{ label: "slipway.test", value: run }];

/** An image with a shell; which one it is does not matter. */
export const image = process.env["SLIPWAY_TEST_IMAGE"] ?? offlineImages.nginx;

export async function ensureImage(): Promise<void> {
  if (image === offlineImages.nginx) {
    await ensureOfflineImages(() => undefined);
  }
}

/** An image that says all that a container takes over from its image; nothing is downloaded. */
export async function imageWithDefaults(tag: string): Promise<void> {
  const container = await docker.createContainer({
    Image: image,
    Labels: { "slipway.test": run },
    Entrypoint: ["/bin/sh", "-c"],
    Cmd: ["sleep 1000"],
    User: "1000:1000",
    WorkingDir: "/tmp",
    StopSignal: "SIGINT",
    Env: ["FROM_IMAGE=1"],
    Healthcheck: { Test: ["CMD", "true"], Interval: 60e9 },
  });
  await container.commit({ repo: `slipway-test/${run}`, tag });
  await container.remove();
}

export async function removeAll(): Promise<void> {
  const filters = { label: [`slipway.test=${run}`] };
  for (const { Id } of await docker.listContainers({ all: true, filters })) {
    await docker.getContainer(Id).remove({ force: true, v: true });
  }
  for (const { Id } of await docker.listNetworks({ filters })) {
    await docker.getNetwork(Id).remove();
  }
  const { Volumes } = await docker.listVolumes({ filters: JSON.stringify(filters) });
  for (const { Name } of Volumes ?? []) {
    await docker.getVolume(Name).remove();
  }
  const images = await docker.listImages({ filters: { reference: [`slipway-test/${run}`] } });
  for (const { RepoTags } of images) {
    for (const tag of RepoTags ?? []) {
      await docker.getImage(tag).remove();
    }
  }
}

/** Output of a command in a running container. */
export async function inContainer(id: string, ...command: string[]): Promise<string> {
  const exec = await docker
    .getContainer(id)
    .exec({ Cmd: command, AttachStdout: true, AttachStderr: true, Tty: true, User: "0" });
  const stream = await exec.start({ Tty: true });
  let output = "";
  for await (const bytes of stream) {
    output += String(bytes);
  }
  return output.replaceAll("\r\n", "\n");
}
