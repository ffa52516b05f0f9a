import { expect } from "vitest";
import { type Answer, type LoadedRequest, type LoopReport, RequestLoop } from "../request-loop.ts";
import { heavyTraffic } from "./heavy-traffic.ts";

const LEAST_PER_SECOND = 200;
/** How many were sent and answered even in the busiest second: a load that pauses sees no gap. */
const LEAST_IN_ANY_SECOND = 100;
const STYLE: LoadedRequest = { name: "style", path: "/style.css", status: 200, perSecond: 15 };

export interface LoadedApp {
  readonly url: string;
  /** Of a user who writes. */
  readonly token: string;
  /** The host that is asked for, where the URL has an address. */
  readonly host?: string;
}

/** Does something while the app is under load, of which no request may fail. */
export async function underLoad(
  what: string,
  { url, token, host }: LoadedApp,
  work: () => Promise<void>,
): Promise<LoopReport> {
  const named = host === undefined ? {} : { host };
  const requests = [...heavyTraffic(token), STYLE].map((one) => ({
    ...one,
    headers: { ...one.headers, ...named },
  }));
  const loop = new RequestLoop(url, requests);
  const [end] = await Promise.allSettled([work()]);
  const report = await loop.finish();
  if (end.status === "rejected") throw end.reason;

  const { answers, failures, seconds } = report;
  const sent = answers.length + failures.length;
  const rate = Math.round(sent / seconds);
  const least = leastInAnySecond(report);
  console.info(
    `${what}: ${sent} requests in ${seconds.toFixed()} s (${rate} a second, at least ${least} ` +
      `answered in any), ${failures.length} failed`,
  );
  expect(failures.slice(0, 10), `of ${failures.length} that failed`).toEqual([]);
  expect(rate).toBeGreaterThanOrEqual(LEAST_PER_SECOND);
  expect(least).toBeGreaterThanOrEqual(LEAST_IN_ANY_SECOND);
  return report;
}

/** The articles that the app said it has. */
export function slugsIn(answers: readonly Answer[]): string[] {
  const written = answers.filter(({ name }) => name === "write");
  return written.map(({ body }) => JSON.parse(body).article.slug);
}

/** The images that answered, in the order of their first answer. */
export function imagesIn(answers: readonly Answer[]): string[] {
  const versions = answers.filter(({ name }) => name === "version");
  return [...new Set(versions.map(({ body }) => JSON.parse(body).image))];
}

function leastInAnySecond({ answers, seconds }: LoopReport): number {
  const counts = new Array<number>(Math.floor(seconds)).fill(0);
  for (const { sent } of answers) {
    const second = Math.floor(sent / 1000);
    if (second < counts.length) counts[second] = (counts[second] ?? 0) + 1;
  }
  return Math.min(...counts);
}
