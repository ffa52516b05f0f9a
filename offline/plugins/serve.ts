// Serves a `Provider` to the Pulumi engine: translates the gRPC protocol and nothing else.
//
// `@pulumi/pulumi/provider` has a server too, but it tells the provider neither of a preview nor of
// automatic names nor of deadlines, all of which the official plugins act on.

import grpc from "@grpc/grpc-js";
import pluginPb from "@pulumi/pulumi/proto/plugin_pb.js";
import providerGrpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import statusPb from "@pulumi/pulumi/proto/status_pb.js";
import anyPb from "google-protobuf/google/protobuf/any_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import { EngineLog } from "./engine-log.ts";
import { rootOf } from "./property-path.ts";
import { decodeProperties, encodeProperties } from "./property-value.ts";
import {
  type Autonaming,
  Cancelled,
  type ChangeKind,
  type Checked,
  type CheckRequest,
  type Difference,
  InitializationFailed,
  type Provider,
  type Resource,
  type Subject,
  UnknownResource,
} from "./provider.ts";

type Handler<Request, Response> = (request: Request) => Promise<Response> | Response;

/** Prints the port on the first line, as the engine expects of a plugin, and serves until killed. */
export async function serve(provider: Provider): Promise<void> {
  const engineAddress = process.argv.slice(2).find((argument) => !argument.startsWith("-"));
  if (engineAddress === undefined) {
    throw new Error("this plugin is started by the Pulumi engine, with the engine's address");
  }
  const server = new grpc.Server({
    "grpc.max_receive_message_length": -1,
    "grpc.max_send_message_length": -1,
  });
  server.addService(
    providerGrpc.ResourceProviderService as unknown as grpc.ServiceDefinition,
    handlers(provider, new EngineLog(engineAddress)),
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  process.stdout.write(`${port}\n`);
}

/** Methods that are missing here are answered with UNIMPLEMENTED, which the engine understands. */
function handlers(provider: Provider, log: EngineLog): grpc.UntypedServiceImplementation {
  const answer = <Request, Response>(handler: Handler<Request, Response>) => unary(log, handler);
  const subject = (request: { getUrn(): string }): Subject => {
    const urn = request.getUrn();
    return {
      urn,
      name: nameIn(urn),
      log: (severity, message, ephemeral) => log.send(urn, severity, message, ephemeral),
    };
  };
  const resource = (request: { getUrn(): string }, method: string): Resource =>
    provider.resource(typeIn(request.getUrn()), method);

  return {
    getPluginInfo: answer(() => {
      const info = new pluginPb.PluginInfo();
      info.setVersion(provider.version);
      return info;
    }),

    cancel: answer(() => {
      provider.cancel();
      return new emptyPb.Empty();
    }),

    checkConfig: answer((request: providerPb.CheckRequest) =>
      checkResponse(provider.checkConfig(checkRequest(subject(request), request))),
    ),

    ...(provider.diffConfig === undefined
      ? {}
      : {
          diffConfig: answer((request: providerPb.DiffRequest) =>
            diffResponse(
              provider.diffConfig?.(
                decodeProperties(request.getOldInputs()),
                decodeProperties(request.getNews()),
              ) as Difference,
            ),
          ),
        }),

    configure: answer(async (request: providerPb.ConfigureRequest) => {
      await provider.configure(decodeProperties(request.getArgs()));
      const response = new providerPb.ConfigureResponse();
      response.setAcceptsecrets(provider.acceptSecrets);
      response.setSupportspreview(true);
      response.setSupportsAutonamingConfiguration(provider.supportsAutonaming);
      return response;
    }),

    ...(provider.invoke === undefined
      ? {}
      : {
          invoke: answer(async (request: providerPb.InvokeRequest) => {
            const given = decodeProperties(request.getArgs());
            const response = new providerPb.InvokeResponse();
            response.setReturn(
              encodeProperties((await provider.invoke?.(request.getTok(), given)) ?? {}),
            );
            return response;
          }),
        }),

    check: answer(async (request: providerPb.CheckRequest) =>
      checkResponse(
        await resource(request, "Check").check(checkRequest(subject(request), request)),
      ),
    ),

    diff: answer(async (request: providerPb.DiffRequest) =>
      diffResponse(await resource(request, "Diff").diff(diffRequest(subject(request), request))),
    ),

    create: answer(async (request: providerPb.CreateRequest) => {
      const created = await resource(request, "Create").create({
        ...subject(request),
        inputs: decodeProperties(request.getProperties()),
        preview: request.getPreview(),
        deadline: deadline(request.getTimeout()),
      });
      const response = new providerPb.CreateResponse();
      response.setId(created.id);
      response.setProperties(encodeProperties(created.properties));
      return response;
    }),

    read: answer(async (request: providerPb.ReadRequest) => {
      const found = await resource(request, "Read").read({
        ...subject(request),
        id: request.getId(),
        state: decodeProperties(request.getProperties()),
        inputs: decodeProperties(request.getInputs()),
      });
      const response = new providerPb.ReadResponse();
      if (found !== null) {
        response.setId(found.id);
        response.setProperties(encodeProperties(found.properties));
        response.setInputs(encodeProperties(found.inputs));
      }
      return response;
    }),

    update: answer(async (request: providerPb.UpdateRequest) => {
      const properties = await resource(request, "Update").update({
        ...diffRequest(subject(request), request),
        preview: request.getPreview(),
        deadline: deadline(request.getTimeout()),
      });
      const response = new providerPb.UpdateResponse();
      response.setProperties(encodeProperties(properties));
      return response;
    }),

    delete: answer(async (request: providerPb.DeleteRequest) => {
      await resource(request, "Delete").delete({
        ...subject(request),
        id: request.getId(),
        state: decodeProperties(request.getProperties()),
        deadline: deadline(request.getTimeout()),
      });
      return new emptyPb.Empty();
    }),
  };
}

function unary<Request, Response>(
  log: EngineLog,
  handler: Handler<Request, Response>,
): grpc.handleUnaryCall<Request, Response> {
  return (call, reply) => {
    Promise.resolve()
      .then(() => handler(call.request))
      .then(
        (response) => log.flushed().then(() => reply(null, response)),
        (error: unknown) => log.flushed().then(() => reply(serviceError(error))),
      );
  };
}

/** A URN is `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME`, and only the name may contain `::`. */
function typeIn(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}

function nameIn(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

function deadline(seconds: number): AbortSignal | undefined {
  return seconds === 0 ? undefined : AbortSignal.timeout(seconds * 1000);
}

function checkRequest(subject: Subject, request: providerPb.CheckRequest): CheckRequest {
  const autonaming = request.getAutonaming();
  const seed = request.getRandomseed_asU8();
  return {
    ...subject,
    inputs: decodeProperties(request.getNews()),
    oldInputs: decodeProperties(request.getOlds()),
    ...(autonaming === undefined ? {} : { autonaming: autonamingOf(autonaming) }),
    ...(seed.length === 0 ? {} : { randomSeed: seed }),
  };
}

function autonamingOf(options: providerPb.CheckRequest.AutonamingOptions): Autonaming {
  const modes = providerPb.CheckRequest.AutonamingOptions.Mode;
  const mode = options.getMode();
  return {
    proposedName: options.getProposedName(),
    mode: mode === modes.DISABLE ? "disable" : mode === modes.ENFORCE ? "enforce" : "propose",
  };
}

function checkResponse(checked: Checked): providerPb.CheckResponse {
  const response = new providerPb.CheckResponse();
  response.setInputs(encodeProperties(checked.inputs));
  response.setFailuresList(
    checked.failures.map(({ property, reason }) => {
      const failure = new providerPb.CheckFailure();
      failure.setProperty(property);
      failure.setReason(reason);
      return failure;
    }),
  );
  return response;
}

function diffRequest(subject: Subject, request: providerPb.DiffRequest | providerPb.UpdateRequest) {
  return {
    ...subject,
    id: request.getId(),
    state: decodeProperties(request.getOlds()),
    oldInputs: decodeProperties(request.getOldInputs()),
    inputs: decodeProperties(request.getNews()),
    ignoreChanges: request.getIgnorechangesList(),
  };
}

function diffResponse(difference: Difference): providerPb.DiffResponse {
  const kinds: Record<ChangeKind, providerPb.PropertyDiff.Kind> = {
    add: providerPb.PropertyDiff.Kind.ADD,
    "add-replace": providerPb.PropertyDiff.Kind.ADD_REPLACE,
    delete: providerPb.PropertyDiff.Kind.DELETE,
    "delete-replace": providerPb.PropertyDiff.Kind.DELETE_REPLACE,
    update: providerPb.PropertyDiff.Kind.UPDATE,
    "update-replace": providerPb.PropertyDiff.Kind.UPDATE_REPLACE,
  };
  const changes = [...difference.changes];
  const replacing = changes.filter(([, kind]) => kind.endsWith("-replace"));
  const response = new providerPb.DiffResponse();
  response.setChanges(
    changes.length === 0
      ? providerPb.DiffResponse.DiffChanges.DIFF_NONE
      : providerPb.DiffResponse.DiffChanges.DIFF_SOME,
  );
  response.setDiffsList(rootsOf(changes));
  response.setReplacesList(rootsOf(replacing));
  response.setStablesList([...difference.stables]);
  response.setDeletebeforereplace(replacing.length > 0 && difference.deleteBeforeReplace);
  response.setHasdetaileddiff(true);
  for (const [path, kind] of changes) {
    const change = new providerPb.PropertyDiff();
    change.setKind(kinds[kind]);
    response.getDetaileddiffMap().set(path, change);
  }
  return response;
}

function rootsOf(changes: readonly (readonly [string, ChangeKind])[]): string[] {
  return [...new Set(changes.map(([path]) => rootOf(path)))].sort();
}

function serviceError(error: unknown): Partial<grpc.StatusObject> {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof InitializationFailed) {
    return { code: grpc.status.UNKNOWN, details: message, metadata: partialState(error) };
  }
  if (error instanceof UnknownResource) {
    return { code: grpc.status.NOT_FOUND, details: message };
  }
  return {
    code: error instanceof Cancelled ? grpc.status.CANCELLED : grpc.status.UNKNOWN,
    details: message,
  };
}

/** How a plugin hands over the state of a resource together with an error. */
function partialState(error: InitializationFailed): grpc.Metadata {
  const detail = new providerPb.ErrorResourceInitFailed();
  detail.setId(error.id);
  detail.setProperties(encodeProperties(error.properties));
  detail.setReasonsList([error.message, ...error.reasons]);
  if (error.inputs !== undefined) {
    detail.setInputs(encodeProperties(error.inputs));
  }
  const any = new anyPb.Any();
  any.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const status = new statusPb.Status();
  status.setCode(grpc.status.UNKNOWN);
  status.setMessage(error.message);
  status.addDetails(any);
  const metadata = new grpc.Metadata();
  metadata.set("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  return metadata;
}
