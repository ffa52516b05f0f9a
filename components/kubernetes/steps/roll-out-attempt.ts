import { CoreV1Api, type KubeConfig } from "@kubernetes/client-node";
import { KILLED } from "../../killed-app.ts";
import { type ReleaseRecord, recordLine } from "../../release-record.ts";
import { actor } from "./actor.ts";
import { Deployments, type Rolled } from "./deployments.ts";
import { EndingPods } from "./ending-pods.ts";
import { execPrinted } from "./exec.ts";
import { FrontFiles } from "./front-files.ts";
import { healthAnswer } from "./health-answer.ts";
import type { Question } from "./http-probe.ts";
import { firstWrong } from "./outside-answers.ts";
import { ReleaseHistory } from "./release-history.ts";
import { until } from "./until.ts";

export interface RollOutArgs {
  readonly namespace: string;
  /** What is rolled out, one after the other; the last has the app. */
  readonly deployments: readonly Rolled[];
  /** As config has it, so that the step is taken when it changes. How many to wait for, the cluster says. */
  readonly replicas?: number;
  readonly image: string;
  readonly version: string;
  readonly rollbackOf: string;
  readonly sequence?: number;
  /** Folder of its static files in the image; absent where it has none. */
  readonly staticFolder?: string;
  /** What is asked from outside, one after the other. */
  readonly questions: readonly Question[];
  /** The question for what the static files are below; absent where there are none. */
  readonly files?: Question;
  /** How long pods that were told to end may take. */
  readonly drainSeconds: number;
}

const POLL_MILLISECONDS = 500;

/** One try to bring a release about, and what is done where it fails. */
export class RollOutAttempt {
  readonly #config: KubeConfig;
  readonly #deployments: Deployments;
  readonly #core: CoreV1Api;
  readonly #book: ReleaseHistory;
  readonly #ending: EndingPods;
  readonly #args: RollOutArgs;

  constructor(config: KubeConfig, args: RollOutArgs) {
    this.#config = config;
    this.#deployments = new Deployments(config, args.namespace);
    this.#core = config.makeApiClient(CoreV1Api);
    this.#book = new ReleaseHistory(this.#core, args.namespace);
    this.#ending = new EndingPods(config, args.namespace);
    this.#args = args;
  }

  /** @returns an exit code. */
  async run(): Promise<number> {
    const { deployments } = this.#args;
    const trouble = (await this.#rolledOut()) ?? (await this.#verified());
    if (trouble !== undefined) {
      await this.#ending.end();
      say(trouble);
      await this.#putBack();
      return 1;
    }
    const releases = await this.#book.add(await this.#entry(true), deployments);
    await this.#drained();
    const verified = releases.filter((release) => release.verified);
    process.stdout.write(`${verified.map(recordLine).join("")}${await this.#noted()}`);
    return 0;
  }

  /** What is no reason to fail: pods that had to be killed, and sources among the static files. */
  async #noted(): Promise<string> {
    const { files, drainSeconds } = this.#args;
    const killed = await this.#ending.killed();
    const sources = files === undefined ? "" : await (await this.#files()).sources();
    return `${killed.map((pod) => `${KILLED}${pod} ${drainSeconds}\n`).join("")}${sources}`;
  }

  async #files(): Promise<FrontFiles> {
    const { deployments, namespace } = this.#args;
    const pods = await this.#deployments.pods(deployments[0]?.name ?? "");
    return new FrontFiles(this.#config, namespace, pods);
  }

  /** @returns what is wrong; undefined once all pods are as they should be. */
  async #rolledOut(): Promise<string | undefined> {
    const { deployments, namespace } = this.#args;
    const trouble = await this.#deployments.bringAbout(deployments);
    if (trouble === undefined) return undefined;
    const [front, app] = await Promise.all(
      [deployments[0], deployments.at(-1)].map((one) => this.#deployments.pods(one?.name ?? "")),
    );
    const answer = await healthAnswer(this.#config, {
      namespace,
      front: front ?? [],
      app: app ?? [],
    });
    return answer === undefined ? trouble : `${trouble.trimEnd()}\n${answer}`;
  }

  /** @returns what is wrong; undefined where everything is answered with the image. */
  async #verified(): Promise<string | undefined> {
    const { questions, image } = this.#args;
    const wrong = await this.#firstWrong(questions);
    if (wrong === undefined) return undefined;
    await this.#book.add(await this.#entry(false));
    const { question, answer } = wrong;
    const isFile = !questions.includes(question);
    const what = isFile
      ? ", a static file of the release, is not served"
      : ` did not answer with ${image}`;
    return `After the roll-out, ${question.url}${what}. It answered:\n  ${answer}`;
  }

  /** One of the static files is asked for after all else. */
  async #firstWrong(questions: readonly Question[]) {
    const { files, namespace } = this.#args;
    const file = files && (await (await this.#files()).question(files));
    const all = [...questions, ...(file === undefined ? [] : [file])];
    return await firstWrong(this.#core, namespace, all);
  }

  async #putBack(): Promise<void> {
    const verified = await this.#book.verified();
    if (verified === undefined) return;
    say(await this.#deployments.putBack(verified));
    // What leads to the pods hears of it a moment later; until then clients get what was wrong.
    const wrong = await this.#firstWrong(this.#questionsOf(verified));
    if (wrong === undefined) return;
    say(`${wrong.question.url} does not answer with it. It answers:\n  ${wrong.answer}`);
  }

  /** As of the release that was tried, with its own image. */
  #questionsOf(verified: readonly Rolled[]): Question[] {
    const containers = verified.at(-1)?.template.spec?.containers;
    const before = containers?.find(({ name }) => name === "app")?.image ?? "";
    return this.#args.questions.map((question) =>
      question.expected === "" ? question : { ...question, expected: before },
    );
  }

  /** Until no pod of a release before is left. */
  async #drained(): Promise<void> {
    const { namespace, drainSeconds } = this.#args;
    const labelSelector = "slipway.role=web";
    await until(
      () => this.#core.listNamespacedPod({ namespace, labelSelector }),
      ({ items }) => items.every(({ metadata }) => metadata?.deletionTimestamp === undefined),
      { seconds: drainSeconds + 20, milliseconds: POLL_MILLISECONDS },
    );
  }

  async #entry(verified: boolean): Promise<ReleaseRecord> {
    const { image, version, rollbackOf, sequence, staticFolder } = this.#args;
    const time = `${new Date().toISOString().slice(0, 19)}Z`;
    const commit = await this.#commit();
    return {
      ...{ image, version, commit, time, by: actor(), verified, rollbackOf, mark: image },
      ...(sequence === undefined ? {} : { sequence }),
      ...(staticFolder === undefined ? {} : { staticFolder }),
    };
  }

  /** As baked into the image; only what runs in it can say. */
  async #commit(): Promise<string> {
    const app = this.#args.deployments.at(-1);
    if (app === undefined) return "";
    const pods = await this.#deployments.pods(app.name);
    const where = { namespace: this.#args.namespace, pod: pods[0]?.metadata?.name ?? "" };
    const command = ["/bin/sh", "-c", 'printf %s "$APP_COMMIT"'];
    try {
      const printed = await execPrinted(this.#config, { ...where, container: "app" }, command);
      return printed.replaceAll(/[^\w.-]/g, "");
    } catch {
      return ""; // An image without a shell does not say.
    }
  }
}

const say = (message: string) => process.stderr.write(`${message}\n`);
