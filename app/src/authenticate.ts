import type { FastifyRequest } from "fastify";
import { ApiError } from "./api-error.ts";
import type { Tokens } from "./tokens.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** The signed-in user's id; empty on routes that do not authenticate. */
    userId: string;
  }
}

/** As an onRequest hook: a stranger is refused before a body is read or judged. */
export function authenticate(tokens: Tokens) {
  return async (request: FastifyRequest): Promise<void> => {
    const token = /^Token (\S+)$/i.exec(request.headers.authorization ?? "")?.[1];
    if (token === undefined) throw new ApiError(401, "token", "is missing");
    const userId = await tokens.verify(token);
    if (userId === undefined) throw new ApiError(401, "token", "is invalid");
    request.userId = userId;
  };
}
