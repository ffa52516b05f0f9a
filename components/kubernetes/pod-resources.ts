/** What a pod's container is sure of, and what it may use, as Kubernetes writes it. */
export interface PodResources {
  readonly requests: { readonly cpu: string; readonly memory: string };
  /** Without `cpu` it may use what is free. */
  readonly limits: { readonly cpu?: string; readonly memory: string };
}

export const CONTROLLER_RESOURCES: PodResources = {
  requests: { cpu: "100m", memory: "128Mi" },
  limits: { memory: "512Mi" },
};

export const FRONT_RESOURCES: PodResources = {
  requests: { cpu: "25m", memory: "64Mi" },
  limits: { memory: "128Mi" },
};

/** Copies files before an Nginx of ours starts. */
export const FILES_RESOURCES: PodResources = {
  requests: { cpu: "25m", memory: "64Mi" },
  limits: { memory: "256Mi" },
};

/** @param memory MiB; it is sure of the quarter that Postgres keeps for its own cache. */
export const databaseResources = (memory: number): PodResources => ({
  requests: { cpu: "100m", memory: `${Math.ceil(memory / 4)}Mi` },
  limits: { memory: `${memory}Mi` },
});

/** For an app that says nothing of itself. */
const USUAL = { cpu: "100m", memory: 512 } as const;

export interface AppSize {
  /** Cores: what the container is sure of, and all that it may use; undefined is no limit. */
  readonly cpu: string | undefined;
  /** MiB: what the container is sure of, and all that it may use. */
  readonly memory: number | undefined;
}

export function appResources({ cpu, memory }: AppSize): PodResources {
  const size = `${memory ?? USUAL.memory}Mi`;
  return {
    requests: { cpu: cpu ?? USUAL.cpu, memory: size },
    limits: { ...(cpu === undefined ? {} : { cpu }), memory: size },
  };
}
