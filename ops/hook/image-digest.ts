import { setTimeout as pause } from "node:timers/promises";
import { UserError } from "../user-error.ts";

export interface RegistryUser {
  readonly user: string;
  readonly password: string;
}

const MANIFESTS = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

/** A registry that is being restarted is there again by then. */
const PAUSES_MS = [1_000, 4_000, 10_000];

/**
 * The reference by digest of an image that has this tag now, by the registry's own word: what is deployed
 * stays the same should the tag be moved.
 */
export async function imageByDigest(
  repository: string,
  tag: string,
  user: RegistryUser | undefined,
  pauses: readonly number[] = PAUSES_MS,
): Promise<string> {
  const { base, name } = addressOf(repository);
  const url = `${base}/v2/${name}/manifests/${tag}`;
  const answer = await patiently(() => askAs(url, user), pauses);
  if (answer.status === 404) {
    throw new UserError(
      `There is no image ${repository}:${tag} in the registry. The pipeline has to push it by ` +
        "the commit as its tag.",
      1,
    );
  }
  const digest = answer.headers.get("docker-content-digest") ?? "";
  if (!answer.ok || !/^sha256:[0-9a-f]{64}$/.test(digest)) {
    throw new UserError(
      `The registry answers ${answer.status} for ${repository}:${tag}` +
        (answer.status === 401 || answer.status === 403
          ? ". Check registry.user and registry.passwordFile of the hook's config."
          : "."),
      1,
    );
  }
  return `${repository}@${digest}`;
}

/** As the docker command understands a repository without a registry, and one on this machine. */
export function addressOf(repository: string): { readonly base: string; readonly name: string } {
  const [first = "", ...rest] = repository.split("/");
  const isHost = rest.length > 0 && /[.:]|^localhost$/.test(first);
  if (!isHost || first === "docker.io") {
    const path = isHost ? rest : [first, ...rest];
    const name = path.length === 1 ? `library/${path[0]}` : path.join("/");
    return { base: "https://registry-1.docker.io", name };
  }
  return { base: `${isLoopback(first) ? "http" : "https"}://${first}`, name: rest.join("/") };
}

const isLoopback = (host: string) => /^(localhost|127\.\d+\.\d+\.\d+)(:\d+)?$/.test(host);

async function askAs(url: string, user: RegistryUser | undefined): Promise<Response> {
  const ask = (authorization?: string) =>
    fetch(url, {
      method: "HEAD",
      headers: { accept: MANIFESTS, ...(authorization === undefined ? {} : { authorization }) },
      signal: AbortSignal.timeout(15_000),
    });
  const first = await ask();
  if (first.status !== 401) return first;
  const challenge = first.headers.get("www-authenticate") ?? "";
  if (/^basic /i.test(challenge)) return user === undefined ? first : await ask(basic(user));
  const token = await tokenFor(challenge, user);
  return token === undefined ? first : await ask(`Bearer ${token}`);
}

const basic = ({ user, password }: RegistryUser) =>
  `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;

/** What the registry's own authority gives for the challenge. */
async function tokenFor(
  challenge: string,
  user: RegistryUser | undefined,
): Promise<string | undefined> {
  const fields = Object.fromEntries(
    Array.from(challenge.matchAll(/(\w+)="([^"]*)"/g), ([, key = "", value = ""]) => [key, value]),
  );
  const { realm, service, scope } = fields;
  if (realm === undefined || !URL.canParse(realm)) return undefined;
  const url = new URL(realm);
  // The password goes nowhere in the clear.
  if (url.protocol !== "https:" && !isLoopback(url.host)) return undefined;
  if (service !== undefined) url.searchParams.set("service", service);
  if (scope !== undefined) url.searchParams.set("scope", scope);
  const answer = await fetch(url, {
    headers: user === undefined ? {} : { authorization: basic(user) },
    signal: AbortSignal.timeout(15_000),
  });
  if (!answer.ok) return undefined;
  const body = (await answer.json()) as { token?: string; access_token?: string };
  return body.token ?? body.access_token;
}

/** Asks again where the registry is away or in trouble of its own. */
async function patiently(
  ask: () => Promise<Response>,
  [next, ...later]: readonly number[],
): Promise<Response> {
  try {
    const answer = await ask();
    if (answer.status < 500 || next === undefined) return answer;
  } catch (error) {
    if (next === undefined) {
      const { cause, message } = error as Error;
      const why = cause instanceof Error && cause.message !== "" ? cause.message : message;
      throw new UserError(`The registry can't be reached: ${why}`, 1);
    }
  }
  await pause(next);
  return await patiently(ask, later);
}
