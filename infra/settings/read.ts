import * as pulumi from "@pulumi/pulumi";
import { PROXY_HEALTH_PORT, PROXY_PORT } from "../../components/kubernetes/cloud-sql-sidecar.ts";
import type { Review } from "../../components/review.ts";
import type { Settings } from "../../stacks/settings.ts";
import { stackFiles } from "../stack-files.ts";
import { problemWithStackName } from "../stack-name.ts";
import { readConfig } from "./config.ts";
import { DEFAULT_IMAGES } from "./images.ts";
import type { Problem } from "./problem.ts";
import { SettingsError } from "./settings-error.ts";
import { SETTINGS } from "./table.ts";
import { appOf, buildOf, registryOf } from "./typed/app.ts";
import { clusterOf } from "./typed/cluster.ts";
import type { Context } from "./typed/context.ts";
import { databaseOf } from "./typed/database.ts";
import { hostOf } from "./typed/host.ts";
import { ingressOf, servedBy } from "./typed/ingress.ts";

/**
 * Reads the stack's config, checks all of it, and freezes it.
 *
 * @throws SettingsError that lists every problem, each with the line to type.
 */
export function readSettings(project: string, stack: string, table = SETTINGS): Settings {
  const { values, facts, problems: found } = readConfig(table, { project, stack });
  const problems = [...found];
  const context: Context = { values, facts, problem: (one) => problems.push(one) };
  const settings: Settings = {
    ...everySetting(context),
    ...(values.target === "docker" ? onDocker(context) : onKubernetes(context)),
  };
  problems.push(...problemsOf(settings));
  if (problems.length > 0) throw new SettingsError(stack, problems);
  return deepFreeze(settings);
}

function onDocker(context: Context) {
  return {
    target: "docker",
    host: hostOf(context),
    ingress: ingressOf(context),
    ingressOf: servedBy(context),
    sshFiles: stackFiles("ssh", context.facts.stack),
  } as const;
}

function onKubernetes(context: Context) {
  const { domain = "", ...ingress } = ingressOf(context);
  return { target: "kubernetes", ...clusterOf(context), ingress: { ...ingress, domain } } as const;
}

function everySetting(context: Context) {
  const { values, facts } = context;
  return {
    project: facts.project,
    stack: facts.stack,
    ingressShared: values.ingressShared || values.reviewDomain !== undefined,
    review: reviewOf(context),
    build: buildOf(context),
    app: appOf(context),
    database: databaseOf(context),
    images: { ...DEFAULT_IMAGES, ...values.images },
    imagesKept: values.imagesKept,
    registry: registryOf(context),
    seconds: {
      health: values.healthSeconds,
      migrate: values.migrateSeconds,
      drain: values.drainSeconds,
      ready: values.readySeconds,
    },
  };
}

function reviewOf({ values }: Context): Review | undefined {
  const { reviewBranch: branch, reviewUntil: until = "", reviewLike: like = "" } = values;
  return branch === undefined ? undefined : { branch, until, like };
}

/** What can only be said of all of them together. */
function problemsOf(settings: Settings): Problem[] {
  const { project, stack, target, app } = settings;
  const inCluster = target === "kubernetes";
  const name = problemWithStackName({
    ...{ project, stack, target, replicas: app.replicas },
    migrates: app.migrateCommand !== undefined,
    ownNamespace: inCluster && settings.namespace !== `${project}-${stack}`,
    madeAtCloud: inCluster ? settings.cluster.kind === "gke" : "region" in settings.host,
  });
  const port = problemWithPort(settings);
  return [...(name === undefined ? [] : [name]), ...(port === undefined ? [] : [port])];
}

/** In a pod of a cluster, all containers share their ports. */
function problemWithPort({ target, database, app }: Settings): Problem | undefined {
  if (target !== "kubernetes" || database.kind !== "managed") return undefined;
  if (app.port !== PROXY_PORT && app.port !== PROXY_HEALTH_PORT) return undefined;
  return {
    setting: "appPort",
    text: `slipway:appPort is ${app.port}, where the proxy of the managed database listens in the same pod.`,
    command: "pulumi config set appPort 3000",
  };
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !pulumi.Output.isInstance(value)) {
    for (const child of Object.values(value)) deepFreeze(child);
    Object.freeze(value);
  }
  return value;
}
