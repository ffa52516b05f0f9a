import { LocalMachine } from "../components/machine/local-machine.ts";
import type { Machine } from "../components/machine/machine.ts";
import { SshMachine } from "../components/machine/ssh-machine.ts";
import type { DockerSettings as Settings } from "./settings.ts";

/** The Docker host that the settings name. The SDK of a cloud is loaded by those alone who use it. */
export async function dockerMachine(name: string, settings: Settings): Promise<Machine> {
  const { host, project, stack, sshFiles, seconds } = settings;
  const owner = { project, stack };
  const readySeconds = seconds.ready;
  switch (host.kind) {
    case "local":
      return new LocalMachine(name);
    case "ssh":
      return new SshMachine(name, { ...host, owner, files: sshFiles, readySeconds });
    case "droplet": {
      const { DropletMachine } = await import("../components/digitalocean/droplet-machine.ts");
      return new DropletMachine(name, { ...host, owner, sshFiles, readySeconds });
    }
    case "gce": {
      const { GceMachine } = await import("../components/google/gce-machine.ts");
      return new GceMachine(name, { ...host, owner, sshFiles, readySeconds });
    }
  }
}
