import { existsSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { CommandError, type Stack } from "@pulumi/pulumi/automation/index.js";
import { GCLOUD_LOGIN, gkeKubeconfig } from "../../../components/google/gke-kubeconfig.ts";
import { readKubeconfig } from "../../../infra/kubeconfig.ts";
import { explained } from "../../backend.ts";
import { readConfig } from "../../config.ts";
import { writePrivateFile } from "../../private-file.ts";
import { OWN, PROGRAM, ROOT } from "../../project.ts";
import { UserError } from "../../user-error.ts";

/** What the state says of a cluster that the program made. */
export interface MadeCluster {
  readonly gkeEndpoint: string | undefined;
  /** Where the program leaves a kubeconfig, relative to where it runs. */
  readonly kubeconfigFile: string | undefined;
}

/** The text of the kubeconfig of a stack's cluster, which is then in the clone too: a step of a destroy reads it there. */
export async function kubeconfigOf(stack: Stack, made: MadeCluster): Promise<string> {
  const text = await textFor(stack, made);
  const file = join(OWN, "kube", stack.name, "kubeconfig");
  if (!existsSync(file)) writePrivateFile(file, text);
  return text;
}

async function textFor(stack: Stack, made: MadeCluster): Promise<string> {
  const { gkeEndpoint, kubeconfigFile } = made;
  if (gkeEndpoint === undefined) return await existing(stack);
  if ((await readConfig(stack, "clusterLogin")) !== "token") {
    return gkeKubeconfig(gkeEndpoint, GCLOUD_LOGIN);
  }
  const file = resolve(PROGRAM, kubeconfigFile ?? "");
  // Whatever runs the program renews the token; a preview changes nothing else.
  if (!isFresh(file)) await renew(stack);
  return readFileSync(file, "utf8");
}

async function renew(stack: Stack): Promise<void> {
  try {
    await stack.preview();
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new UserError(`The cluster's token could not be renewed. ${explained(error.message)}`);
  }
}

/** As the config has it: a cluster that somebody else runs. */
async function existing(stack: Stack): Promise<string> {
  const text = await readConfig(stack, "kubeconfig");
  if (text !== undefined) return text;
  const read = readKubeconfig(ROOT, (await readConfig(stack, "kubeconfigPath")) ?? "");
  if ("problem" in read) throw new UserError(`${read.problem} (slipway:kubeconfigPath).`);
  return read.text;
}

/** A token of Google's is good for an hour, and one command is done in a quarter of it. */
const TOKEN_MINUTES = 45;

const isFresh = (file: string) =>
  existsSync(file) && Date.now() - statSync(file).mtimeMs < TOKEN_MINUTES * 60_000;
