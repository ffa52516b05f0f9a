import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { jsonStringPattern } from "../../json-string-pattern.ts";
import { until } from "./until.ts";

/** What a client asks from outside, and what has to be in the answer, which has to be below 400. */
export interface Question {
  readonly url: string;
  /** Where the host name of the URL leads to, whatever name servers say by now. */
  readonly address: string;
  /** Image that the answer has to name; empty where any answer will do. */
  readonly expected: string;
  readonly headers: Readonly<Record<string, string>>;
}

const POLL_MILLISECONDS = 250;

/** How many characters of an answer are shown. */
const SHOWN = 300;

/** Asks until the answer is right; @returns undefined, or the answer that was wrong to the end, on one line. */
export async function probe(question: Question, seconds: number): Promise<string | undefined> {
  const isRight = rightFor(question);
  const patience = { seconds, milliseconds: POLL_MILLISECONDS };
  const answer = await until(() => answerTo(question), isRight, patience);
  return isRight(answer) ? undefined : shown(answer);
}

function rightFor({ expected }: Question): (answer: Answer) => boolean {
  const image = new RegExp(jsonStringPattern(expected));
  return ({ status, text }) =>
    status >= 200 && status < 400 && (expected === "" || image.test(text));
}

interface Answer {
  /** 0 where nothing was answered; then the text is the reason. */
  readonly status: number;
  /** Where it redirects to. */
  readonly location?: string | undefined;
  readonly text: string;
}

function shown({ status, location, text }: Answer): string {
  const begin = text.replaceAll(/\s+/g, " ").trim().slice(0, SHOWN);
  if (status === 0) return begin;
  const to = location === undefined ? "" : `, a redirect to ${location}`;
  return `HTTP ${status}${to}${begin === "" ? "" : `: ${begin}`}`;
}

function answerTo({ url, address, headers: more }: Question): Promise<Answer> {
  const { protocol, hostname, pathname, search, host } = new URL(url);
  const tls = protocol === "https:";
  return new Promise((done) => {
    const failed = (error: Error) => done({ status: 0, text: error.message });
    const options = {
      host: address,
      port: new URL(url).port || (tls ? 443 : 80),
      path: `${pathname}${search}`,
      headers: { ...more, host },
      timeout: 10_000,
      // A connection of its own each time: one that is kept may still lead to a release before.
      agent: false,
    };
    // The certificate may be one that only the clients of the team trust.
    const request = tls
      ? requestHttps({ ...options, servername: hostname, rejectUnauthorized: false })
      : requestHttp(options);
    request.on("timeout", () => request.destroy(new Error("No answer within 10 seconds.")));
    request.on("error", failed);
    request.on("response", (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (part: string) => {
        body += part;
      });
      response.on("error", failed);
      response.on("end", () => {
        const { statusCode: status = 0, headers } = response;
        done({ status, location: headers.location, text: body });
      });
    });
    request.end();
  });
}
