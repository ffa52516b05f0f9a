import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { Machine, Script } from "../machine/machine.ts";
import { inPlaceOfShell } from "../shell-command.ts";
import { type AppContainerArgs, appContainer, besideTheOld } from "./app-container.ts";
import {
  type AppConfinementArgs,
  appConfinement,
  confinementHints,
  limitProcesses,
} from "./confinement.ts";

export interface AppProcessArgs extends AppContainerArgs {
  readonly machine: Machine;
  /** Run by the image's `/bin/sh`. */
  readonly command: string;
}

/** How long a process has to run without ending to count as started. */
const STEADY_SECONDS = 3;

/**
 * Another command of the app's image, without a port: a worker, a scheduler. A change of anything makes a
 * new container; when it has run steadily, the old one is told to end and given time to finish. For that
 * time both are at work: what must not be done twice at once needs a lock, as in the database.
 */
export class AppProcess extends pulumi.ComponentResource {
  constructor(name: string, args: AppProcessArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:components:AppProcess", name, {}, opts);
    const container = new docker.Container(
      name,
      {
        ...appContainer("process", args),
        entrypoints: ["/bin/sh", "-c", inPlaceOfShell(args.command)],
      },
      { parent: this, ...besideTheOld },
    );
    args.machine.run(`${name}-steady`, steadyScript(container.name, args), { parent: this });
    this.registerOutputs({});
  }
}

function steadyScript(container: pulumi.Input<string>, args: AppConfinementArgs): Script {
  return {
    values: { CONTAINER: container, STEADY_SECONDS: String(STEADY_SECONDS) },
    functions: confinementHints(args),
    apply: `
  ${limitProcesses(appConfinement(args))}
  deadline=$(($(date +%s) + STEADY_SECONDS))
  while :; do
    state=$(docker inspect --format '{{.State.Status}} {{.RestartCount}}' "$CONTAINER")
    if [ "$state" != "running 0" ]; then
      echo "The process ended within $STEADY_SECONDS seconds. The last lines of its log:" >&2
      docker logs --tail 30 "$CONTAINER" >&2
      docker logs --tail 30 "$CONTAINER" 2>&1 | confinement_hints
      exit 1
    fi
    if [ "$(date +%s)" -gt "$deadline" ]; then return; fi
    sleep 0.3
  done`,
  };
}
