import { DropletMachine } from "../components/droplet-machine.ts";
import { GceMachine } from "../components/gce-machine.ts";
import { LocalMachine } from "../components/local-machine.ts";
import type { Machine } from "../components/machine.ts";
import { SshMachine } from "../components/ssh-machine.ts";
import type { Settings } from "./settings.ts";

/** The Docker host that the settings name. */
export function dockerMachine(name: string, settings: Settings): Machine {
  const { host, project, stack, sshFiles, seconds } = settings;
  const owner = { project, stack };
  const readySeconds = seconds.ready;
  switch (host.kind) {
    case "local":
      return new LocalMachine(name);
    case "ssh":
      return new SshMachine(name, { ...host, files: sshFiles, readySeconds });
    case "droplet":
      return new DropletMachine(name, { ...host, owner, sshFiles, readySeconds });
    case "gce":
      return new GceMachine(name, { ...host, owner, sshFiles, readySeconds });
  }
}
