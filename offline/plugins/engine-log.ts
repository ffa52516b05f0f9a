import grpc from "@grpc/grpc-js";
import engineGrpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import enginePb from "@pulumi/pulumi/proto/engine_pb.js";
import type { Severity } from "./provider.ts";

const SEVERITIES: Record<Severity, number> = {
  info: enginePb.LogSeverity.INFO,
  warning: enginePb.LogSeverity.WARNING,
  error: enginePb.LogSeverity.ERROR,
};

/** Shows messages to the user through the engine, one after the other. */
export class EngineLog {
  readonly #client: engineGrpc.EngineClient;
  #sent: Promise<void> = Promise.resolve();

  constructor(engineAddress: string) {
    this.#client = new engineGrpc.EngineClient(engineAddress, grpc.credentials.createInsecure());
  }

  /** An ephemeral message is a status line: it is not repeated at the end. */
  send(urn: string, severity: Severity, message: string, ephemeral = false): void {
    const request = new enginePb.LogRequest();
    request.setUrn(urn);
    request.setSeverity(SEVERITIES[severity] as enginePb.LogSeverity);
    request.setMessage(message);
    request.setEphemeral(ephemeral);
    // An engine that cannot be told anything any more is no reason to fail what is under way.
    this.#sent = this.#sent.then(
      () => new Promise((done) => this.#client.log(request, () => done())),
    );
  }

  /** What was logged is on the screen before the answer that it explains. */
  flushed(): Promise<void> {
    return this.#sent;
  }
}
