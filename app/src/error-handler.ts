import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { ApiError, type ErrorMessages } from "./api-error.ts";
import { validationMessages } from "./validation-messages.ts";

const INTERNAL: ErrorMessages = { server: ["failed to answer this request"] };

/** The one place where an error becomes an answer: 4xx say what to change, 5xx say nothing. */
export function handleError(
  error: FastifyError | ApiError,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  if (error instanceof ApiError) {
    // RFC 9110 wants every 401 to name the scheme that would be accepted.
    if (error.statusCode === 401) reply.header("www-authenticate", "Token");
    return reply.code(error.statusCode).send({ errors: error.errors });
  }
  if (error.validation !== undefined) {
    return reply.code(422).send({ errors: validationMessages(error.validation) });
  }
  const statusCode = error.statusCode ?? 500;
  if (statusCode >= 400 && statusCode < 500) {
    return reply.code(statusCode).send({ errors: { body: [error.message] } });
  }
  request.log.error({ err: error }, "request failed");
  return reply.code(Math.max(statusCode, 500)).send({ errors: INTERNAL });
}

export function handleNotFound(_request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return reply.code(404).send({ errors: { route: ["not found"] } });
}
