import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { HTTP_PROBE } from "../http-probe.ts";
import type { Machine, Script } from "../machine/machine.ts";
import type { ClientRequest } from "../nginx/client-request.ts";
import { type AppContainerArgs, appContainer, createBeforeDelete } from "./app-container.ts";
import { lifeFunctions, WITH_EXIT_CODE } from "./app-life.ts";
import {
  type AppConfinementArgs,
  appConfinement,
  confinementHints,
  limitAppProcesses,
} from "./confinement.ts";

export interface WebAppArgs extends AppContainerArgs {
  readonly machine: Machine;
  /** How many containers share the requests. */
  readonly replicas: number;
  readonly port: number;
  readonly healthPath: string;
  /** How long the app may take until it is healthy. */
  readonly healthSeconds: number;
  /** Container that will send it requests, and from which it is asked whether it is healthy. */
  readonly askedFrom: pulumi.Input<string>;
  /** As whose request: an app may know no other host than its own. */
  readonly askedAs: ClientRequest;
}

/**
 * The app in containers, `NAME-1` and on, each healthy. A change of anything makes new containers beside
 * the old ones; those go last, after whatever depends on this component has moved on, and are given time
 * to finish. Publishes no port. Nothing in a container survives it.
 */
export class WebApp extends pulumi.ComponentResource {
  /** Names of the containers, under which they are reached on the network. */
  readonly containerNames: pulumi.Output<string>[];

  constructor(name: string, args: WebAppArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:docker:WebApp", name, {}, opts);
    this.containerNames = Array.from({ length: args.replicas }, (_, index) =>
      this.#replica(`${name}-${index + 1}`, args),
    );
    this.registerOutputs({ containerNames: this.containerNames });
  }

  #replica(name: string, args: WebAppArgs): pulumi.Output<string> {
    const container = new docker.Container(name, appContainer("web", args), {
      parent: this,
      ...createBeforeDelete,
    });
    args.machine.run(`${name}-healthy`, healthScript(container.name, args), { parent: this });
    return container.name;
  }
}

export function healthScript(
  container: pulumi.Input<string>,
  args: AppConfinementArgs &
    Pick<WebAppArgs, "owner" | "askedFrom" | "askedAs" | "port" | "healthPath" | "healthSeconds">,
): Script {
  return {
    values: {
      CONTAINER: container,
      ASKED_FROM: args.askedFrom,
      URL: pulumi.interpolate`http://${container}:${args.port}${args.healthPath}`,
      HOST: args.askedAs.host,
      SCHEME: args.askedAs.scheme,
      HTTP_PROBE,
      PORT: String(args.port),
      SECONDS_ALLOWED: String(args.healthSeconds),
    },
    functions: `${lifeFunctions(args.owner)}${confinementHints(args)}${WITH_EXIT_CODE}
state() {
  docker inspect --format "{{.$1}}" "$CONTAINER"
}
give_up() {
  echo "$*" >&2
  if [ "$refused" = yes ]; then
    echo "Nothing listens on port $PORT of its network address: the app may listen on 127.0.0.1 only" \\
      "(it must listen on 0.0.0.0) or on another port (slipway:appPort, given to it as PORT)." >&2
  fi
  echo "The last lines of its log:" >&2
  docker logs --tail 30 "$CONTAINER" >&2
  docker logs --tail 30 "$CONTAINER" 2>&1 | confinement_hints
  stop_unserved "$ASKED_FROM"
  exit 1
}`,
    apply: `
  # It was stopped where the release has failed before.
  docker start "$CONTAINER" >/dev/null
  ${limitAppProcesses(appConfinement(args))}
  refused=no
  answer="no answer"
  deadline=$(($(date +%s) + SECONDS_ALLOWED))
  while :; do
    # From inside the container that will send the requests: the app's own image may have no client.
    code=0
    answer=$(docker exec "$ASKED_FROM" sh -euc "$HTTP_PROBE" sh "$URL" "" 1 --max-time 5 \\
      --header "Host: $HOST" --header "X-Forwarded-Proto: $SCHEME" 2>&1) || code=$?
    if [ "$code" -eq 0 ]; then return; fi
    if [ "$code" -eq 7 ]; then refused=yes; else refused=no; fi
    if [ "$(state State.Status)" = exited ]; then
      refused=no
      give_up "It was stopped: another container of the release did not get healthy."
    fi
    late=no
    if [ "$(date +%s)" -ge "$deadline" ]; then late=yes; fi
    restarts=$(state RestartCount)
    # One that ended once may yet get ready, when what it waited for is there.
    if [ "$restarts" -ge 3 ] || { [ "$late" = yes ] && [ "$restarts" -gt 0 ]; }; then
      refused=no
      give_up "The app ended before it was healthy$(with_exit_code)."
    fi
    if [ "$late" = yes ]; then
      give_up "The app was not healthy within $SECONDS_ALLOWED seconds (slipway:healthSeconds)." \\
        "Asked for $URL as $SCHEME://$HOST, it answered: $answer"
    fi
    sleep 0.3
  done`,
  };
}
