import * as pulumi from "@pulumi/pulumi";
import { HTTP_PROBE } from "../http-probe.ts";
import { jsonStringPattern } from "../json-string-pattern.ts";
import { killedIn, withoutKilled } from "../killed-app.ts";
import { labelFilters, type Owner } from "../labels.ts";
import type { Machine, Script } from "../machine/machine.ts";
import { CONF_FOLDER } from "../nginx/places.ts";
import { NO_RELEASE_CONF, releaseConf } from "../nginx/release-conf.ts";
import { parseRecord, type ReleaseRecord } from "../release-record.ts";
import { lifeFunctions } from "./app-life.ts";
import { markFunctions } from "./image-marks.ts";
import { type AskFrom, MAIN_CONF } from "./nginx.ts";
import { askFunctions, type OutsideRequest } from "./outside-request.ts";
import { entryOf, RECORD_FUNCTIONS } from "./record-file.ts";
import { filesFunctions } from "./static-files.ts";

export interface ReleaseArgs {
  readonly machine: Machine;
  readonly owner: Owner;
  readonly image: string;
  readonly version: string;
  /** Name by which this stack keeps the image in the engine. */
  readonly mark: string;
  /** Image that this release takes back, or undefined where it goes forward. */
  readonly rollbackOf: string | undefined;
  /** Where the image stands among those of the app; undefined where nobody said. */
  readonly sequence: number | undefined;
  /** How many releases' images stay in the engine, this one included. */
  readonly imagesKept: number;
  /** Containers of the healthy app. */
  readonly web: pulumi.Input<string>[];
  readonly port: number;
  /** Folder of the release's static files, or undefined where there are none. */
  readonly staticFolder: string | undefined;
  /** Path that the static files are below; begins and ends with a slash. */
  readonly staticPrefix: string;
  /** Container of Nginx. */
  readonly ingress: pulumi.Input<string>;
  /** Image that has curl, to ask from outside. */
  readonly nginxImage: string;
  /** How the machine itself reaches Nginx through its published port. */
  readonly askFrom: AskFrom;
  /** Path whose answer names the image. */
  readonly versionPath: string | undefined;
  /** Asked instead where there is no version path. */
  readonly healthPath: string;
  /** How long one that was stopped may take until it answers again. */
  readonly healthSeconds: number;
  /** How long requests of the release before, and its containers, may take to finish. */
  readonly drainSeconds: number;
}

/**
 * The switch to a release: Nginx is pointed at it, asked from outside what answers, and pointed back at
 * the last verified release, or at none, when that is not this image. One step, because a switch that is recorded
 * as done although its verification failed would never be tried again.
 *
 * What was switched to is recorded beside Nginx's configuration, whether it was verified or not, and goes
 * with it. Of the images that the stack has in the engine, those of the last verified releases stay.
 *
 * Ends when no request is left with the release before and its containers have ended, or when their time is
 * over. Where it fails, what the release has started is stopped, and starts again with the next try. Deleting
 * it changes nothing.
 */
export class Release extends pulumi.ComponentResource {
  /** The image that was seen to answer. Unknown until it was. */
  readonly verifiedImage: pulumi.Output<string>;
  /** The record, newest first. */
  readonly releases: pulumi.Output<readonly ReleaseRecord[]>;

  constructor(name: string, args: ReleaseArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:docker:Release", name, {}, opts);
    if (args.versionPath === undefined) {
      const text = "slipway:versionPath is empty: that the new image answers can't be checked.";
      void pulumi.log.warn(text, this);
    }
    const step = args.machine.run(`${name}-switched`, switchScript(args), { parent: this });
    void step.stdout.apply((printed) => {
      const text = killedIn(printed);
      if (text !== undefined) void pulumi.log.warn(text, this);
    });
    this.releases = step.stdout.apply((printed) => parseRecord(withoutKilled(printed)));
    this.verifiedImage = this.releases.apply((all) => all[0]?.image ?? args.image);
    // So that an `up` that has nothing to change can ask the same.
    this.registerOutputs({ verifiedImage: this.verifiedImage, asked: outsideRequest(args) });
  }
}

