import { UserError } from "../user-error.ts";

export interface RegistryLogin {
  readonly user: string;
  readonly password: string;
}

/** What containers are made from, as a registry keeps it. */
export interface StoredImage {
  readonly digest: string;
  /** ISO 8601; empty where the image does not say. */
  readonly created: string;
  /** Commit that it was built from; empty where the image does not say. */
  readonly revision: string;
}

interface Manifest {
  readonly text: string;
  readonly type: string;
  readonly digest: string;
}

/** All kinds: a registry that is asked for one that it does not have would convert, or refuse. */
const MANIFESTS = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

const SECONDS = 30;
const REVISION = "org.opencontainers.image.revision";

/** Images of one repository in a registry, by its HTTP API (v2): GitLab's own, and any other. */
export class ImageRepository {
  /** As images are named: `registry.example.org/team/app`. */
  readonly name: string;
  readonly #server: string;
  readonly #path: string;
  readonly #login: RegistryLogin | undefined;
  readonly #tokens = new Map<string, string>();

  constructor(name: string, login: RegistryLogin | undefined) {
    const { server, path } = parseRepository(name);
    this.name = name;
    this.#server = server;
    this.#path = path;
    this.#login = login;
  }

  /** Whether the registry answers and takes the login. @throws UserError that says why not. */
  async check(): Promise<void> {
    await this.tags();
  }

  async tags(): Promise<string[]> {
    const found: string[] = [];
    let path: string | undefined = "tags/list?n=1000";
    while (path !== undefined) {
      const answer: Response = await this.#ask("GET", path);
      if (answer.status === 404) return found; // Nothing was pushed there yet.
      await this.#expect(answer, 200, "list the tags of");
      const { tags } = (await answer.json()) as { tags: string[] | null };
      found.push(...(tags ?? []));
      const next = /<([^>]*)>;\s*rel="?next/.exec(answer.headers.get("link") ?? "")?.[1];
      path = next === undefined ? undefined : next.slice(next.indexOf("tags/list"));
    }
    return found;
  }

