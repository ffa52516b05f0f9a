import { FrontFiles } from "../../../components/kubernetes/steps/front-files.ts";
import type { Question } from "../../../components/kubernetes/steps/http-probe.ts";
import { firstWrong } from "../../../components/kubernetes/steps/outside-answers.ts";
import { UserError } from "../../user-error.ts";
import type { WrongAnswer } from "../target.ts";
import { type Namespace, reached } from "./namespace.ts";

/** What the live release was verified by, as the state has it. */
export interface AskedOfCluster {
  readonly questions: readonly Question[];
  /** The question for what the static files are below; absent where there are none. */
  readonly files?: Question;
}

/** What has served for a while need not be waited for. */
const FILE_SECONDS = 5;

/** The first question that is not answered, through the load balancer, as it should be. */
export async function wrongAnswer(
  stack: string,
  namespace: Namespace,
  asked: AskedOfCluster | undefined,
): Promise<WrongAnswer | undefined> {
  if (asked === undefined || asked.questions.length === 0) {
    throw new UserError(`The state of ${stack} has no release that could be asked for.`, 1);
  }
  const wrong = await reached(() => firstWrong(namespace.core, namespace.name, asked.questions));
  if (wrong === undefined) return await missingFile(namespace, asked);
  return { url: wrong.question.url, answer: wrong.answer };
}

/** A static file of the live release that is not answered. */
export async function missingFile(
  namespace: Namespace,
  asked: AskedOfCluster | undefined,
): Promise<WrongAnswer | undefined> {
  const { files } = asked ?? {};
  if (files === undefined) return undefined;
  const pods = await namespace.pods("front");
  const question = await new FrontFiles(namespace.config, namespace.name, pods).question(files);
  if (question === undefined) return undefined;
  const wrong = await reached(() =>
    firstWrong(namespace.core, namespace.name, [question], FILE_SECONDS),
  );
  return wrong && { url: question.url, answer: wrong.answer };
}
