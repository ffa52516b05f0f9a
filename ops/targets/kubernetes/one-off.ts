import { randomBytes } from "node:crypto";
import { AppsV1Api, type V1Pod, type V1PodStatus } from "@kubernetes/client-node";
import { quote } from "../../../components/machine/script.ts";
import { until } from "../../../steps/until.ts";
import { UserError } from "../../user-error.ts";
import { isReady, type Namespace, nameOf, reached } from "./namespace.ts";
import { attachHere, execHere, hasTerminal } from "./terminal.ts";

const POLL_MILLISECONDS = 300;
const START_SECONDS = 120;

/**
 * A command in a pod of its own, made as those of the app that is live are, of another image where one is named;
 * @returns its exit code.
 */
export async function runOnce(
  namespace: Namespace,
  command: string,
  image?: string,
): Promise<number> {
  const pod = await namespace.core.createNamespacedPod({
    namespace: namespace.name,
    body: await podOfApp(namespace, command, image),
  });
  const name = nameOf(pod);
  try {
    await started(namespace, name);
    const where = { namespace: namespace.name, pod: name, container: "app" };
    // The shell in it waits for a line: what the command prints is seen from the first word.
    await attachHere(namespace.config, where, "\n");
    return await exitCode(namespace, name);
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
  command: string,
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
          command: ["/bin/sh", "-c", 'read -r _; exec /bin/sh -c "$0"', command],
          stdin: true,
          stdinOnce: true,
          tty: hasTerminal(),
        },
      ],
    },
  };
}

async function started(namespace: Namespace, name: string): Promise<void> {
  const { phase, containerStatuses } = await until(
    () => statusOf(namespace, name),
    ({ phase }) => phase === "Running" || phase === "Failed",
    { seconds: START_SECONDS, milliseconds: POLL_MILLISECONDS },
  );
  if (phase === "Running") return;
  const waiting = containerStatuses?.[0]?.state?.waiting;
  throw new UserError(
    `The pod for the command did not start: ${waiting?.message ?? waiting?.reason ?? phase}`,
    1,
  );
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

const PSQL = `
owner=$(psql -qXAt -d "$0" \\
  -c "SELECT quote_ident(pg_get_userbyid(datdba)) FROM pg_database WHERE datname = current_database()")
PGOPTIONS="-c role=$owner" exec psql -d "$0" "$@"`;

/** psql in the pod of the database, acting as the owner of what is in it; @returns its exit code. */
export async function psql(namespace: Namespace, args: readonly string[]): Promise<number> {
  const [pod] = (await namespace.pods("database")).filter(isReady);
  if (pod === undefined) return await psqlElsewhere(namespace, args);
  const [web] = await namespace.pods("web");
  const variables = web?.spec?.containers[0]?.env ?? [];
  const database = variables.find(({ name }) => name === "DB_NAME")?.value ?? "app";
  const where = { namespace: namespace.name, pod: nameOf(pod), container: "postgres" };
  return await execHere(namespace.config, where, ["sh", "-euc", PSQL, database, ...args]);
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
      "The stack has no database in a pod that runs. Elsewhere: ./slipway run with a client of the app's image.",
    );
  }
  return await runOnce(namespace, `${PSQL_AS_APP} ${args.map(quote).join(" ")}`, image);
}
