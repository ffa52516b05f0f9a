import { isDeepStrictEqual } from "node:util";
import type { Change } from "./changes.ts";
import { holdsData, takesAllWithIt } from "./data.ts";
import { foreignIn } from "./foreign.ts";
import { type Opening, openingsOf } from "./openings.ts";
import { asList, at, isUnknown, leaves, madePlain } from "./values.ts";
import { typeInWords } from "./words.ts";

/** What a change means to those who use the stack, the worst last. */
export const RISKS = [
  "no downtime",
  "restart",
  "becomes public",
  "secret in the clear",
  "data at risk",
  "foreign step",
] as const;
export type Risk = (typeof RISKS)[number];

export interface Finding {
  readonly component: string;
  /** In words, as `releases 1.4.2 (image ...) without a gap`. */
  readonly text: string;
  readonly risk: Risk;
  /** Whether somebody has to say that this is meant. */
  readonly dangerous: boolean;
}

/** What a preview means, in words, the worst first within each component. */
export function findingsOf(changes: readonly Change[]): Finding[] {
  const context = { isNew: changes.every(({ old }) => Object.keys(old).length === 0), changes };
  const findings = changes.flatMap((change) => [
    ...dangersOf(change, context),
    ...(change.action === "same" || change.isProvider ? [] : [plainly(change, context)]),
  ]);
  return unique(findings.filter((one): one is Finding => one !== undefined));
}

interface Context {
  /** Whether the stack is not there yet. */
  readonly isNew: boolean;
  readonly changes: readonly Change[];
}

function dangersOf(change: Change, { isNew, changes }: Context): Finding[] {
  // It has happened already, and is no danger of the `up`.
  if (change.drifted) return dangerousOpenings(change, changes, isNew);
  const { component, action, old, now, type } = change;
  const dangerous = (text: string, risk: Risk) => ({ component, text, risk, dangerous: true });
  const it = nameOf(change);
  const goes = action === "delete" || action === "replace";
  const stays = action !== "create" && action !== "delete";
  const foreign = foreignIn(change);
  const all: Finding[] = leftBehind(change).map((text) => dangerous(text, "data at risk"));
  if (foreign !== undefined) {
    const text = `${it} is in the state, and this program never created it: ${foreign}. Its deletion RUNS the command in the state`;
    all.push(dangerous(text, "foreign step"));
  }
  if (action === "replace" && holdsData({ type, inputs: old })) {
    const rest = change.retained ? "; the old one is let go of, and stays" : "";
    all.push(dangerous(`${it} is REPLACED by an empty one${rest}`, "data at risk"));
  }
  if (action === "delete" && !change.retained && holdsData({ type, inputs: old })) {
    all.push(dangerous(`${it} is DELETED, and its data with it`, "data at risk"));
  }
  if (goes && !change.retained && takesAllWithIt(type)) {
    all.push(
      dangerous(`${it} is ${action.toUpperCase()}D, with all that is in it`, "data at risk"),
    );
  }
  if (stays && change.wasProtected && !change.isProtected) {
    all.push(dangerous(`the protection of ${it} is removed`, "data at risk"));
  }
  if (stays && change.retained && !change.isRetained) {
    all.push(dangerous(`${it} is no longer kept when it is let go of`, "data at risk"));
  }
  for (const path of stays ? guards(old).filter((one) => at(now, one) !== true) : []) {
    const what = path.endsWith("backupConfiguration.enabled")
      ? `${it} is no longer backed up by the cloud`
      : `the cloud's own protection of ${it} is removed`;
    all.push(dangerous(what, "data at risk"));
  }
  all.push(...dangerousOpenings(change, changes, isNew));
  // A new value is no old one made plain: what was replaced may be another thing.
  // Nor is a script that finds the app's secrets as files now, and has none itself.
  const plain = action === "delete" ? [] : madePlain(old, now);
  for (const path of plain.filter((one) => !(one === "stdin" && findsSecretsAsFiles(now)))) {
    all.push(dangerous(`${path} of ${it} is no longer secret`, "secret in the clear"));
  }
  for (const name of toldOpenly(change)) {
    all.push(dangerous(`${name} of the app is no longer secret`, "secret in the clear"));
  }
  return all;
}

function dangerousOpenings(change: Change, changes: readonly Change[], isNew: boolean): Finding[] {
  const { component } = change;
  const openings = goesWithAll(change, changes) ? [] : openedBy(change, changes);
  return openings.map(({ text, usual }) => ({
    component,
    text: `${nameOf(change)}: ${text}`,
    risk: "becomes public",
    dangerous: !(usual && isNew),
  }));
}

