import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import type Docker from "dockerode";
import { equal, type PropertyMap } from "../property-value.ts";
import { containerOptions, resources, restartPolicy } from "./container-options.ts";
import { containerSchema } from "./container-schema.ts";
import { containerState } from "./container-state.ts";
import { engineMessage, isNotModified, says, step } from "./engine.ts";
import { findImage } from "./find-image.ts";
import type { Managed } from "./managed.ts";
import { tarFile } from "./tar-file.ts";

export const container: Managed = {
  deleteBeforeReplace: true,
  // Upstream believes in its updates, and takes some for done that it does not do at all.
  readsAfterUpdate: false,
  schema: containerSchema,

  async create(engine, planned, exists) {
    const image = String(planned["image"]);
    await step(`Unable to create container with image ${image}`, () => findImage(engine, image));
    const options = containerOptions(planned);
    const docker = await engine.connected();
    await step("Unable to create container", () => refuseUnsupported(docker, options));
    const made = await step("Unable to create container", () =>
      docker.createContainer({ ...options, name: String(planned["name"]) }),
    );
    exists(made.id);
    await connectNetworks(docker, made, planned);
    for (const upload of (planned["uploads"] ?? []) as PropertyMap[]) {
      await uploadFile(made, upload);
    }
    if (planned["start"] === true) {
      await start(made);
      if (planned["wait"] === true) {
        await healthy(made, Number(planned["waitTimeout"]));
      }
    }
  },

  async read(engine, id, state) {
    const docker = await engine.connected();
    // Upstream looks in the list, because an inspection may fail for other reasons than absence.
    const all = await step("error fetching container information from Docker", () =>
      docker.listContainers({ all: true }),
    );
    if (!all.some(({ Id }) => Id === id)) {
      return null;
    }
    const inspected = await docker.getContainer(id).inspect();
    return { id, properties: containerState(inspected, state) };
  },

  async update(engine, id, state, planned) {
    const docker = await engine.connected();
    const handle = docker.getContainer(id);
    if (state["mustRun"] === false && planned["mustRun"] === true && planned["start"] === true) {
      await start(handle);
    }
    if (UPDATABLE.some((name) => !equal(state[name] ?? null, planned[name] ?? null))) {
      await step("Unable to update a container", () =>
        handle.update({ ...resources(planned), RestartPolicy: restartPolicy(planned) }),
      );
    }
  },

  async delete(engine, id, state) {
    const docker = await engine.connected();
    const handle = docker.getContainer(id);
    const grace = Number(state["destroyGraceSeconds"] ?? 0);
    await stop(handle, Math.max(grace, 0));
    await remove(handle, state["removeVolumes"] === true);
    await gone(handle, state["rm"] === true ? "removed" : "not-running");
  },
};

/** The properties that an update sends to the engine; changes of others are only remembered. */
const UPDATABLE = [
  "restart",
  "maxRetryCount",
  "cpuShares",
  "memory",
  "memoryReservation",
  "cpuSet",
  "memorySwap",
] as const;

/** An older engine would ignore it silently; Docker's client refuses it instead. */
async function refuseUnsupported(
  docker: Docker,
  { Healthcheck }: Docker.ContainerCreateOptions,
): Promise<void> {
  if (Healthcheck === undefined || !("StartInterval" in Healthcheck)) {
    return;
  }
  const { ApiVersion } = await docker.version();
  const [major = 0, minor = 0] = ApiVersion.split(".").map(Number);
  if (major === 1 && minor < 44) {
    throw new Error(
      '"specify health-check start interval" requires API version 1.44, ' +
        `but the Docker daemon API version is ${ApiVersion}`,
    );
  }
}

async function connectNetworks(
  docker: Docker,
  made: Docker.Container,
  planned: PropertyMap,
): Promise<void> {
  const networks = (planned["networksAdvanced"] ?? []) as PropertyMap[];
  if (networks.length === 0) {
    return;
  }
  try {
    await docker.getNetwork("bridge").disconnect({ Container: made.id });
  } catch (error) {
    if (!says(error, "is not connected to the network bridge")) {
      throw new Error(`Unable to disconnect the default network: ${engineMessage(error)}`);
    }
  }
  for (const { name, aliases, ipv4Address, ipv6Address } of networks) {
    await step(`Unable to connect to network '${String(name)}'`, () =>
      docker.getNetwork(String(name)).connect({
        Container: made.id,
        EndpointConfig: {
          Aliases: aliases as string[],
          IPAMConfig: { IPv4Address: String(ipv4Address), IPv6Address: String(ipv6Address) },
        },
      }),
    );
  }
}

async function uploadFile(made: Docker.Container, upload: PropertyMap): Promise<void> {
  const { file, content, contentBase64, source, executable, permissions } = upload;
  const given = [content, contentBase64, source].filter((value) => value !== "");
  if (given.length === 0) {
    throw new Error(
      "error with upload content: one of 'content', 'content_base64', or 'source' must be set",
    );
  }
  if (given.length > 1) {
    throw new Error(
      "error with upload content: only one of 'content', 'content_base64', or 'source' can be set",
    );
  }
  const bytes =
    source !== ""
      ? readFileSync(String(source))
      : contentBase64 !== ""
        ? Buffer.from(String(contentBase64), "base64")
        : Buffer.from(String(content));
  const mode =
    permissions !== "" ? Number.parseInt(String(permissions), 8) : executable ? 0o744 : 0o644;
  await step("Unable to upload volume content", () =>
    made.putArchive(tarFile(String(file), mode, bytes), { path: "/" }),
  );
}

async function start(handle: Docker.Container): Promise<void> {
  try {
    await handle.start();
  } catch (error) {
    if (!isNotModified(error)) {
      throw new Error(`Unable to start container: ${engineMessage(error)}`);
    }
  }
}

async function healthy(handle: Docker.Container, timeoutSeconds: number): Promise<void> {
  const deadline = Date.now() + timeoutSeconds * 1000;
  while (Date.now() < deadline) {
    const { State } = await step("error inspecting container state", () => handle.inspect());
    if (State.Health === undefined) {
      throw new Error(
        "you have supplied a 'wait' argument, but the container does not have a healthcheck " +
          "defined. Please remove the 'wait' argument or add a 'healthcheck' attribute",
      );
    }
    if (State.Health.Status === "healthy") {
      return;
    }
    await delay(Math.max(Math.min(1000, deadline - Date.now()), 0));
  }
  throw new Error("container failed to be in healthy state");
}

async function stop(handle: Docker.Container, graceSeconds: number): Promise<void> {
  try {
    await handle.stop({ t: graceSeconds });
  } catch (error) {
    if (!isNotModified(error) && !says(error, "No such container")) {
      throw new Error(`Error stopping container ${handle.id}: ${engineMessage(error)}`);
    }
  }
}

async function remove(handle: Docker.Container, withVolumes: boolean): Promise<void> {
  try {
    await handle.remove({ v: withVolumes, force: true });
  } catch (error) {
    if (!says(error, "No such container", "is already in progress")) {
      throw new Error(`Error deleting container ${handle.id}: ${engineMessage(error)}`);
    }
  }
}

async function gone(handle: Docker.Container, condition: "removed" | "not-running"): Promise<void> {
  try {
    await handle.wait({ condition });
  } catch (error) {
    if (!says(error, "No such container", "is already in progress")) {
      throw new Error(
        `Error waiting for container removal '${handle.id}': ${engineMessage(error)}`,
      );
    }
  }
}
