import type { StackOutputs } from "./outputs.ts";
import type { AppRelease, Settings } from "./settings.ts";

/** Deploys to the target that the settings name. The SDK of a target is loaded by those alone who use it. */
export async function deploy(settings: Settings, release: AppRelease): Promise<StackOutputs> {
  switch (settings.target) {
    case "docker": {
      const { deployToDocker } = await import("./docker.ts");
      return await deployToDocker(settings, release);
    }
    case "kubernetes": {
      const { deployToKubernetes } = await import("./kubernetes.ts");
      return await deployToKubernetes(settings, release);
    }
  }
}
