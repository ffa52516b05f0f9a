import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import grpc from "@grpc/grpc-js";
import engineGrpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import type enginePb from "@pulumi/pulumi/proto/engine_pb.js";
import type pluginPb from "@pulumi/pulumi/proto/plugin_pb.js";
import providerGrpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import statusPb from "@pulumi/pulumi/proto/status_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import structPb from "google-protobuf/google/protobuf/struct_pb.js";
import { onTestFinished } from "vitest";

// biome-ignore lint/suspicious/noExplicitAny: properties are JSON, and each test knows its own.
export type Properties = Record<string, any>;

export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export function secret(value: unknown): Properties {
  return {
    "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
    value,
  };
}

type PluginName = "docker" | "command" | "digitalocean" | "gcp" | "kubernetes" | "random" | "tls";

/** What a failed call says, with the state that it may hand over. */
class CallFailed extends Error {
  readonly code: number;
  readonly partial:
    | { id: string; properties: Properties; inputs: Properties; reasons: string[] }
    | undefined;

  constructor(error: grpc.ServiceError) {
    super(error.details);
    this.code = error.code;
    const bytes = error.metadata?.get("grpc-status-details-bin")[0];
    if (bytes instanceof Uint8Array) {
      const [any] = statusPb.Status.deserializeBinary(bytes).getDetailsList();
      const failed = providerPb.ErrorResourceInitFailed.deserializeBinary(
        any?.getValue_asU8() ?? new Uint8Array(),
      );
      const properties = failed.getProperties()?.toJavaScript() ?? {};
      const inputs = failed.getInputs()?.toJavaScript() ?? {};
      this.partial = { id: failed.getId(), properties, inputs, reasons: failed.getReasonsList() };
    }
  }
}

export interface Options {
  readonly preview?: boolean;
  readonly timeoutSeconds?: number;
}

/** A plugin, started and spoken to as the Pulumi engine does it. */
export class Plugin {
  /** What the plugin told the user, by way of the engine. */
  readonly logs: string[];
  readonly #process: ChildProcess;
  readonly #engine: grpc.Server;
  readonly #client: providerGrpc.ResourceProviderClient;

  constructor(
    child: ChildProcess,
    engine: grpc.Server,
    client: providerGrpc.ResourceProviderClient,
    logs: string[],
  ) {
    this.#process = child;
    this.#engine = engine;
    this.#client = client;
    this.logs = logs;
  }

