import { Type } from "typebox";

const ErrorBody = Type.Object({
  errors: Type.Record(Type.String(), Type.Array(Type.String())),
});

/** What any route may answer besides its success, given to Fastify as response schemas. */
export const errorResponses = { "4xx": ErrorBody, "5xx": ErrorBody } as const;
