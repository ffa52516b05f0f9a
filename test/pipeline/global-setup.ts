import { installPackages } from "../../setup/packages.ts";
import { run } from "../../setup/run.ts";

/** What the runner of pipelines copies files with, and a registry: nothing of it is started. */
const NEEDED = { rsync: "rsync", "docker-registry": "docker-registry" };

export async function setup(): Promise<void> {
  const missing: string[] = [];
  for (const [command, name] of Object.entries(NEEDED)) {
    const { code } = await run("sh", ["-c", `command -v ${command}`]);
    if (code !== 0) missing.push(name);
  }
  if (missing.length > 0) await installPackages(missing, "The suite pipeline");
}
