import * as pulumi from "@pulumi/pulumi";
import { labelOptions, labels, type Owner } from "./labels.ts";
import type { Machine, Script } from "./machine.ts";
import { CONF_FOLDER, releaseConf } from "./nginx-conf.ts";

export interface ReleaseArgs {
  readonly machine: Machine;
  readonly owner: Owner;
  readonly image: string;
  /** Container of the healthy app. */
  readonly web: pulumi.Input<string>;
  readonly port: number;
  /** Folder of the release's static files, or undefined where there are none. */
  readonly staticFolder: string | undefined;
  /** Container of Nginx. */
  readonly ingress: pulumi.Input<string>;
  /** Image that has curl, to ask from outside. */
  readonly nginxImage: string;
  /** Where the machine itself reaches Nginx through its published port. */
  readonly askAt: string;
  /** Path whose answer names the image. */
  readonly versionPath: string | undefined;
  /** Asked instead where there is no version path. */
  readonly healthPath: string;
  /** How long requests of the release before may take to finish. */
  readonly drainSeconds: number;
}

/**
 * The switch to a release: Nginx is pointed at it, asked from outside what answers, and pointed back at
 * the last verified release when that is not this image. One step, because a switch that is recorded
 * as done although its verification failed would never be tried again.
 *
 * Ends when no request is left with the release before. Deleting it changes nothing.
 */
export class Release extends pulumi.ComponentResource {
  /** The image that was seen to answer. Unknown until it was. */
  readonly verifiedImage: pulumi.Output<string>;

  constructor(name: string, args: ReleaseArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:components:Release", name, {}, opts);
    if (args.versionPath === undefined) {
      const text = "slipway:versionPath is empty: that the new image answers can't be checked.";
      void pulumi.log.warn(text, this);
    }
    const step = args.machine.run(`${name}-switched`, switchScript(args), { parent: this });
    this.verifiedImage = step.stdout;
    this.registerOutputs({ verifiedImage: this.verifiedImage });
  }
}

export function switchScript(args: ReleaseArgs): Script {
  return {
    values: {
      INGRESS: args.ingress,
      NGINX_IMAGE: args.nginxImage,
      IMAGE: args.image,
      CONF: pulumi
        .output(args.web)
        .apply((web) => releaseConf(`${web}:${args.port}`, args.staticFolder ?? "none")),
      URL: `${args.askAt}${args.versionPath ?? args.healthPath}`,
      EXPECTED: args.versionPath === undefined ? "" : `"${args.image}"`,
      DRAIN_SECONDS: String(args.drainSeconds),
    },
    functions: `
# Nginx goes on with the configuration that it has when the new one is refused.
use_conf() {
  docker exec --interactive --workdir ${CONF_FOLDER} "$INGRESS" sh -eu -c '
    cat >release.conf.new
    cp release.conf release.conf.before
    mv release.conf.new release.conf
    if ! nginx -q -t; then mv release.conf.before release.conf; exit 1; fi
    rm release.conf.before
    nginx -q -s reload'
}
verified_conf() {
  docker exec --workdir ${CONF_FOLDER} "$INGRESS" cat release.verified
}
# Through the published port, as a client does, and until the new workers answer.
ask() {
  docker run --rm --network host ${labelOptions(labels(args.owner, "step"))} \\
    --entrypoint sh "$NGINX_IMAGE" -c '
    tries=20
    while :; do
      answer=$(curl --noproxy "*" --silent --show-error --fail --max-time 10 "$1" 2>&1) && case $answer in
        *"$2"*) exit 0 ;;
      esac
      tries=$((tries - 1))
      if [ "$tries" -eq 0 ]; then printf "%s\\n" "$answer"; exit 1; fi
      sleep 0.25
    done' sh "$URL" "$EXPECTED"
}
# Workers of the configuration before end when their last request has. (The brackets keep the pattern
# from finding the process that looks for it.)
wait_for_old_workers() {
  # They take requests on connections that are kept alive for 10 seconds more (keepalive_min_timeout).
  deadline=$(($(date +%s) + 10 + DRAIN_SECONDS))
  while docker exec "$INGRESS" sh -c 'grep -qas "[s]hutting down" /proc/[0-9]*/cmdline'; do
    if [ "$(date +%s)" -ge "$deadline" ]; then return; fi
    sleep 0.25
  done
}`,
    apply: `
  printf %s "$CONF" | use_conf >&2
  if answer=$(ask); then
    docker exec --workdir ${CONF_FOLDER} "$INGRESS" cp release.conf release.verified
    wait_for_old_workers
    echo "$IMAGE"
    return
  fi
  echo "After the switch, $URL did not answer with $IMAGE. It answered:" >&2
  echo "  $answer" >&2
  if before=$(verified_conf 2>/dev/null); then
    printf '%s\\n' "$before" | use_conf >&2
    echo "Nginx is back at the last verified release." >&2
  fi
  exit 1`,
  };
}
