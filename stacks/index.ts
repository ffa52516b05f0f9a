import { deployToDocker } from "./docker.ts";
import type { Live } from "./live.ts";
import type { AppRelease, Settings } from "./settings.ts";

const targets = { docker: deployToDocker };

/** Deploys to the target that the settings name. */
export function deploy(settings: Settings, release: AppRelease): Live {
  return targets[settings.target](settings, release);
}