  static async start(name: PluginName, env: NodeJS.ProcessEnv = {}): Promise<Plugin> {
    const logs: string[] = [];
    const engine = new grpc.Server();
    engine.addService(engineGrpc.EngineService as unknown as grpc.ServiceDefinition, {
      log: (
        call: grpc.ServerUnaryCall<enginePb.LogRequest, emptyPb.Empty>,
        reply: grpc.sendUnaryData<emptyPb.Empty>,
      ) => {
        logs.push(call.request.getMessage());
        reply(null, new emptyPb.Empty());
      },
    });
    const enginePort = await new Promise<number>((resolve, reject) =>
      engine.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) =>
        error === null ? resolve(port) : reject(error),
      ),
    );
    const main = new URL(`../../../plugins/${name}/main.ts`, import.meta.url);
    const child = spawn(process.execPath, [main.pathname, `127.0.0.1:${enginePort}`], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, ...env },
    });
    const [port] = await once(createInterface(child.stdout), "line");
    const client = new providerGrpc.ResourceProviderClient(
      `127.0.0.1:${port}`,
      grpc.credentials.createInsecure(),
    );
    return new Plugin(child, engine, client, logs);
  }

  /** One that ends with the test that starts it. */
  static async startForThisTest(name: PluginName, env: NodeJS.ProcessEnv = {}): Promise<Plugin> {
    const plugin = await Plugin.start(name, env);
    onTestFinished(async () => {
      await plugin.stop();
    });
    return plugin;
  }

  /** Ends it with SIGTERM, as the engine may, and says how it ended. */
  async stop(): Promise<NodeJS.Signals | null> {
    this.#client.close();
    this.#engine.forceShutdown();
    if (this.#process.signalCode === null) {
      const ended = once(this.#process, "exit");
      this.#process.kill("SIGTERM");
      await ended;
    }
    return this.#process.signalCode;
  }

  async version(): Promise<string> {
    const info = await this.#call<pluginPb.PluginInfo>((reply) =>
      this.#client.getPluginInfo(new emptyPb.Empty(), reply),
    );
    return info.getVersion();
  }

  async cancel(): Promise<void> {
    await this.#call<emptyPb.Empty>((reply) => this.#client.cancel(new emptyPb.Empty(), reply));
  }

  async checkConfig(config: Properties) {
    const request = new providerPb.CheckRequest();
    request.setUrn("urn:pulumi:test::slipway::pulumi:providers:docker::mine");
    request.setNews(structPb.Struct.fromJavaScript(config));
    const response = await this.#call<providerPb.CheckResponse>((reply) =>
      this.#client.checkConfig(request, reply),
    );
    return {
      inputs: response.getInputs()?.toJavaScript() as Properties,
      failures: response.getFailuresList().map((failure) => failure.getReason()),
    };
  }

  async configure(config: Properties = {}): Promise<providerPb.ConfigureResponse.AsObject> {
    const request = new providerPb.ConfigureRequest();
    request.setArgs(structPb.Struct.fromJavaScript(config));
    request.setAcceptsecrets(true);
    const response = await this.#call<providerPb.ConfigureResponse>((reply) =>
      this.#client.configure(request, reply),
    );
    return response.toObject();
  }

  async diffConfig(oldInputs: Properties, inputs: Properties) {
    const request = new providerPb.DiffRequest();
    request.setUrn("urn:pulumi:test::slipway::pulumi:providers:docker::mine");
    request.setOldInputs(structPb.Struct.fromJavaScript(oldInputs));
    request.setNews(structPb.Struct.fromJavaScript(inputs));
    const response = await this.#call<providerPb.DiffResponse>((reply) =>
      this.#client.diffConfig(request, reply),
    );
    return { diffs: response.getDiffsList(), replaces: response.getReplacesList() };
  }

  async check(
    type: string,
    inputs: Properties,
    old: Properties = {},
    autonaming?: { mode: "propose" | "enforce" | "disable"; proposedName: string },
  ): Promise<{ inputs: Properties; failures: string[] }> {
    const request = new providerPb.CheckRequest();
    request.setUrn(urn(type));
    request.setNews(structPb.Struct.fromJavaScript(inputs));
    request.setOlds(structPb.Struct.fromJavaScript(old));
    if (autonaming !== undefined) {
      const options = new providerPb.CheckRequest.AutonamingOptions();
      const { PROPOSE, ENFORCE, DISABLE } = providerPb.CheckRequest.AutonamingOptions.Mode;
      options.setMode({ propose: PROPOSE, enforce: ENFORCE, disable: DISABLE }[autonaming.mode]);
      options.setProposedName(autonaming.proposedName);
      request.setAutonaming(options);
    }
    const response = await this.#call<providerPb.CheckResponse>((reply) =>
      this.#client.check(request, reply),
    );
    return {
      inputs: response.getInputs()?.toJavaScript() as Properties,
      failures: response
        .getFailuresList()
        .map((failure) => [failure.getProperty(), failure.getReason()].filter(Boolean).join(": ")),
    };
  }

  /** The inputs as the engine keeps them, checked and with their defaults. */
  async checked(type: string, inputs: Properties, old: Properties = {}): Promise<Properties> {
    const { inputs: checked, failures } = await this.check(type, inputs, old);
    if (failures.length > 0) {
      throw new Error(failures.join("\n"));
    }
    return checked;
  }

  async diff(
    type: string,
    state: Properties,
    oldInputs: Properties,
    inputs: Properties,
    ignoreChanges: readonly string[] = [],
  ) {
    const request = new providerPb.DiffRequest();
    request.setUrn(urn(type));
    request.setId(idIn(state));
    request.setOlds(structPb.Struct.fromJavaScript(state));
    request.setOldInputs(structPb.Struct.fromJavaScript(oldInputs));
    request.setNews(structPb.Struct.fromJavaScript(inputs));
    request.setIgnorechangesList([...ignoreChanges]);
    const response = await this.#call<providerPb.DiffResponse>((reply) =>
      this.#client.diff(request, reply),
    );
    const kinds = Object.entries(providerPb.PropertyDiff.Kind);
    const changes: Record<string, string> = {};
    response.getDetaileddiffMap().forEach((change, path) => {
      const [name = ""] = kinds.find(([, kind]) => kind === change.getKind()) ?? [];
      changes[path] = name.toLowerCase().replace("_", "-");
    });
    const { DIFF_NONE } = providerPb.DiffResponse.DiffChanges;
    return {
      changed: response.getChanges() !== DIFF_NONE,
      changes,
      replaces: response.getReplacesList(),
      deleteBeforeReplace: response.getDeletebeforereplace(),
    };
  }

  async create(type: string, inputs: Properties, options: Options = {}) {
    const request = new providerPb.CreateRequest();
    request.setUrn(urn(type));
    request.setProperties(structPb.Struct.fromJavaScript(inputs));
    request.setPreview(options.preview ?? false);
    request.setTimeout(options.timeoutSeconds ?? 0);
    const response = await this.#call<providerPb.CreateResponse>((reply) =>
      this.#client.create(request, reply),
    );
    return {
      id: response.getId(),
      state: response.getProperties()?.toJavaScript() as Properties,
    };
  }

  /** Undefined when what the state is about does not exist any more. */
  async read(type: string, state: Properties, inputs: Properties, id = idIn(state)) {
    const request = new providerPb.ReadRequest();
    request.setUrn(urn(type));
    request.setId(id);
    request.setProperties(structPb.Struct.fromJavaScript(state));
    request.setInputs(structPb.Struct.fromJavaScript(inputs));
    const response = await this.#call<providerPb.ReadResponse>((reply) =>
      this.#client.read(request, reply),
    );
    return response.getId() === ""
      ? undefined
      : {
          state: response.getProperties()?.toJavaScript() as Properties,
          inputs: response.getInputs()?.toJavaScript() as Properties,
        };
  }

  async update(
    type: string,
    state: Properties,
    oldInputs: Properties,
    inputs: Properties,
    options: Options = {},
  ): Promise<Properties> {
    const request = new providerPb.UpdateRequest();
    request.setUrn(urn(type));
    request.setId(idIn(state));
    request.setOlds(structPb.Struct.fromJavaScript(state));
    request.setOldInputs(structPb.Struct.fromJavaScript(oldInputs));
    request.setNews(structPb.Struct.fromJavaScript(inputs));
    request.setPreview(options.preview ?? false);
    const response = await this.#call<providerPb.UpdateResponse>((reply) =>
      this.#client.update(request, reply),
    );
    return response.getProperties()?.toJavaScript() as Properties;
  }

  async delete(type: string, state: Properties): Promise<void> {
    const request = new providerPb.DeleteRequest();
    request.setUrn(urn(type));
    request.setId(idIn(state));
    request.setProperties(structPb.Struct.fromJavaScript(state));
    await this.#call<emptyPb.Empty>((reply) => this.#client.delete(request, reply));
  }

  /** Asks a function of the SDK. */
  async invoke(token: string, given: Properties): Promise<Properties> {
    const request = new providerPb.InvokeRequest();
    request.setTok(token);
    request.setArgs(structPb.Struct.fromJavaScript(given));
    const response = await this.#call<providerPb.InvokeResponse>((reply) =>
      this.#client.invoke(request, reply),
    );
    return response.getReturn()?.toJavaScript() as Properties;
  }

  #call<Response>(
    start: (reply: (error: grpc.ServiceError | null, response: Response) => void) => void,
  ): Promise<Response> {
    return new Promise((resolve, reject) =>
      start((error, response) =>
        error === null ? resolve(response) : reject(new CallFailed(error)),
      ),
    );
  }
}

/** The error of a call that must fail. */
export async function failureOf(call: Promise<unknown>): Promise<CallFailed> {
  const outcome = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(outcome instanceof CallFailed)) {
    throw new Error(`the call was expected to fail, but: ${String(outcome)}`);
  }
  return outcome;
}

/** Objects of Kubernetes have no ID in their state: it is made of their names. */
function idIn(state: Properties): string {
  const { namespace, name } = state["metadata"] ?? {};
  return (
    state["id"] ?? (name === undefined ? "an-id" : [namespace, name].filter(Boolean).join("/"))
  );
}

function urn(type: string): string {
  return `urn:pulumi:test::slipway::${type}::web`;
}