  /** Digest of what a tag names; undefined where there is no such tag. */
  async digestOf(tag: string): Promise<string | undefined> {
    return (await this.#manifest(tag))?.digest;
  }

  /** What a tag names, with what the image says of itself. */
  async find(tag: string): Promise<StoredImage | undefined> {
    const manifest = await this.#manifest(tag);
    if (manifest === undefined) return undefined;
    return { digest: manifest.digest, ...(await this.#configOf(manifest)) };
  }

  /** Gives what a tag names another name: nothing is pulled or pushed. */
  async addTag(from: string, tag: string): Promise<void> {
    const manifest = await this.#manifest(from);
    if (manifest === undefined) throw new UserError(`${this.name} has no tag ${from}.`, 1);
    const answer = await this.#ask("PUT", `manifests/${tag}`, {
      body: manifest.text,
      headers: { "content-type": manifest.type },
    });
    await this.#expect(answer, 201, `add the tag ${tag} to`);
  }

  /** Removes an image with all of its tags. */
  async remove(digest: string): Promise<void> {
    const answer = await this.#ask("DELETE", `manifests/${digest}`);
    if (answer.status === 404) return; // Somebody else was quicker.
    if (answer.status === 405) {
      throw new UserError(
        `${this.#server} does not allow deletes. Docker's registry allows them with ` +
          "REGISTRY_STORAGE_DELETE_ENABLED=true.",
        1,
      );
    }
    await this.#expect(answer, 202, `delete ${digest} from`);
  }

  async #manifest(reference: string): Promise<Manifest | undefined> {
    const answer = await this.#ask("GET", `manifests/${reference}`, {
      headers: { accept: MANIFESTS },
    });
    if (answer.status === 404) return undefined;
    await this.#expect(answer, 200, `read ${reference} of`);
    return {
      text: await answer.text(),
      type: answer.headers.get("content-type") ?? "",
      digest: answer.headers.get("docker-content-digest") ?? "",
    };
  }

  async #configOf(manifest: Manifest): Promise<Omit<StoredImage, "digest">> {
    const content: {
      readonly config?: { readonly digest: string };
      readonly manifests?: readonly { readonly digest: string }[];
    } = JSON.parse(manifest.text);
    const first = content.manifests?.[0];
    if (first !== undefined) {
      const image = await this.#manifest(first.digest);
      return image === undefined ? UNKNOWN : await this.#configOf(image);
    }
    if (content.config === undefined) return UNKNOWN;
    const answer = await this.#ask("GET", `blobs/${content.config.digest}`);
    if (answer.status !== 200) return UNKNOWN;
    const { created, config } = (await answer.json()) as {
      created?: string;
      config?: { Labels?: Record<string, string> | null };
    };
    return { created: created ?? "", revision: config?.Labels?.[REVISION] ?? "" };
  }

  async #ask(method: string, path: string, init: RequestInit = {}): Promise<Response> {
    const first = await this.#send(method, path, init);
    if (first.status !== 401) return first;
    await first.body?.cancel();
    await this.#answer(first.headers.get("www-authenticate") ?? "", method);
    return await this.#send(method, path, init);
  }

  async #send(method: string, path: string, init: RequestInit): Promise<Response> {
    const token = this.#tokens.get(method);
    const headers = {
      ...(init.headers as Record<string, string> | undefined),
      ...(token === undefined ? {} : { authorization: token }),
    };
    return await this.#fetch(
      `${schemeOf(this.#server)}://${this.#server}/v2/${this.#path}/${path}`,
      {
        ...init,
        method,
        headers,
      },
    );
  }

  /** What a registry asks for: the login itself, or a token that another server gives for it. */
  async #answer(challenge: string, method: string): Promise<void> {
    const basic =
      this.#login === undefined
        ? undefined
        : `Basic ${Buffer.from(`${this.#login.user}:${this.#login.password}`).toString("base64")}`;
    if (/^basic\b/i.test(challenge)) {
      if (basic !== undefined) this.#tokens.set(method, basic);
      return;
    }
    const parts = Object.fromEntries(
      [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]),
    );
    const realm = parts["realm"];
    if (realm === undefined) return;
    const url = new URL(realm);
    // The password goes nowhere in the clear, but for what is on this machine.
    if (url.protocol !== "https:" && schemeOf(url.host) === "https") return;
    for (const name of ["service", "scope"]) {
      if (parts[name] !== undefined) url.searchParams.set(name, parts[name]);
    }
    const answer = await this.#fetch(url.href, {
      headers: basic === undefined ? {} : { authorization: basic },
    });
    if (answer.status !== 200) throw this.#refused(answer.status);
    const { token, access_token } = (await answer.json()) as Record<string, string | undefined>;
    this.#tokens.set(method, `Bearer ${token ?? access_token ?? ""}`);
  }

  async #fetch(url: string, init: RequestInit): Promise<Response> {
    try {
      return await fetch(url, { ...init, signal: AbortSignal.timeout(SECONDS * 1000) });
    } catch (error) {
      const { message, cause } = error as Error;
      const why = cause instanceof Error ? cause.message || String(cause) : message;
      throw new UserError(
        `The registry ${this.#server} does not answer: ${why}. Nothing was changed. ` +
          "Run the same command again when it does.",
        1,
      );
    }
  }

  async #expect(answer: Response, status: number, doing: string): Promise<void> {
    if (answer.status === status) return;
    if (answer.status === 401 || answer.status === 403) throw this.#refused(answer.status);
    const said = (await answer.text()).trim().slice(0, 300);
    throw new UserError(
      `The registry would not ${doing} ${this.name}: ${answer.status} ${said}`.trim(),
      1,
    );
  }

  #refused(status: number): UserError {
    return new UserError(
      this.#login === undefined
        ? `${this.#server} asks for a login (${status}). In a pipeline of GitLab it is there; elsewhere ` +
            "set CI_REGISTRY_USER and CI_REGISTRY_PASSWORD."
        : `${this.#server} refused ${this.#login.user} (${status}): the login is wrong, or may not do ` +
            `this in ${this.name} (CI_REGISTRY_USER, CI_REGISTRY_PASSWORD).`,
    );
  }
}

const UNKNOWN = { created: "", revision: "" };

/** Server and path of a repository as Docker reads it. @throws UserError for what is none. */
export function parseRepository(name: string): { server: string; path: string } {
  const [server = "", ...path] = name.split("/");
  const hasServer = /[.:]/.test(server) || server === "localhost";
  if (!hasServer || path.length === 0 || !/^[a-z0-9._/-]+$/.test(path.join("/"))) {
    throw new UserError(
      `"${name}" is no repository of a registry, like registry.example.org/team/app: a server, then a ` +
        "path in lower case, without a tag.",
    );
  }
  return { server, path: path.join("/") };
}

/** As Docker does: a registry on this machine needs no certificate. */
function schemeOf(server: string): "http" | "https" {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/.test(server) ? "http" : "https";
}
