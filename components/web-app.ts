import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { AppEnvironment } from "./app-environment.ts";
import { labelList, labels, type Owner } from "./labels.ts";
import type { Machine, Script } from "./machine.ts";

export interface WebAppArgs {
  readonly machine: Machine;
  readonly owner: Owner;
  readonly network: pulumi.Input<string>;
  readonly image: string;
  readonly version: string;
  readonly environment: AppEnvironment;
  readonly port: number;
  readonly healthPath: string;
  /** How long the app may take until it is healthy. */
  readonly healthSeconds: number;
  /** How long requests may take to finish after the app was told to end. */
  readonly drainSeconds: number;
  /** Container that will send it requests, and from which it is asked whether it is healthy. */
  readonly askedFrom: pulumi.Input<string>;
}

/**
 * The app in a container, healthy. A change of anything makes a new container beside the old one; the
 * old one goes last, after whatever depends on this component has moved on, and is given time to
 * finish. Publishes no port. Nothing in the container survives it.
 */
export class WebApp extends pulumi.ComponentResource {
  /** Name of the container, under which it is reached on the network. */
  readonly containerName: pulumi.Output<string>;

  constructor(name: string, args: WebAppArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:components:WebApp", name, {}, opts);

    const container = new docker.Container(
      `${name}-1`,
      {
        image: args.image,
        labels: labelList(labels(args.owner, "web", args.version)),
        envs: [...args.environment.variables],
        uploads: args.environment.files.map(({ path, content }) => ({ file: path, content })),
        networksAdvanced: [{ name: args.network }],
        restart: "unless-stopped",
        destroyGraceSeconds: args.drainSeconds,
        logDriver: "json-file",
        logOpts: { "max-size": "10m", "max-file": "3" },
      },
      {
        parent: this,
        // The provider deletes first by default, which is a gap.
        deleteBeforeReplace: false,
        // One that was stopped by hand is not started again but replaced: a new one is asked whether it
        // is healthy, switched to and verified.
        replaceOnChanges: ["mustRun"],
      },
    );

    args.machine.run(`${name}-1-healthy`, healthScript(container.name, args), { parent: this });

    this.containerName = container.name;
    this.registerOutputs({ containerName: this.containerName });
  }
}

export function healthScript(
  container: pulumi.Input<string>,
  args: Pick<WebAppArgs, "askedFrom" | "port" | "healthPath" | "healthSeconds">,
): Script {
  return {
    values: {
      CONTAINER: container,
      ASKED_FROM: args.askedFrom,
      URL: pulumi.interpolate`http://${container}:${args.port}${args.healthPath}`,
      PORT: String(args.port),
      SECONDS_ALLOWED: String(args.healthSeconds),
    },
    functions: `
state() {
  docker inspect --format "{{.$1}}" "$CONTAINER"
}
give_up() {
  echo "$1" >&2
  if [ "$refused" = yes ]; then
    echo "Nothing listens on port $PORT of its network address: the app may listen on 127.0.0.1 only" \\
      "(it must listen on 0.0.0.0) or on another port (slipway:appPort, given to it as PORT)." >&2
  fi
  echo "The last lines of its log:" >&2
  docker logs --tail 30 "$CONTAINER" >&2
  exit 1
}`,
    apply: `
  refused=no
  answer="no answer"
  deadline=$(($(date +%s) + SECONDS_ALLOWED))
  while :; do
    # From inside the container that will send the requests: the app's own image may have no client.
    code=0
    answer=$(docker exec "$ASKED_FROM" curl --noproxy "*" --silent --show-error --fail --output /dev/null \\
      --max-time 5 "$URL" 2>&1) || code=$?
    if [ "$code" -eq 0 ]; then return; fi
    if [ "$code" -eq 7 ]; then refused=yes; else refused=no; fi
    late=no
    if [ "$(date +%s)" -ge "$deadline" ]; then late=yes; fi
    restarts=$(state RestartCount)
    # One that ended once may yet get ready, when what it waited for is there.
    if [ "$restarts" -ge 3 ] || { [ "$late" = yes ] && [ "$restarts" -gt 0 ]; }; then
      refused=no
      give_up "The app ended before it was healthy."
    fi
    if [ "$late" = yes ]; then
      give_up "The app was not healthy within $SECONDS_ALLOWED seconds (slipway:healthSeconds): $URL: $answer."
    fi
    sleep 0.3
  done`,
  };
}