/** What is asked from outside. */
function outsideRequest(args: ReleaseArgs): OutsideRequest {
  const { askFrom, versionPath, healthPath, image, nginxImage, staticFolder: folder } = args;
  const { resolve, forwardedProto } = askFrom;
  const question =
    versionPath === undefined
      ? { url: `${askFrom.url}${healthPath}`, pattern: "" }
      : { url: `${askFrom.url}${versionPath}`, pattern: jsonStringPattern(image) };
  const files = folder === undefined ? {} : { files: { folder, url: filesUrl(args) } };
  return { questions: [question], ...files, resolve, forwardedProto, image: nginxImage };
}

const filesUrl = ({ askFrom, staticPrefix }: ReleaseArgs) => `${askFrom.url}${staticPrefix}`;

/** A line for each question. */
const lines = ({ questions }: OutsideRequest): string =>
  questions.map(({ url, pattern }) => `${url} ${pattern}`).join("\n");

export function switchScript(args: ReleaseArgs): Script {
  return {
    values: {
      INGRESS: args.ingress,
      NGINX_IMAGE: args.nginxImage,
      IMAGE: args.image,
      ENTRY: entryOf({
        image: args.image,
        version: args.version,
        rollbackOf: args.rollbackOf ?? "",
        mark: args.mark,
        ...(args.sequence === undefined ? {} : { sequence: args.sequence }),
      }),
      CONF: pulumi.all(args.web).apply((web) =>
        releaseConf(
          web.map((container) => `${container}:${args.port}`),
          args.staticFolder ?? "none",
        ),
      ),
      NO_RELEASE_CONF,
      FILES: args.staticFolder ?? "none",
      FILES_URL: filesUrl(args),
      QUESTIONS: lines(outsideRequest(args)),
      RESOLVE: args.askFrom.resolve,
      FORWARDED_PROTO: args.askFrom.forwardedProto,
      HTTP_PROBE,
      DRAIN_SECONDS: String(args.drainSeconds),
      WEB: pulumi.all(args.web).apply((web) => web.join(" ")),
      PORT: String(args.port),
      HEALTH_SECONDS: String(args.healthSeconds),
    },
    functions: `${markFunctions(args.owner)}${lifeFunctions(args.owner)}${filesFunctions(args.imagesKept)}
# A release that failed was stopped, with all that was healthy in it.
start_again() {
  for one in $WEB; do
    if [ "$(docker inspect --format '{{.State.Running}}' "$one")" = true ]; then continue; fi
    docker start "$one" >/dev/null
    late=$(($(date +%s) + HEALTH_SECONDS))
    until docker exec "$INGRESS" curl --noproxy "*" --silent --output /dev/null --max-time 5 \\
      "http://$one:$PORT/"; do
      if [ "$(date +%s)" -ge "$late" ]; then break; fi
      sleep 0.3
    done
  done
}
show_logs() {
  for one in $WEB; do
    echo "The last lines of the log of $one:" >&2
    docker logs --tail 30 "$one" >&2
  done
}
# Nginx goes on with the configuration that it has when the new one is refused. It looks the names up itself,
# a moment after it has read them: for that moment it is told the addresses. They are not left in the file,
# because later, when Nginx begins anew, they may be those of other containers.
use_conf() {
  docker exec --interactive --workdir ${CONF_FOLDER} "$INGRESS" sh -eu -c '
    workers() { grep -las "nginx: [w]orker" /proc/[0-9]*/cmdline | tr "\\n" " "; }
    cat >release.conf.new
    while IFS= read -r line; do
      printf "%s\\n" "$line"
      case $line in *" resolve;")
        server=\${line#*server }
        server=\${server%% *}
        getent ahostsv4 "\${server%:*}" | sed -n "1s/^\\([^ ]*\\) .*/  server \\1:\${server##*:} backup max_fails=0;/p" ;;
      esac
    done <release.conf.new >release.conf.now
    mv release.conf release.conf.before
    mv release.conf.now release.conf
    if ! nginx -q -t -c ${MAIN_CONF}; then mv release.conf.before release.conf; exit 1; fi
    rm release.conf.before
    old=$(workers)
    deadline=$(($(date +%s) + 30))
    nginx -q -s reload
    while [ "$(workers)" = "$old" ] && [ "$(date +%s)" -lt "$deadline" ]; do sleep 0.05; done
    mv release.conf.new release.conf'
}
# What Nginx goes back to. Nothing where no release was verified yet.
verified_conf() {
  docker exec --workdir ${CONF_FOLDER} "$INGRESS" sh -euc 'if [ -e release.verified ]; then cat release.verified; fi'
}${askFunctions(args.owner)}
# Each line of the questions is a URL and a pattern. Says which one was not answered as it should be.
verify() {
  file=$(some_file)
  printf '%s\\n' "$QUESTIONS" \${file:+"$FILES_URL$file"} | while read -r url pattern; do
    if answer=$(ask "$url" "$pattern"); then continue; fi
    printf '%s\\n' "$url did not answer with $IMAGE. It answered:" "  $answer"
    exit 1
  done
}
in_record() {
  docker exec --interactive --workdir ${CONF_FOLDER} "$INGRESS" "$@"
}
# As baked into the image.
commit() {
  docker image inspect --format '{{range .Config.Env}}{{println .}}{{end}}' "$IMAGE" |
    sed -n 's/^APP_COMMIT=//p' | tr -cd '0-9A-Za-z._-'
}
${RECORD_FUNCTIONS}
remove_old_images() {
  kept=$(verified_releases | sed 's/.*"mark":"\\([^"]*\\)".*/\\1/' | awk '!seen[$0]++' | head -n ${args.imagesKept})
  marks | while read -r mark; do
    if printf '%s\\n' "$kept" | grep -qxF "$mark"; then continue; fi
    # The container of a release that failed is not gone yet: its image goes with the next release.
    if [ -n "$(docker ps --all --quiet ${labelFilters(args.owner, "web")} --filter "ancestor=$mark")" ]; then
      continue
    fi
    drop_image "$mark"
  done
}
# Workers of the configuration before end when their last request has. (The brackets keep the pattern
# from finding the process that looks for it.)
wait_for_old_workers() {
  while docker exec "$INGRESS" sh -c 'grep -qas "[s]hutting down" /proc/[0-9]*/cmdline'; do
    if [ "$(date +%s)" -ge "$deadline" ]; then return; fi
    sleep 0.25
  done
}`,
    apply: `
  COMMIT=$(commit)
  start_again
  earlier=$(earlier_files)
  printf '%s%s\\n' "$CONF" "$earlier" | use_conf >&2
  # Old workers take requests on connections that are kept alive for 10 seconds more (keepalive_min_timeout).
  deadline=$(($(date +%s) + 10 + DRAIN_SECONDS))
  if wrong=$(verify); then
    docker exec --workdir ${CONF_FOLDER} "$INGRESS" cp release.conf release.verified
    recorded=$(verified_releases 2>/dev/null || :)
    record true
    keep_files
    # Without a record, nobody knows which images are those of the releases before: none is called old.
    if [ -n "$recorded" ]; then remove_old_images; fi
    wait_for_old_workers
    # One time for all: an open WebSocket has had it, and leaves little to the container.
    end_unserved "$INGRESS" $((deadline - $(date +%s)))
    verified_releases
    return
  fi
  record false
  printf '%s\\n' "After the switch, $wrong" >&2
  before=$(verified_conf)
  back="Nginx is back at the last verified release."
  if [ -z "$before" ]; then
    before=$NO_RELEASE_CONF
    back="No release was verified yet: Nginx answers as before the first one, that the service is not available."
  fi
  printf '%s\\n' "$before" | use_conf >&2
  echo "$back" >&2
  show_logs
  # Its workers answer connections that are kept alive until they end, and must find it until then.
  deadline=$(($(date +%s) + 10 + DRAIN_SECONDS))
  wait_for_old_workers
  stop_unserved "$INGRESS"
  exit 1`,
  };
}
