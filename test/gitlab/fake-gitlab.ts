import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type {
  Branch,
  Deployment,
  Environment,
  Job,
  LabelEvent,
  MergeRequest,
  MergeRequestVersion,
  Note,
} from "../../ops/gitlab/shapes.ts";
import { type DocumentedCall, documented, NOTE_LIMIT } from "./documented.ts";

interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Received {
  readonly call: DocumentedCall;
  readonly parts: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Readonly<Record<string, unknown>>;
}

/**
 * A GitLab with one project, on a port of this machine. It holds each call against the documented shapes:
 * what is not documented is answered with 400, and listed in `refused`.
 */
export class FakeGitLab {
  readonly project = "42";
  /** By its scope. */
  readonly tokens = { api: secret(), read_api: secret(), read_registry: secret() };
  readonly mergeRequests = new Map<number, MergeRequest>();
  readonly notes = new Map<number, Note[]>();
  readonly labelEvents = new Map<number, LabelEvent[]>();
  readonly versions = new Map<number, MergeRequestVersion[]>();
  readonly branches = new Map<string, Branch>();
  readonly deployments: Deployment[] = [];
  readonly jobs = new Map<number, Job>();
  /** Every call, as `GET /deployments?environment=dev`. */
  readonly calls: string[] = [];
  /** Why calls were refused that no documentation has. */
  readonly refused: string[] = [];
  readonly #answers: Answer[] = [];
  readonly #server: Server;
  #ids = 1000;

