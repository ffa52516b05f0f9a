import type { CoreV1Api, V1ConfigMap } from "@kubernetes/client-node";
import { MAINTENANCE_CONFIG_MAP, MAINTENANCE_HEADER } from "../../nginx/places.ts";
import { isNotFound } from "./connection.ts";
import { probe, type Question } from "./http-probe.ts";

export interface WrongAnswer {
  readonly question: Question;
  readonly answer: string;
}

/** For all that knows of the pods before to have heard of the new ones. */
const ANSWER_SECONDS = 30;

/** The first question that is not answered from outside as it should be. */
export async function firstWrong(
  core: CoreV1Api,
  namespace: string,
  questions: readonly Question[],
  seconds = ANSWER_SECONDS,
): Promise<WrongAnswer | undefined> {
  const pass = await maintenancePass(core, namespace);
  for (const question of questions) {
    const headers = { ...question.headers, ...pass };
    const answer = await probe({ ...question, headers }, seconds);
    if (answer !== undefined) return { question, answer };
  }
  return undefined;
}

/** Maintenance is for clients, not for this. */
async function maintenancePass(
  core: CoreV1Api,
  namespace: string,
): Promise<Record<string, string>> {
  const where = { namespace, name: MAINTENANCE_CONFIG_MAP };
  const { data } = await core.readNamespacedConfigMap(where).catch(ifNotFound);
  const pass = Object.keys(data ?? {}).find((key) => key.startsWith("pass-"));
  return pass === undefined ? {} : { [MAINTENANCE_HEADER]: pass.slice("pass-".length) };
}

function ifNotFound(error: unknown): V1ConfigMap {
  if (isNotFound(error)) return {};
  throw error;
}
