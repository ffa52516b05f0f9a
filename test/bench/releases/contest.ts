import { setTimeout as pause } from "node:timers/promises";
import { ask } from "../../e2e/conduit-client.ts";
import { commitOf } from "../../e2e/load/ready-images.ts";
import {
  type Answer,
  type LoadedRequest,
  type LoopReport,
  RequestLoop,
} from "../../e2e/request-loop.ts";
import { until } from "../../e2e/until.ts";
import type { Contender } from "./contender.ts";

/** How long requests are sent before the command begins, and when the new version answers. */
const AROUND_MS = 2000;

export interface MeasuredRelease {
  /** From the beginning of the command to the first answer of the new version. */
  readonly serving: number;
  /** From the beginning of the command to its end. */
  readonly command: number;
  readonly requests: number;
  readonly failed: number;
}

/** Releases an image while requests come in, and looks at what became of them. Times are in seconds. */
export async function measureRelease(
  contender: Contender,
  image: string,
  load: readonly LoadedRequest[],
): Promise<MeasuredRelease> {
  const loop = new RequestLoop(contender.url, load);
  const { began, ended } = await timed(contender, image);
  const report = await loop.finish();

  const { failures, answers } = report;
  const first = answers
    .filter(({ name, body }) => name === "version" && JSON.parse(body).commit === commitOf(image))
    .toSorted((a, b) => a.answered - b.answered)[0];
  if (first === undefined) throw new Error(`${contender.name}: ${image} never answered.`);
  return {
    serving: (wallClock(report, first) - began) / 1000,
    command: (ended - began) / 1000,
    requests: answers.length + failures.length,
    failed: failures.length,
  };
}

async function timed(contender: Contender, image: string) {
  await pause(AROUND_MS);
  const began = Date.now();
  await contender.release(image);
  const ended = Date.now();
  await untilServes(contender.url, image);
  await pause(AROUND_MS);
  return { began, ended };
}

/** Some commands end before the app listens. */
export async function untilServes(url: string, image: string): Promise<void> {
  await until(async () => {
    try {
      const { commit } = await ask(url, "/version");
      return commit === commitOf(image);
    } catch {
      return false;
    }
  }, `${url} answers with ${image}`);
}

const wallClock = ({ began }: LoopReport, { answered }: Answer) => began + answered;