  private constructor() {
    this.#server = createServer((request, response) => {
      this.#answer(request).then(
        (answer) => send(response, answer),
        (error: Error) => send(response, { status: 500, body: { message: error.message } }),
      );
    });
  }

  static async start(): Promise<FakeGitLab> {
    const fake = new FakeGitLab();
    await new Promise<void>((done) => fake.#server.listen(0, "127.0.0.1", done));
    fake.addBranch("main", { protected: true, default: true });
    return fake;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/api/v4`;
  }

  /** What a job of its pipelines has in its environment. */
  environment(token: keyof FakeGitLab["tokens"] = "api"): Record<string, string> {
    return {
      CI_API_V4_URL: this.url,
      CI_PROJECT_ID: this.project,
      GITLAB_TOKEN: this.tokens[token],
    };
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }

  /** What it says to the next call, whatever that is. */
  answerNext(answer: Answer): void {
    this.#answers.push(answer);
  }

  addMergeRequest(iid: number, changes: Partial<MergeRequest> = {}): void {
    this.mergeRequests.set(iid, {
      iid,
      state: "opened",
      labels: [],
      source_branch: "feature",
      sha: "0".repeat(40),
      web_url: `http://gitlab.example.org/team/app/-/merge_requests/${iid}`,
      ...changes,
    });
    this.notes.set(iid, []);
    this.labelEvents.set(iid, []);
    this.versions.set(iid, []);
    this.push(iid, this.mergeRequests.get(iid)?.sha ?? "");
    for (const label of changes.labels ?? []) this.addLabel(iid, label);
  }

  /** A push to the branch of a merge request. */
  push(iid: number, sha: string, at = new Date().toISOString()): void {
    const version = { id: this.#nextId(), head_commit_sha: sha, created_at: at };
    this.versions.set(iid, [version, ...(this.versions.get(iid) ?? [])]);
    this.#change(iid, { sha });
  }

  addLabel(iid: number, name: string, at = new Date().toISOString()): void {
    this.#labelled(iid, "add", name, at);
    this.#change(iid, { labels: [...new Set([...this.#labels(iid), name])] });
  }

  removeLabel(iid: number, name: string, at = new Date().toISOString()): void {
    this.#labelled(iid, "remove", name, at);
    this.#change(iid, { labels: this.#labels(iid).filter((label) => label !== name) });
  }

  #labels(iid: number): readonly string[] {
    return this.mergeRequests.get(iid)?.labels ?? [];
  }

  #labelled(iid: number, action: LabelEvent["action"], name: string, at: string): void {
    const label = { id: this.#nextId(), name };
    this.labelEvents.get(iid)?.push({ id: this.#nextId(), action, created_at: at, label });
  }

  #change(iid: number, changes: Partial<MergeRequest>): void {
    const mergeRequest = this.mergeRequests.get(iid);
    if (mergeRequest !== undefined) this.mergeRequests.set(iid, { ...mergeRequest, ...changes });
  }

  addNote(iid: number, body: string, system = false): Note {
    const note = { id: this.#nextId(), body, system };
    this.notes.get(iid)?.push(note);
    return note;
  }

  addBranch(name: string, changes: Partial<Branch> = {}): void {
    const commit = { id: "1".repeat(40) };
    this.branches.set(name, { name, protected: false, default: false, commit, ...changes });
  }

  /** A deployment and the job that did it. */
  addDeployment(environment: string, job: Partial<Job>): Deployment {
    const id = this.#nextId();
    const deployable: Job = {
      id,
      name: `deploy:${environment}`,
      status: "success",
      started_at: new Date().toISOString(),
      finished_at: null,
      ...job,
    };
    this.jobs.set(deployable.id, deployable);
    const deployment: Deployment = {
      id: this.#nextId(),
      status: deployable.status as Deployment["status"],
      sha: "1".repeat(40),
      created_at: deployable.started_at ?? new Date().toISOString(),
      environment: { name: environment },
      deployable,
    };
    this.deployments.push(deployment);
    return deployment;
  }

  async #answer(request: IncomingMessage): Promise<Answer> {
    const url = new URL(request.url ?? "", this.url);
    const text = await textOf(request);
    const below = new RegExp(`^/api/v4/projects/(${this.project}|[^/]+)(/.*)$`).exec(url.pathname);
    const path = below?.[2] ?? url.pathname;
    this.calls.push(`${request.method} ${path}${url.search}`);

    const prepared = this.#answers.shift();
    if (prepared !== undefined) return prepared;
    const received = receive(request, path, url.searchParams, text);
    if (typeof received === "string") {
      this.refused.push(received);
      return { status: 400, body: { error: received } };
    }
    const denied = this.#denied(request, received.call);
    if (denied !== undefined) return denied;
    if (decodeURIComponent(below?.[1] ?? "") !== this.project) return notFound("Project");
    return this.#perform(received);
  }

  #denied(request: IncomingMessage, { scopes }: DocumentedCall): Answer | undefined {
    const token = request.headers["private-token"];
    const scope = Object.entries(this.tokens).find(([, value]) => value === token)?.[0];
    if (scope === undefined) return { status: 401, body: { message: "401 Unauthorized" } };
    if (scopes.includes(scope)) return undefined;
    const description = "The request requires higher privileges than provided by the access token.";
    return {
      status: 403,
      body: {
        error: "insufficient_scope",
        error_description: description,
        scope: scopes.join(" "),
      },
    };
  }

  #perform({ call, parts, query, body }: Received): Answer {
    const iid = Number(parts["iid"]);
    switch (`${call.method} ${call.path}`) {
      case "GET /merge_requests/:iid":
        return found(this.mergeRequests.get(iid));
      case "GET /merge_requests/:iid/resource_label_events":
        return page(this.labelEvents.get(iid), query);
      case "GET /merge_requests/:iid/versions":
        return page(this.versions.get(iid), query);
      case "GET /merge_requests/:iid/notes":
        return page(this.notes.get(iid), query);
      case "POST /merge_requests/:iid/notes":
        if (!this.notes.has(iid)) return notFound("Not found");
        return { status: 201, body: this.addNote(iid, String(body["body"])) };
      case "PUT /merge_requests/:iid/notes/:note":
        return this.#changeNote(iid, Number(parts["note"]), String(body["body"]));
      case "GET /repository/branches":
        return page([...this.branches.values()], query);
      case "GET /repository/branches/:branch":
        return found(this.branches.get(parts["branch"] ?? ""), "Branch Not Found");
      case "GET /deployments":
        return page(this.#deployments(query), query);
      case "GET /environments":
        return page(this.#environments(query), query);
      case "GET /jobs/:job":
        return found(this.jobs.get(Number(parts["job"])));
      default:
        throw new Error(`${call.method} ${call.path} is documented, and not done here.`);
    }
  }

  #changeNote(iid: number, id: number, body: string): Answer {
    const notes = this.notes.get(iid) ?? [];
    const index = notes.findIndex((note) => note.id === id);
    const note = notes[index];
    if (note === undefined) return notFound("Note");
    notes[index] = { ...note, body };
    return { status: 200, body: notes[index] };
  }

  #deployments(query: URLSearchParams): Deployment[] {
    const chosen = this.deployments.filter(
      ({ environment, status }) =>
        environment.name === (query.get("environment") ?? environment.name) &&
        status === (query.get("status") ?? status),
    );
    return query.get("sort") === "desc" ? chosen.toReversed() : chosen;
  }

  #environments(query: URLSearchParams): Environment[] {
    const names = new Set(this.deployments.map(({ environment }) => environment.name));
    const wanted = [...names].filter((name) => name.includes(query.get("search") ?? ""));
    return wanted.map((name, id) => ({ id, name }));
  }

  #nextId(): number {
    this.#ids += 1;
    return this.#ids;
  }
}

