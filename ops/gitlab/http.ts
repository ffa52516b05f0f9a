import { setTimeout as pause } from "node:timers/promises";
import { say } from "../progress.ts";
import { UserError } from "../user-error.ts";

/** An answer of GitLab that is none of those that were hoped for. */
export class GitLabError extends UserError {
  readonly status: number;

  constructor(message: string, status: number) {
    super(message, 1);
    this.status = status;
  }
}

export interface Call {
  readonly method: "GET" | "POST" | "PUT";
  /** Below the project, each part encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Readonly<Record<string, unknown>>;
  /** What it does, as the end of "may not ...". */
  readonly purpose: string;
  /** What a token needs for it. */
  readonly needs: string;
}

export interface Place {
  /** As in CI_API_V4_URL. */
  readonly url: string;
  /** Its number, or its path. */
  readonly project: string;
}

const TRIES = 5;
const LONGEST_WAIT_SECONDS = 60;
const TIMEOUT_MS = 30_000;

/** Calls to the API of a project. The token goes to that server alone, and into no message. */
export class Http {
  readonly #place: Place;
  readonly #token: string;

  constructor(place: Place, token: string) {
    this.#place = { ...place, url: place.url.replace(/\/+$/, "") };
    this.#token = token;
  }

  /** Every page of a list. */
  async list<T>(call: Call): Promise<T[]> {
    const all: T[] = [];
    for (let page = "1"; page !== ""; ) {
      const query = { ...call.query, per_page: "100", page };
      const response = await this.#send({ ...call, query });
      all.push(...(await read<T[]>(response, call)));
      page = response.headers.get("x-next-page") ?? "";
    }
    return all;
  }

  async one<T>(call: Call): Promise<T> {
    return await read<T>(await this.#send(call), call);
  }

  async #send(call: Call): Promise<Response> {
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await this.#attempt(call);
      if (outcome instanceof Response && outcome.ok) return outcome;
      if (attempt === TRIES || !mayTryAgain(call, outcome))
        throw await this.#failure(call, outcome);
      const seconds = waitSeconds(outcome, attempt);
      say(`  GitLab ${said(outcome)}; trying again in ${seconds} s`);
      await pause(seconds * 1000);
    }
  }

  /** What went wrong on the way is an outcome too. */
  async #attempt({ method, path, query, body }: Call): Promise<Response | Error> {
    const { url, project } = this.#place;
    const address = new URL(`${url}/projects/${encodeURIComponent(project)}${path}`);
    for (const [name, value] of Object.entries(query ?? {})) address.searchParams.set(name, value);
    try {
      return await fetch(address, {
        method,
        headers: {
          "PRIVATE-TOKEN": this.#token,
          accept: "application/json",
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        // A server that is sent on to would be given the token.
        redirect: "manual",
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
    } catch (error) {
      return error as Error;
    }
  }

  async #failure(call: Call, outcome: Response | Error): Promise<GitLabError> {
    const { url, project } = this.#place;
    if (outcome instanceof Error) {
      const { message, cause } = outcome as Error & { cause?: Error };
      return new GitLabError(
        this.#hidden(`GitLab at ${url} could not be reached: ${cause?.message || message}.`),
        0,
      );
    }
    const { status } = outcome;
    const words = {
      301: `${url} is not where GitLab's API is: it sends elsewhere (CI_API_V4_URL).`,
      401: "GitLab does not know the token in GITLAB_TOKEN: it is mistyped, expired or revoked.",
      403: `The token in GITLAB_TOKEN may not ${call.purpose}.`,
      404:
        `GitLab has nothing at ${call.path} in project ${project} that the token in GITLAB_TOKEN ` +
        `may see, so it could not ${call.purpose}.`,
    }[status >= 300 && status < 400 ? 301 : status];
    const advice = [401, 403, 404].includes(status)
      ? ` It has to be a project access token with ${call.needs} (Settings > Access tokens).`
      : "";
    const message = words ?? `GitLab could not ${call.purpose}: ${await this.#answer(outcome)}.`;
    return new GitLabError(`${message}${advice}`, status);
  }

  async #answer(response: Response): Promise<string> {
    const text = (await response.text().catch(() => "")).slice(0, 300).trim();
    return this.#hidden(`${said(response)}${text === "" ? "" : `: ${text}`}`);
  }

  #hidden(text: string): string {
    return text.replaceAll(this.#token, "[hidden]");
  }
}

/** @throws GitLabError for what is no JSON, as the page of a proxy that wants a login. */
async function read<T>(response: Response, { purpose }: Call): Promise<T> {
  try {
    return (await response.json()) as T;
  } catch (error) {
    const { message } = error as Error;
    const why = error instanceof SyntaxError ? "its answer is no JSON" : message;
    throw new GitLabError(`GitLab could not ${purpose}: ${why}.`, response.status);
  }
}

/** What was perhaps done although no answer came must not be done twice. */
function mayTryAgain({ method }: Call, outcome: Response | Error): boolean {
  if (outcome instanceof Response && outcome.status === 429) return true;
  if (method === "POST") return false;
  return outcome instanceof Error || outcome.status >= 500;
}

function waitSeconds(outcome: Response | Error, attempt: number): number {
  const asked = outcome instanceof Response ? Number(outcome.headers.get("retry-after")) : 0;
  const seconds = asked > 0 ? asked : 2 ** (attempt - 1);
  return Math.min(seconds, LONGEST_WAIT_SECONDS);
}

const said = (outcome: Response | Error) =>
  outcome instanceof Response
    ? `answered ${outcome.status} ${outcome.statusText}`.trim()
    : "could not be reached";
