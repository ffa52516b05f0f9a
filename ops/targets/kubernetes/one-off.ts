import { randomBytes } from "node:crypto";
import { PassThrough } from "node:stream";
import { AppsV1Api, Log, type V1Pod, type V1PodStatus } from "@kubernetes/client-node";
import { isPodReady } from "../../../components/kubernetes/steps/pods.ts";
import { lacksShell } from "../../../components/kubernetes/steps/rollout-failure.ts";
import { until } from "../../../components/kubernetes/steps/until.ts";
import { quote } from "../../../components/quote.ts";
import type { Command } from "../../../components/shell-command.ts";
import { UserError } from "../../user-error.ts";
import { PSQL_AS_LOGIN } from "../psql-as-login.ts";
import { type Namespace, nameOf, reached } from "./namespace.ts";
import { attachHere, execHere, hasTerminal } from "./terminal.ts";

const POLL_MILLISECONDS = 300;
const START_SECONDS = 120;

/**
 * A command in a pod of its own, made as those of the app that is live are, of another image where one is named;
 * @returns its exit code.
 */
export async function runOnce(
  namespace: Namespace,
  command: Command,
  image?: string,
): Promise<number> {
  const body = await podOfApp(namespace, WAITING, words(command), image);
  const code = await inPod(namespace, body, async (name) => {
    if ((await started(namespace, name)) === "no shell") return undefined;
    const where = { namespace: namespace.name, pod: name, container: "app" };
    // The shell in it waits for a line: what the command prints is seen from the first word.
    await attachHere(namespace.config, where, "\n");
    return await exitCode(namespace, name);
  });
  if (code !== undefined) return code;
  if (typeof command === "string") throw new UserError(NO_SHELL, 1);
  return await runUnattached(namespace, await podOfApp(namespace, [], command, image));
}

const NO_SHELL =
  "The image has no /bin/sh, which is to run a line. Give a program and its arguments as words, which needs no " +
  `shell: ./slipway run -s STACK -- /PROGRAM ARGUMENT; or one word alone as '["/PROGRAM"]'.`;

/** Waits for a line, and then gives its place to what it was given. */
const WAITING = ["/bin/sh", "-c", 'read -r _; exec "$0" "$@"'];

/** Where no shell can wait for this terminal: what it prints is shown, and it reads nothing. */
async function runUnattached(namespace: Namespace, body: V1Pod): Promise<number> {
  const [app] = body.spec?.containers ?? [];
  if (app !== undefined) Object.assign(app, { stdin: false, stdinOnce: false, tty: false });
  return await inPod(namespace, body, async (name) => {
    await started(namespace, name);
    const shown = new PassThrough();
    shown.pipe(process.stdout, { end: false });
    const log = new Log(namespace.config);
    await log.log(namespace.name, name, "app", shown, { follow: true });
    await new Promise((done) => shown.once("close", done).once("end", done));
    return await exitCode(namespace, name);
  });
}

/** Makes a pod for some work, and removes it after that. */
async function inPod<T>(
  namespace: Namespace,
  body: V1Pod,
  work: (name: string) => Promise<T>,
): Promise<T> {
  const pod = await namespace.core.createNamespacedPod({ namespace: namespace.name, body });
  const name = nameOf(pod);
  try {
    return await work(name);
  } finally {
    await namespace.core.deleteNamespacedPod({
      namespace: namespace.name,
      name,
      gracePeriodSeconds: 0,
    });
  }
}

async function podOfApp(
  namespace: Namespace,
  before: readonly string[],
  command: readonly string[],
  otherImage: string | undefined,
): Promise<V1Pod> {
  const apps = namespace.config.makeApiClient(AppsV1Api);
  const { items } = await reached(() =>
    apps.listNamespacedDeployment({
      namespace: namespace.name,
      labelSelector: "slipway.role=web",
    }),
  );
  const spec = items[0]?.spec?.template.spec;
  const [app] = spec?.containers ?? [];
  if (spec === undefined || app === undefined) {
    throw new UserError("No app is there; bring the stack up first.");
  }
  const { env, resources, securityContext, volumeMounts } = app;
  const image = otherImage ?? app.image;
  return {
    metadata: {
      name: `run-${randomBytes(3).toString("hex")}`,
      labels: { ...items[0]?.spec?.template.metadata?.labels, "slipway.role": "step" },
    },
    spec: {
      ...spec,
      restartPolicy: "Never",
      containers: [
        {
          ...Object.fromEntries(
            Object.entries({ image, env, resources, securityContext, volumeMounts }).filter(
              ([, value]) => value !== undefined,
            ),
          ),
          name: "app",
          command: [...before, ...command],
          stdin: true,
          stdinOnce: true,
          tty: hasTerminal(),
        },
      ],
    },
  };
}