/** The call as it is documented, or what is wrong with it. */
function receive(
  request: IncomingMessage,
  path: string,
  query: URLSearchParams,
  text: string,
): Received | string {
  const ways = documented.map((call) => ({ call, parts: match(call.path, path) }));
  const way = ways.find(({ call, parts }) => call.method === request.method && parts !== undefined);
  if (way?.parts === undefined) return `${request.method} ${path} is not documented`;
  const { call, parts } = way;
  for (const [name, value] of query) {
    if (call.query[name] === undefined) return `${path} has no parameter ${name}`;
    if (!call.query[name].test(value)) return `${name} of ${path} can't be "${value}"`;
  }
  const body = bodyOf(request, text);
  if (typeof body === "string") return `${path}: ${body}`;
  for (const [name, value] of Object.entries(body)) {
    if (typeof value !== call.body[name]?.type) return `${path} takes no such ${name}`;
    if (String(value).length > NOTE_LIMIT) return `${name} of ${path} is too long`;
  }
  const missing = Object.entries(call.body).find(([name, { required }]) => required && !body[name]);
  if (missing !== undefined) return `${missing[0]} is missing`;
  return { call, parts, query, body };
}

function bodyOf(request: IncomingMessage, text: string): Record<string, unknown> | string {
  if (request.method === "GET") return text === "" ? {} : "a GET has no body";
  if (request.headers["content-type"] !== "application/json") return "the body is no JSON";
  return JSON.parse(text);
}

function match(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split("/");
  const given = path.split("/");
  if (wanted.length !== given.length) return undefined;
  const parts: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = decodeURIComponent(given[index] ?? "");
    if (part.startsWith(":")) parts[part.slice(1)] = value;
    else if (part !== value) return undefined;
  }
  return parts;
}

function page(all: readonly unknown[] | undefined, query: URLSearchParams): Answer {
  if (all === undefined) return notFound("Not found");
  const size = Number(query.get("per_page") ?? 20);
  const number = Number(query.get("page") ?? 1);
  const isLast = number * size >= all.length;
  return {
    status: 200,
    body: all.slice((number - 1) * size, number * size),
    headers: {
      "x-page": String(number),
      "x-per-page": String(size),
      "x-next-page": isLast ? "" : String(number + 1),
    },
  };
}

const found = (thing: unknown, what = "Not found"): Answer =>
  thing === undefined ? notFound(what) : { status: 200, body: thing };

const notFound = (what: string): Answer => ({ status: 404, body: { message: `404 ${what}` } });

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += chunk;
  return text;
}

function send(response: ServerResponse, { status, body, headers }: Answer): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(body === undefined ? "" : JSON.stringify(body));
}

/** As GitLab makes them; good here alone. */
const secret = () => `glpat-${randomBytes(15).toString("base64url")}`;
