import { deployToDocker } from "./docker.ts";
import type { Live } from "./live.ts";
import type { AppRelease, Settings } from "./settings.ts";

const targets = { docker: deployToDocker };

/** Deploys to the target that the settings name. */
export async function deploy(settings: Settings, release: AppRelease): Promise<Live> {
  return await targets[settings.target](settings, release);
}