const findsSecretsAsFiles = (inputs: Change["now"]) =>
  String(at(inputs, "stdin")).includes("_FILE=/run/secrets/");

/**
 * What was removed by hand and comes back opens no more than it did, and shuts again what it kept out.
 */
function openedBy(change: Change, changes: readonly Change[]): Opening[] {
  const other = (action: Change["action"]) =>
    changes.find(
      (one) => one.urn === change.urn && one.action === action && one.drifted !== change.drifted,
    );
  if (change.drifted && change.action === "delete" && other("create")) return [];
  const before = change.action === "create" ? other("delete") : undefined;
  return openingsOf(before ? { ...change, action: "update", old: before.old } : change);
}

/** Whether what it stands before goes too: the machine of a firewall, the namespace of a policy. */
function goesWithAll({ component, action, type }: Change, changes: readonly Change[]): boolean {
  const beside = /networkpolicy/i.test(type)
    ? changes.filter((one) => one.type === "kubernetes:core/v1:Namespace")
    : changes.filter((one) => one.component === component && one.type !== type && !one.isProvider);
  return action === "delete" && beside.length > 0 && beside.every((one) => one.action === "delete");
}

const GUARD = /(^|\.)(deletionProtection(Enabled)?|backupConfiguration\.enabled)$/;

/** Where it says that a cloud refuses to delete it, and that it keeps copies. */
const guards = (inputs: Change["old"]) =>
  leaves(inputs).flatMap(({ path, value }) => (GUARD.test(path) && value === true ? path : []));

/** Data that stays where it is, and that the app has no more. */
function leftBehind(change: Change): string[] {
  const { old, now, type } = change;
  if (change.action !== "update" && change.action !== "replace") return [];
  const moved = (was: unknown, is: unknown) =>
    ![was, is].some((one) => one === undefined || isUnknown(one)) && was !== is;
  if (type === "pulumi:providers:docker") {
    return moved(old["host"], now["host"])
      ? [
          `the stack moves to another machine: its data stays on the one before, ${String(old["host"])}`,
        ]
      : [];
  }
  if (roleOf(change) === "web") {
    const [was, is] = [variablesIn(old), variablesIn(now)];
    return ["DB_HOST", "DB_NAME"]
      .filter((name) => moved(was[name], is[name]))
      .map(
        (name) =>
          `the app gets another database (${name} ${String(was[name])} → ${String(is[name])}): the data stays in the previous database`,
      );
  }
  const [place, newPlace] = [old, now].map(placesIn);
  if (roleOf(change) !== "database" || place === undefined) return [];
  const [was, is] = [old, now].map((inputs) => /:(\d+)[^:/@]*(@|$)/.exec(imageIn(inputs))?.[1]);
  return [
    ...(moved(was, is)
      ? [`Postgres ${is} cannot read the data of ${was}: it starts with an empty database`]
      : []),
    ...(moved(place, newPlace) ? [`Postgres gets another place for its data: ${newPlace}`] : []),
  ];
}

/** Variables that were secret, in a file or by reference, and are in the environment as they are now. */
function toldOpenly({ old, now, action }: Change): string[] {
  if (action !== "update" && action !== "replace") return [];
  const files = Object.entries(variablesIn(old)).flatMap(([name, value]) =>
    String(value).startsWith("/run/secrets/") ? name.replace(/_FILE$/, "") : [],
  );
  const references = asList(at(old, "spec.template.spec.containers.0.env")).flatMap((one) =>
    at(one, "valueFrom.secretKeyRef") === undefined ? [] : String(at(one, "name")),
  );
  const open = variablesIn(now);
  return [...files, ...references].filter(
    (name) => typeof open[name] === "string" && open[name] !== "[secret]",
  );
}

/** Variables of the app's first container that may be shown. */
function variablesIn(inputs: Change["now"]): Record<string, unknown> {
  const listed = asList(inputs["envs"]).map((one) => /^([^=]*)=(.*)$/s.exec(String(one))?.slice(1));
  const ofPods = asList(at(inputs, "spec.template.spec.containers.0.env"));
  return Object.fromEntries([
    ...listed.filter((one) => one !== undefined),
    ...ofPods.map((one) => [at(one, "name"), at(one, "value")]),
  ]);
}

