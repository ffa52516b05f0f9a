import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { killedIn } from "../killed-app.ts";
import type { Machine, Script } from "../machine/machine.ts";
import { type Command, startWords } from "../shell-command.ts";
import { type AppContainerArgs, appContainer, createBeforeDelete } from "./app-container.ts";
import { END_IN, WITH_EXIT_CODE } from "./app-life.ts";
import {
  type AppConfinementArgs,
  appConfinement,
  confinementHints,
  limitAppProcesses,
} from "./confinement.ts";

export interface AppProcessArgs extends AppContainerArgs {
  readonly machine: Machine;
  readonly command: Command;
}

/** How long a process has to run without ending to count as started. */
const STEADY_SECONDS = 3;

/**
 * Another command of the app's image, without a port: a worker, a scheduler. A change of anything makes a
 * new container; when it has run steadily, the old one is told to end and given time to finish. For that
 * time both are at work: what must not be done twice at once needs a lock, as in the database. One that does
 * not run steadily is stopped, and the old one works on.
 */
export class AppProcess extends pulumi.ComponentResource {
  constructor(name: string, args: AppProcessArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:docker:AppProcess", name, {}, opts);
    const container = new docker.Container(
      name,
      {
        ...appContainer("process", args),
        entrypoints: [...startWords(args.command)],
      },
      { parent: this, ...createBeforeDelete },
    );
    const steady = args.machine.run(`${name}-steady`, steadyScript(container.name, args), {
      parent: this,
    });
    void steady.stdout.apply((printed) => {
      const text = killedIn(printed);
      if (text !== undefined) void pulumi.log.warn(text, this);
    });
    this.registerOutputs({});
  }
}

type SteadyArgs = AppConfinementArgs & Pick<AppProcessArgs, "drainSeconds">;

export function steadyScript(container: pulumi.Input<string>, args: SteadyArgs): Script {
  return {
    values: {
      CONTAINER: container,
      STEADY_SECONDS: String(STEADY_SECONDS),
      DRAIN_SECONDS: String(args.drainSeconds),
    },
    functions: `${END_IN}${confinementHints(args)}${WITH_EXIT_CODE}
state() {
  docker inspect --format '{{.State.Status}} {{.State.StartedAt}}' "$CONTAINER"
}
# All but their endings have the same names.
before() {
  docker ps --format '{{.Names}}' --filter "name=^/?\${CONTAINER%-*}-[0-9a-f]*$" |
    while read -r one; do
      if [ "$one" != "$CONTAINER" ]; then echo "$one"; fi
    done
}`,
    apply: `
  # It was stopped where it has failed before.
  docker start "$CONTAINER" >/dev/null
  ${limitAppProcesses(appConfinement(args))}
  deadline=$(($(date +%s) + STEADY_SECONDS))
  began=$(state)
  while :; do
    now=$(state)
    case $now in "running "*) ;; *) began= ;; esac
    if [ "$now" != "$began" ]; then
      echo "The process ended within $STEADY_SECONDS seconds$(with_exit_code). The last lines of its log:" >&2
      docker logs --tail 30 "$CONTAINER" >&2
      docker logs --tail 30 "$CONTAINER" 2>&1 | confinement_hints
      docker stop -t 10 "$CONTAINER" >/dev/null
      exit 1
    fi
    if [ "$(date +%s)" -gt "$deadline" ]; then break; fi
    sleep 0.3
  done
  end_in "$DRAIN_SECONDS" $(before)`,
  };
}