const words = (command: Command): readonly string[] =>
  typeof command === "string" ? ["/bin/sh", "-c", command] : command;

async function started(namespace: Namespace, name: string): Promise<"started" | "no shell"> {
  const { phase, containerStatuses } = await until(
    () => statusOf(namespace, name),
    ({ phase, containerStatuses }) =>
      ["Running", "Succeeded", "Failed"].includes(phase ?? "") ||
      containerStatuses?.some(lacksShell) === true,
    { seconds: START_SECONDS, milliseconds: POLL_MILLISECONDS },
  );
  if (containerStatuses?.some(lacksShell)) return "no shell";
  const { waiting, terminated } = containerStatuses?.[0]?.state ?? {};
  // One that is quick has ended by itself already.
  const ended =
    terminated !== undefined &&
    !["StartError", "ContainerCannotRun"].includes(terminated.reason ?? "");
  if (phase === "Running" || ended) return "started";
  const why = waiting?.message ?? terminated?.message ?? waiting?.reason ?? phase;
  throw new UserError(`The pod for the command did not start: ${why}`, 1);
}

async function exitCode(namespace: Namespace, name: string): Promise<number> {
  const code = await until(
    async () => codeOf(await statusOf(namespace, name)),
    (seen) => seen !== undefined,
    { milliseconds: POLL_MILLISECONDS },
  );
  return code ?? 1;
}

const codeOf = ({ containerStatuses }: V1PodStatus): number | undefined =>
  containerStatuses?.[0]?.state?.terminated?.exitCode;

async function statusOf(namespace: Namespace, name: string): Promise<V1PodStatus> {
  const { status } = await namespace.core.readNamespacedPod({ namespace: namespace.name, name });
  return status ?? {};
}

/** psql in the pod of the database, by the newest login of the app, which acts as the owner of what is in it; @returns its exit code. */
export async function psql(namespace: Namespace, args: readonly string[]): Promise<number> {
  const [pod] = (await namespace.pods("database")).filter(isPodReady);
  if (pod === undefined) return await psqlElsewhere(namespace, args);
  const [web] = await namespace.pods("web");
  const variables = web?.spec?.containers[0]?.env ?? [];
  const database = variables.find(({ name }) => name === "DB_NAME")?.value ?? "app";
  const where = { namespace: namespace.name, pod: nameOf(pod), container: "postgres" };
  return await execHere(namespace.config, where, ["sh", "-euc", PSQL_AS_LOGIN, database, ...args]);
}

/** As the app gets in: its login acts as the owner by itself. */
const PSQL_AS_APP = `
export PGHOST="$DB_HOST" PGPORT="$DB_PORT" PGDATABASE="$DB_NAME" PGUSER="$DB_USER"
export PGPASSWORD="\${DB_PASSWORD:-$(cat "\${DB_PASSWORD_FILE:-/dev/null}")}"
exec psql`;

/** psql where a cloud runs the database, in a pod like the app's, of the image that its login was made in. */
async function psqlElsewhere(namespace: Namespace, args: readonly string[]): Promise<number> {
  const { items } = await reached(() =>
    namespace.core.listNamespacedPodTemplate({
      namespace: namespace.name,
      labelSelector: "slipway.role=database",
    }),
  );
  const image = items[0]?.template?.spec?.containers[0]?.image;
  if (image === undefined) {
    throw new UserError(
      "The stack has no database in a pod that runs. Where it is elsewhere, use a client that the app's image has: " +
        "`./slipway run -s STACK -- CLIENT`.",
    );
  }
  return await runOnce(namespace, `${PSQL_AS_APP} ${args.map(quote).join(" ")}`, image);
}