const imageIn = (inputs: Change["now"]) =>
  String(at(inputs, "image") ?? at(inputs, "spec.template.spec.containers.0.image") ?? "");

/** Names of volumes and claims, and folders of the machine; none where one is not known yet. */
function placesIn(inputs: Change["now"]): string | undefined {
  const volumes = asList(inputs["volumes"]).map(
    (one) => at(one, "volumeName") ?? at(one, "hostPath"),
  );
  const claims = asList(at(inputs, "spec.template.spec.volumes")).map((one) =>
    at(one, "persistentVolumeClaim.claimName"),
  );
  const all = [...volumes, ...claims].filter((one) => one !== undefined);
  return all.length === 0 || all.some(isUnknown) ? undefined : all.join(", ");
}

type Words = (change: Change, context: Context) => Omit<Finding, "component"> | undefined;

function plainly(change: Change, context: Context): Finding | undefined {
  const words = WORDS[change.type] ?? generally;
  const finding = change.drifted ? driftOf(change) : words(change, context);
  return finding === undefined ? undefined : { component: change.component, ...finding };
}

const quietly = (text: string) => ({ text, risk: "no downtime" as const, dangerous: false });
const withRestart = (text: string) => ({ text, risk: "restart" as const, dangerous: false });

const driftOf = (change: Change) =>
  quietly(
    change.action === "delete"
      ? `${nameOf(change)} was removed by hand`
      : `${nameOf(change)} was changed by hand: ${change.keys.join(", ")}`,
  );

const generally: Words = (change) => {
  const it = nameOf(change);
  if (change.action === "create") return quietly(`makes ${it}`);
  if (change.action === "delete") return quietly(`removes ${it}`);
  if (change.action === "replace") return quietly(`makes ${it} anew${because(change)}`);
  return quietly(`changes ${it}${because(change)}`);
};

const because = ({ keys }: Change) => (keys.length === 0 ? "" : `: ${keys.join(", ")}`);

const container: Words = (change, context) => {
  const { action, gap } = change;
  if (action === "create" || action === "delete") {
    return roleOf(change) === "web" ? appWords(change) : generally(change, context);
  }
  // Docker's plugin says so of one that was stopped by hand.
  if (change.keys.includes("mustRun")) {
    const then = action === "replace" ? "another one takes its place" : "it is started again";
    return quietly(`${nameOf(change)} does not run: ${then}`);
  }
  if (action === "update") return quietly(`changes ${nameOf(change)} as it runs${because(change)}`);
  switch (roleOf(change)) {
    case "web":
      return appWords(change);
    case "process":
      return quietly(`${change.name.replace("process-", "")} starts anew`);
    case "ingress":
      return withRestart("Nginx is replaced: a gap of about a second");
    case "database":
      return withRestart(
        "Postgres is replaced: no database for some seconds; its data stays on its volume",
      );
    default:
      return gap
        ? withRestart(`${nameOf(change)} is replaced: it is away for some seconds`)
        : generally(change, context);
  }
};

const deployment: Words = (change, context) => {
  if (change.action === "update" && keepsPods(change)) return quietly(besidePods(change));
  if (roleOf(change) === "web") return appWords(change);
  if (change.action !== "update") return generally(change, context);
  return quietly(`rolls ${nameOf(change)} over, pod by pod`);
};

const TEMPLATE = "spec.template";

/** Whether the pods that are there stay as they are: of them there may be more, or fewer. */
const keepsPods = ({ old, now }: Change) =>
  at(old, TEMPLATE) !== undefined && isDeepStrictEqual(at(old, TEMPLATE), at(now, TEMPLATE));

function besidePods(change: Change): string {
  const [was, is] = [change.old, change.now].map((inputs) => at(inputs, "spec.replicas"));
  if (was === is || is === undefined || isUnknown(is)) {
    return `changes ${nameOf(change)}, and no pod of it`;
  }
  const before = was === undefined ? "" : ` instead of ${String(was)}`;
  return `${nameOf(change)} gets ${String(is)} replicas${before}; no pod is made anew`;
}

