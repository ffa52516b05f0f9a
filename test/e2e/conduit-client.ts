import type { LoadedRequest } from "./request-loop.ts";

export const JANE = { username: "jane", email: "jane@example.org", password: "correct horse" };

interface AskOptions {
  readonly token?: string;
  /** Sent as JSON, with POST. */
  readonly body?: unknown;
}

/** A request to the app's API, as its web client makes it. Throws when the answer is an error. */
export async function ask(url: string, path: string, { token, body }: AskOptions = {}) {
  const response = await fetch(new URL(path, url), {
    headers: {
      ...(token === undefined ? {} : { authorization: `Token ${token}` }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text}`);
  return JSON.parse(text);
}

/** Registers a user and returns their token. */
export async function register(url: string, user = JANE): Promise<string> {
  return (await ask(url, "/api/users", { body: { user } })).user.token;
}

export function article(title: string, ...tagList: string[]) {
  return { article: { title, description: "About it", body: "All of it", tagList } };
}

/** What readers and a writer ask of the app, some 50 times a second. */
export function traffic(token: string): LoadedRequest[] {
  return [
    { name: "version", path: "/version", status: 200, perSecond: 20 },
    { name: "list", path: "/api/articles", status: 200, perSecond: 20 },
    {
      name: "write",
      method: "POST",
      path: "/api/articles",
      headers: { authorization: `Token ${token}` },
      body: article("Under load", "load"),
      status: 201,
      perSecond: 8,
    },
  ];
}
