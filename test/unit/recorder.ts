import * as pulumi from "@pulumi/pulumi";

/** What a program asked the engine to register, with the options that Pulumi's own mocks leave out. */
export interface Recorded {
  readonly name: string;
  readonly type: string;
  /** Name of the parent; undefined at the root. */
  readonly parent: string | undefined;
  /** Name of the provider; undefined for the default one and for components. */
  readonly provider: string | undefined;
  readonly protect: boolean;
  /** undefined leaves it to the provider. */
  readonly deleteBeforeReplace: boolean | undefined;
  readonly ignoreChanges: readonly string[];
  /** Id of what it goes with when that is deleted; undefined where it is deleted by itself. */
  readonly deletedWith: string | undefined;
  /** Ids of what it is made anew with. */
  readonly replaceWith: readonly string[];
  /** `TYPE::NAME`, which is unique where a name is not: a component and its main child share one. */
  readonly id: string;
  /** Names of what runs each time before it is made. */
  readonly beforeCreate: readonly string[];
  /** And of what runs after it was made. */
  readonly afterCreate: readonly string[];
  /** Ids of what it is made after: its parent, its provider, and what it depends on. */
  readonly after: readonly string[];
  /** As the provider gets them. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** As state and previews show them: with `[secret]` for what is secret. */
  readonly shown: Readonly<Record<string, unknown>>;
}

/** The parts of the engine's registration request that are recorded. */
interface Request {
  getName(): string;
  getType(): string;
  getParent(): string;
  getProvider(): string;
  getProtect(): boolean;
  getDeletebeforereplacedefined(): boolean;
  getDeletebeforereplace(): boolean;
  getIgnorechangesList(): string[];
  getDeletedwith(): string;
  getReplaceWithList(): string[];
  getDependenciesList(): string[];
  getHooks(): { getBeforeCreateList(): string[]; getAfterCreateList(): string[] } | undefined;
  getObject(): { toJavaScript(): Record<string, unknown> } | undefined;
}

type Register = (request: Request, callback: unknown) => Promise<void>;

const MOCKS: pulumi.runtime.Mocks = {
  newResource: ({ type, name, inputs }) => ({
    // A droplet's is a number.
    id: type === "digitalocean:index/droplet:Droplet" ? "7" : `${name}-id`,
    state: type.startsWith("kubernetes:")
      ? objectOf(name, inputs)
      : { ...madeUp(type.split(":")[0], name), ...inputs, ...addedWithin(type, inputs) },
  }),
  call: ({ token }) => {
    if (token === "digitalocean:index/getDatabaseCa:getDatabaseCa") {
      return { certificate: "the authority of the database" };
    }
    if (token === "gcp:organizations/getClientConfig:getClientConfig") {
      return { accessToken: "a token of Google's" };
    }
    throw new Error(`No program of ours calls ${token}.`);
  },
};

/** What a cloud adds within what it was given. */
function addedWithin(type: string, inputs: Record<string, unknown>): Record<string, unknown> {
  if (type !== "gcp:container/cluster:Cluster") return {};
  const endpoints = inputs["controlPlaneEndpointsConfig"] as { dnsEndpointConfig: object };
  const dnsEndpointConfig = { ...endpoints.dnsEndpointConfig, endpoint: "gke.example.org" };
  return { controlPlaneEndpointsConfig: { ...endpoints, dnsEndpointConfig } };
}

/** What the engine and the plugins make up. */
function madeUp(plugin: string | undefined, name: string): Record<string, string | number> {
  switch (plugin) {
    case "command":
      return { stdout: printedBy(name) };
    case "tls":
      return {
        privateKeyOpenssh: `private key ${name}\n`,
        publicKeyOpenssh: `ssh-ed25519 ${name}\n`,
      };
    case "random":
      return { result: `password ${name}` };
    case "digitalocean":
      return {
        name: `auto-${name}`,
        ipAddress: "203.0.113.7",
        fingerprint: `print-of-${name}`,
        privateHost: `private-${name}.example.org`,
        port: 25060,
        user: "doadmin",
        password: `password ${name}`,
      };
    case "gcp":
      return {
        name: `auto-${name}`,
        address: "203.0.113.7",
        email: `${name}@example.org`,
        connectionName: `acme:europe-west3:${name}`,
        privateIpAddress: "10.20.0.3",
      };
    default:
      return { name: `auto-${name}` };
  }
}

/** What an API server says of an object. */
function objectOf(name: string, inputs: Record<string, unknown>): Record<string, unknown> {
  return {
    ...inputs,
    metadata: { name: `auto-${name}`, uid: `uid-of-${name}`, ...(inputs["metadata"] as object) },
    status: { loadBalancer: { ingress: [{ ip: "203.0.113.7" }] } },
  };
}

