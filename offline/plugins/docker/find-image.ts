import type Docker from "dockerode";
import { type Engine, engineMessage, isNotFound } from "./engine.ts";

/** The image of that name, pulled if the engine does not have it. */
export async function findImage(
  engine: Engine,
  name: string,
  platform = "",
): Promise<Docker.ImageInfo> {
  if (name === "") {
    throw new Error("empty image name is not allowed");
  }
  const local = await localImage(engine, name);
  if (local !== null) {
    return local;
  }
  await pull(engine, name, platform).catch((error: unknown) => {
    throw new Error(
      `unable to pull image ${name}: error pulling image ${name}: ${engineMessage(error)}`,
    );
  });
  const pulled = await localImage(engine, name);
  if (pulled === null) {
    throw new Error(`unable to find or pull image ${name}`);
  }
  return pulled;
}

async function localImage(engine: Engine, name: string): Promise<Docker.ImageInfo | null> {
  const docker = await engine.connected();
  try {
    const { Id } = await docker.getImage(name).inspect();
    const images = await docker.listImages();
    return images.find((image) => image.Id === Id) ?? null;
  } catch (error) {
    if (isNotFound(error)) {
      return null;
    }
    throw new Error(`unable to inspect image ${name}: ${engineMessage(error)}`);
  }
}

/** Only refusals count; upstream does not look at what a pull that has begun says. */
async function pull(engine: Engine, name: string, platform: string): Promise<void> {
  const docker = await engine.connected();
  const { repository, tag } = parseReference(name);
  const progress = await docker.createImage(engine.registryAuth.get(registryOf(name)) ?? {}, {
    fromImage: repository,
    tag,
    ...(platform === "" ? {} : { platform }),
  });
  for await (const _ of progress) {
    // The pull is done when there is no more progress to report.
  }
}

export function parseReference(name: string): { repository: string; tag: string } {
  const [repository = "", digest] = name.split("@", 2);
  const colon = repository.lastIndexOf(":");
  const tagged = colon > repository.lastIndexOf("/");
  const withoutTag = tagged ? repository.slice(0, colon) : repository;
  const tag = tagged ? repository.slice(colon + 1) : "latest";
  return { repository: withoutTag, tag: digest ?? tag };
}

/** The registry whose login is used: upstream takes `team/app/web` for an image of host `team`. */
export function registryOf(name: string): string {
  const [first = "", ...rest] = name.split("/");
  const isHost = rest.length > 1 || /[.:]/.test(first) || first === "localhost";
  return rest.length > 0 && isHost ? first : "registry-1.docker.io";
}