/** The app itself: its containers or pods. */
function appWords(change: Change): ReturnType<Words> {
  const [was, is] = [releaseIn(change.old), releaseIn(change.now)];
  const name = (release: Release) =>
    `${release.version || "another version"} (image ${release.image})`;
  if (change.action === "delete") return quietly(`takes ${change.name} away`);
  if (was.image === undefined) return quietly(`starts ${name(is)}`);
  const how = change.gap ? "with a gap: the old one goes first" : "without a gap";
  const text =
    was.image === is.image && was.version === is.version
      ? `starts the app anew, ${how}${because(change)}`
      : `releases ${name(is)} ${how}; it was ${was.version || was.image}`;
  return change.gap ? withRestart(text) : quietly(text);
}

interface Release {
  readonly image: string | undefined;
  readonly version: string;
}

function releaseIn(inputs: Change["now"]): Release {
  const image = at(inputs, "image") ?? at(inputs, "spec.template.spec.containers.0.image");
  const version = labelsOf(inputs)["slipway.release"] ?? "";
  return { image: image === undefined ? undefined : String(image), version };
}

const roleOf = ({ now, old }: Change) =>
  labelsOf(now)["slipway.role"] ?? labelsOf(old)["slipway.role"] ?? "";

/** Of a container of Docker, or of the pods of a Deployment. */
function labelsOf(inputs: Change["now"]): Record<string, string> {
  const listed = asList(inputs["labels"]).map((one) => [at(one, "label"), at(one, "value")]);
  const ofPods = at(inputs, "spec.template.metadata.labels") as Record<string, string> | undefined;
  return { ...Object.fromEntries(listed), ...ofPods };
}

const STEPS: readonly (readonly [RegExp, string])[] = [
  [/^migrate$/, "runs the migration in the new image, before it takes traffic"],
  [/-healthy$/, ""],
  [/^process-.*-(steady|rolled-out)$/, ""],
  [/^release-(switched|verified)$/, "switches to it, and verifies it from outside"],
  [/^image-pull$/, "gets the image"],
  [/^image-build$/, "builds the image"],
  [/^image-load$/, "loads the image from its archive"],
  [/^static-copied$/, "copies its static files beside those of the releases before"],
  [/^database-login$/, "sets the login of the database; the one before goes last"],
  [/^ingress-configured$/, "gives Nginx another configuration, without a gap"],
];

const commandStep: Words = (change, context) => {
  if (change.action === "delete") return generally(change, context);
  const words = STEPS.find(([name]) => name.test(change.name))?.[1];
  if (words === "") return undefined;
  return quietly(words ?? `runs the step ${change.name}`);
};

const machine: Words = (change, context) => {
  if (change.action === "replace" || change.action === "delete") {
    return withRestart(
      `${nameOf(change)} is ${change.action}d: its containers are down for minutes`,
    );
  }
  return change.keys.some((key) => ["size", "machineType"].includes(key))
    ? withRestart(`${nameOf(change)} is shut down to get its new size`)
    : generally(change, context);
};

/** What is away, or elsewhere, while it is changed. */
const restarting =
  (what: string, actions: readonly Change["action"][]): Words =>
  (change, context) =>
    actions.includes(change.action)
      ? withRestart(`${nameOf(change)} ${what}${because(change)}`)
      : generally(change, context);

const WORDS: Readonly<Record<string, Words>> = {
  "command:local:Command": commandStep,
  "docker:index/container:Container": container,
  "docker:index/network:Network": restarting("goes, with all that is on it", ["replace", "delete"]),
  "kubernetes:apps/v1:Deployment": deployment,
  "kubernetes:apps/v1:StatefulSet": restarting("restarts: no database for some seconds", [
    "update",
    "replace",
  ]),
  "digitalocean:index/droplet:Droplet": machine,
  "gcp:compute/instance:Instance": machine,
  "digitalocean:index/reservedIp:ReservedIp": restarting("is another one then", [
    "replace",
    "delete",
  ]),
  "gcp:compute/address:Address": restarting("is another one then", ["replace", "delete"]),
  "digitalocean:index/databaseCluster:DatabaseCluster": restarting("may be away for a minute", [
    "update",
  ]),
  "gcp:sql/databaseInstance:DatabaseInstance": restarting("may be away for a minute", ["update"]),
};

/** What it is: `the Docker volume database-data`. */
const nameOf = ({ type, name }: Change) =>
  `the ${typeInWords(type)} \`${name.replaceAll("`", "'")}\``;

/** Replicas say the same. */
function unique(findings: readonly Finding[]): Finding[] {
  const seen = new Set<string>();
  return findings.filter(({ component, text }) => {
    const key = `${component}: ${text}`;
    return seen.has(key) ? false : seen.add(key);
  });
}