/** A step that records a release prints the record; of the others any word will do. */
const printedBy = (name: string) =>
  PRINTED.get(name) ??
  (/-(switched|verified)$/.test(name)
    ? `${JSON.stringify({ image: "image:1", version: "1", verified: true })}\n`
    : `printed_by_${name.replaceAll("-", "_")}`);

const PRINTED = new Map<string, string>();

/** Has a step print something else from now on; undefined lets it print what it does. */
export function printsInstead(step: string, text: string | undefined): void {
  if (text === undefined) PRINTED.delete(step);
  else PRINTED.set(step, text);
}

/** Runs a program against mocks; resources come sorted by name, a component before its main child. */
export async function record(program: () => unknown): Promise<Recorded[]> {
  await pulumi.runtime.setMocks(MOCKS, "slipway", "test");
  const monitor = pulumi.runtime.getMonitor() as unknown as {
    registerResource: Register;
    registerResourceHook: (request: unknown, done: (error: null) => void) => void;
  };
  const register = monitor.registerResource.bind(monitor);
  const requests: Request[] = [];
  // Pulumi's own mocks claim to know hooks, and do not.
  monitor.registerResourceHook = (_, done) => done(null);
  monitor.registerResource = (request, callback) => {
    requests.push(request);
    return register(request, callback);
  };
  await program();
  await pulumi.runtime.disconnect();
  return requests.map(recorded).sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
}

/** The one resource of this name that is no component, or else the component. */
export function named(resources: readonly Recorded[], name: string): Recorded {
  const found = resources.filter((resource) => resource.name === name);
  const one = found.find(({ type }) => !type.startsWith("slipway:")) ?? found[0];
  if (one === undefined) throw new Error(`Nothing named ${name} was registered.`);
  return one;
}

/** Names of the resources, components left out, that are there before the one of this name is made. */
export function madeBefore(resources: readonly Recorded[], name: string): Set<string> {
  const found = new Set<Recorded>();
  const add = ({ after }: Recorded): void => {
    for (const one of resources.filter(({ id }) => after.includes(id))) {
      if (found.has(one)) continue;
      found.add(one);
      add(one);
    }
  };
  add(named(resources, name));
  return new Set([...found].filter((one) => !isComponent(one)).map((one) => one.name));
}

/** `parent > name: type` for each, which says what a program makes. */
export function tree(resources: readonly Recorded[]): string[] {
  return resources.map(({ parent, name, type }) => `${parent ?? ""} > ${name}: ${type}`);
}

export const isComponent = ({ type }: Recorded) => type.startsWith("slipway:");
export const isProvider = ({ type }: Recorded) => type.startsWith("pulumi:providers:");

const sortKey = (resource: Recorded) =>
  `${resource.name} ${isComponent(resource) ? 0 : 1} ${resource.type}`;
const nameOfUrn = (urn: string) => (urn === "" ? undefined : urn.split("::")[3]);
/** A URN's type begins with those of the parents. */
const idOfUrn = (urn: string) => `${urn.split("::")[2]?.split("$").at(-1)}::${nameOfUrn(urn)}`;

function recorded(request: Request): Recorded {
  const object = request.getObject()?.toJavaScript() ?? {};
  return {
    name: request.getName(),
    type: request.getType(),
    parent: nameOfUrn(request.getParent()),
    provider: nameOfUrn(request.getProvider()),
    protect: request.getProtect(),
    deleteBeforeReplace: request.getDeletebeforereplacedefined()
      ? request.getDeletebeforereplace()
      : undefined,
    ignoreChanges: request.getIgnorechangesList(),
    deletedWith: request.getDeletedwith() === "" ? undefined : idOfUrn(request.getDeletedwith()),
    replaceWith: request.getReplaceWithList().map(idOfUrn),
    beforeCreate: request.getHooks()?.getBeforeCreateList() ?? [],
    afterCreate: request.getHooks()?.getAfterCreateList() ?? [],
    id: `${request.getType()}::${request.getName()}`,
    after: [request.getParent(), request.getProvider(), ...request.getDependenciesList()]
      .filter(Boolean)
      .map(idOfUrn),
    inputs: withSecrets(object, (value) => value) as Record<string, unknown>,
    shown: withSecrets(object, () => "[secret]") as Record<string, unknown>,
  };
}

function withSecrets(value: unknown, show: (secret: unknown) => unknown): unknown {
  if (pulumi.runtime.isRpcSecret(value)) {
    return show(withSecrets(pulumi.runtime.unwrapRpcSecret(value), show));
  }
  if (Array.isArray(value)) return value.map((item) => withSecrets(item, show));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, withSecrets(item, show)]),
  );
}
