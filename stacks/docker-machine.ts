import { LocalMachine } from "../components/local-machine.ts";
import type { Machine } from "../components/machine.ts";
import { SshMachine } from "../components/ssh-machine.ts";
import type { Settings } from "./settings.ts";

/** The Docker host that the settings name. */
export function dockerMachine(name: string, settings: Settings): Machine {
  const { host } = settings;
  if (host.kind === "local") return new LocalMachine(name);
  return new SshMachine(name, {
    ...host,
    files: settings.sshFiles,
    readySeconds: settings.seconds.ready,
  });
}
