import { randomUUID } from "node:crypto";
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import Fastify, { type FastifyServerOptions } from "fastify";
import type { Release } from "./env.ts";
import { handleError, handleNotFound } from "./error-handler.ts";
import type { ArticleRepository } from "./repositories/articles.ts";
import type { TagRepository } from "./repositories/tags.ts";
import type { UserRepository } from "./repositories/users.ts";
import { articleRoutes } from "./routes/articles.ts";
import { operationsRoutes, type ReadinessCheck } from "./routes/operations.ts";
import { tagRoutes } from "./routes/tags.ts";
import { userRoutes } from "./routes/users.ts";
import type { Tokens } from "./tokens.ts";

export interface AppParts {
  readonly users: UserRepository;
  readonly articles: ArticleRepository;
  readonly tags: TagRepository;
  readonly tokens: Tokens;
  readonly release: Release;
  readonly checkReadiness: ReadinessCheck;
  readonly logger: FastifyServerOptions["logger"];
}

/** The whole app without a port: `inject()` requests into it, or let server.ts listen. */
export function buildApp(parts: AppParts) {
  const app = Fastify({
    logger: parts.logger ?? false,
    genReqId: () => randomUUID(),
    bodyLimit: 512 * 1024,
    // Each layer gives up after the one below it: statement 15 s, handler 20 s, sending 30 s.
    handlerTimeout: 20_000,
    requestTimeout: 30_000,
    http: { headersTimeout: 10_000 },
    // Longer than the 60 s for which Nginx keeps a connection, so that it is never us who close
    // one just as a request is on its way.
    keepAliveTimeout: 75_000,
    // While stopping, requests on kept-alive connections are still answered, with "close".
    return503OnClosing: false,
    ajv: { customOptions: { allErrors: true } },
  }).withTypeProvider<TypeBoxTypeProvider>();

  app.setErrorHandler(handleError);
  app.setNotFoundHandler(handleNotFound);
  app.decorateRequest("userId", "");
  app.register(operationsRoutes, parts);
  app.register(userRoutes, { ...parts, prefix: "/api" });
  app.register(articleRoutes, { ...parts, prefix: "/api" });
  app.register(tagRoutes, { ...parts, prefix: "/api" });
  return app;
}
