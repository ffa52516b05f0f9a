import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { until } from "./until.ts";

/** What a client asks from outside, and what has to be in the answer. */
export interface Question {
  readonly url: string;
  /** Where the host name of the URL leads to, whatever name servers say by now. */
  readonly address: string;
  /** Empty where any answer without an error will do. */
  readonly expected: string;
  readonly headers: Readonly<Record<string, string>>;
}

const POLL_MILLISECONDS = 250;

/** Asks until the answer is right; @returns undefined, or the answer that was wrong to the end. */
export async function ask(question: Question, seconds: number): Promise<string | undefined> {
  const isRight = ({ ok, text }: Answer) => ok && text.includes(question.expected);
  const patience = { seconds, milliseconds: POLL_MILLISECONDS };
  const answer = await until(() => answerTo(question), isRight, patience);
  return isRight(answer) ? undefined : answer.text;
}

interface Answer {
  readonly ok: boolean;
  readonly text: string;
}

function answerTo({ url, address, headers }: Question): Promise<Answer> {
  const { protocol, hostname, pathname, host } = new URL(url);
  const tls = protocol === "https:";
  return new Promise((done) => {
    const failed = (error: Error) => done({ ok: false, text: error.message });
    const options = {
      host: address,
      port: new URL(url).port || (tls ? 443 : 80),
      path: pathname,
      headers: { ...headers, host },
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
        const status = response.statusCode ?? 0;
        const ok = status >= 200 && status < 300;
        done({ ok, text: ok ? body : `${status} ${response.statusMessage}` });
      });
    });
    request.end();
  });
}
