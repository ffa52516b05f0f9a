import { randomBytes } from "node:crypto";
import type { OutsideRequest } from "../../../components/docker/outside-request.ts";
import { labelFilters, labelOptions, labels, type Owner } from "../../../components/labels.ts";
import { CONF_FOLDER, RECORD_FILE } from "../../../components/nginx/places.ts";
import { quote } from "../../../components/quote.ts";
import { parseRecord, type ReleaseRecord, recordLine } from "../../../components/release-record.ts";
import type { Command } from "../../../components/shell-command.ts";
import { lostFrom } from "../../lost-record.ts";
import { PROJECT } from "../../project.ts";
import { noLogs } from "../no-logs.ts";
import type { Part, Target } from "../target.ts";
import { FIRST } from "./first.ts";
import { isInMaintenance, setMaintenance } from "./maintenance.ts";
import { PSQL, PSQL_ELSEWHERE, RUN } from "./one-off.ts";
import { otherStacks } from "./other-stacks.ts";
import { missingFile, wrongAnswer } from "./outside.ts";
import { printed, type Reach } from "./reach.ts";
import { linesOf, things } from "./things.ts";

const APP_ROLES = ["web", "process"];

interface RecordedOfDocker {
  /** Image with psql, where the database is in no container of the stack. */
  readonly psqlImage?: string | undefined;
  /** What the live release was verified by. */
  readonly asked?: OutsideRequest | undefined;
}

/**
 * A stack on a Docker host.
 *
 * @param recorded what the state says of it.
 */
export function dockerTarget(
  stack: string,
  host: Reach,
  { psqlImage, asked }: RecordedOfDocker = {},
): Target {
  const owner: Owner = { project: PROJECT, stack };
  const filters = `--filter label=slipway.project=${PROJECT} --filter label=slipway.stack=${stack}`;
  const parts = () => listParts(host, filters);
  const oneOff = (command: Command, image: string) =>
    host.show(RUN, [
      filters,
      `${PROJECT}-${stack}-run-${randomBytes(3).toString("hex")}`,
      labelOptions(labels(owner, "one-off")),
      image,
      ...(typeof command === "string" ? ["/bin/sh", "-c", command] : command),
    ]);
  return {
    // The engine itself starts a container.
    startSeconds: 0,
    things: () => things(host, filters),
    hasVolume: async (name) =>
      (await printed(host.take('docker volume ls --quiet --filter "name=^$1$"', [name]))) !== "",
    // The engine waits for a container to end.
    untilDown: async () => {},
    others: () => otherStacks(host, owner),
    removeBuilds: async () => {
      await printed(host.take(REMOVE_BUILDS, [filters]));
    },
    releases: () => readRecord(host, labelFilters(owner, "ingress")),
    restoreReleases: async (before) => {
      const ingress = labelFilters(owner, "ingress");
      const lost = lostFrom(await readRecord(host, ingress), before);
      const input = lost.map(recordLine).join("");
      if (lost.length > 0) await printed(host.take(APPEND_RECORD, [ingress], input));
      return lost.length;
    },
    parts,
    wrongAnswer: () => wrongAnswer(host, owner, asked),
    missingFile: () => missingFile(host, owner, asked),
    logs: async ({ of, follow, lines }) => {
      const all = await parts();
      const shown = all.filter(({ role, name }) =>
        of === undefined ? APP_ROLES.includes(role) : name.includes(of),
      );
      if (shown.length === 0) throw noLogs(stack, "container", of, all.map(nameOf));
      return await host.show(LOGS, [
        String(lines),
        follow ? "--follow" : "",
        ...shown.map(({ name }) => name),
      ]);
    },
    run: (command) => oneOff(command, ""),
    psql: (args) =>
      psqlImage === undefined
        ? host.show(PSQL, [filters, ...args])
        : oneOff(`${PSQL_ELSEWHERE} ${args.map(quote).join(" ")}`, psqlImage),
    setMaintenance: (on) => setMaintenance(host, filters, on),
    isInMaintenance: () => isInMaintenance(host, filters),
  };
}

const nameOf = ({ name }: Part) => name;

const REMOVE_BUILDS = `
builds=$(docker image ls --filter dangling=false --format '{{.Repository}}:{{.Tag}}' $1)
for build in $builds; do
  docker image rm --no-prune "$build" >/dev/null
done`;

/** All at once, each line with its container's name where there are several. */
const LOGS = `
lines=$1 follow=$2
shift 2
if [ $# -eq 1 ]; then exec docker logs --tail "$lines" $follow "$1" 2>&1; fi
trap 'kill $(jobs -p) 2>/dev/null || :' EXIT
trap 'exit 130' HUP INT TERM
for name; do
  docker logs --tail "$lines" $follow "$name" 2>&1 | sed -u "s/^/$name  /" &
done
wait`;

const APPEND_RECORD = `${FIRST}
ingress=$(first docker ps --quiet $1)
if [ -z "$ingress" ]; then echo "Nginx does not run." >&2; exit 1; fi
docker exec --interactive "$ingress" sh -euc 'cat >>${CONF_FOLDER}/${RECORD_FILE}'`;

async function readRecord(host: Reach, filters: string): Promise<ReleaseRecord[]> {
  // As a copy, so that it is read while Nginx does not run, too.
  const script = `${FIRST}
ingress=$(first docker ps --all --quiet $1)
if [ -z "$ingress" ]; then exit 0; fi
docker cp "$ingress:${CONF_FOLDER}/${RECORD_FILE}" - 2>/dev/null | tar -xOf - 2>/dev/null || :`;
  return parseRecord(await printed(host.take(script, [filters])));
}

async function listParts(host: Reach, filters: string): Promise<Part[]> {
  const fields = ['{{.Label "slipway.role"}}', "{{.Names}}", '{{.Label "slipway.release"}}'];
  const format = [...fields, "{{.State}}", "{{.Status}}"].join("\t");
  const output = await printed(host.take(`docker ps --all --format '${format}' ${filters}`));
  return linesOf(output)
    .map((line) => {
      const [role = "", name = "", version = "", state = "", status = ""] = line.split("\t");
      return { role, name, version, state: status, isRunning: state === "running" };
    })
    .filter(({ role }) => !["step", "one-off"].includes(role));
}
