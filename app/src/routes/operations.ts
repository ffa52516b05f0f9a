import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { Release } from "../env.ts";
import { HealthResponse, NotReadyResponse, VersionResponse } from "../schemas/operations.ts";

/** Why the app cannot serve now, in words fit for anybody; undefined when it can. */
export type ReadinessCheck = () => Promise<string | undefined>;

interface OperationsRoutesOptions {
  readonly release: Release;
  readonly checkReadiness: ReadinessCheck;
}

/** What whoever runs the app asks it. Asked every few seconds, so it is logged only on trouble. */
export const operationsRoutes: FastifyPluginAsyncTypebox<OperationsRoutesOptions> = async (
  app,
  { release, checkReadiness },
) => {
  app.addHook("onSend", async (_request, reply) => {
    reply.header("cache-control", "no-store");
  });

  app.get(
    "/healthz",
    { logLevel: "warn", schema: { response: { 200: HealthResponse } } },
    async () => ({ status: "ok" as const }),
  );

  app.get(
    "/readyz",
    { logLevel: "warn", schema: { response: { 200: HealthResponse, 503: NotReadyResponse } } },
    async (request, reply) => {
      const reason = await checkReadiness();
      if (reason === undefined) return { status: "ok" as const };
      request.log.warn({ reason }, "not ready");
      return reply.code(503).send({ status: "unavailable", reason });
    },
  );

  app.get(
    "/version",
    { logLevel: "warn", schema: { response: { 200: VersionResponse } } },
    async () => release,
  );
};
