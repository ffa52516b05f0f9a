import type { FastifyServerOptions } from "fastify";

/**
 * JSON on stdout, wherever it runs. Requests are logged without headers and bodies; the list
 * below is for the day when somebody logs one of those objects whole.
 */
export const loggerOptions = {
  level: "info",
  redact: {
    paths: [
      "authorization",
      "password",
      "passwordHash",
      "token",
      "databaseUrl",
      "appSecret",
    ].flatMap((name) => [name, `*.${name}`, `*.*.${name}`, `*.*.*.${name}`]),
    censor: "[redacted]",
  },
} satisfies FastifyServerOptions["logger"];
