import { createPrivateKey } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Settings } from "../simulated/kind.ts";

/** What of the credentials, in the configuration or else in the environment, looks real. */
export function realCredentials(settings: Settings): string | undefined {
  const { accessToken, credentials } =
    settings["accessToken"] === undefined && settings["credentials"] === undefined
      ? fromEnvironment()
      : settings;
  if (accessToken?.startsWith("ya29.")) {
    return "the access token looks real";
  }
  return credentials !== undefined && areReal(credentials)
    ? "the credentials look real"
    : undefined;
}

function fromEnvironment(): { accessToken?: string | undefined; credentials?: string | undefined } {
  const { env } = process;
  return {
    accessToken: env["GOOGLE_OAUTH_ACCESS_TOKEN"],
    credentials: env["GOOGLE_CREDENTIALS"] || env["GOOGLE_APPLICATION_CREDENTIALS"],
  };
}

/** They are JSON, or the path of a file of JSON. */
function areReal(credentials: string): boolean {
  const { type, private_key: privateKey, refresh_token: refreshToken } = parsed(credentials);
  return isPrivateKey(privateKey) || type === "external_account" || looksIssued(refreshToken);
}

function parsed(credentials: string): Record<string, unknown> {
  try {
    const json = credentials.trimStart().startsWith("{")
      ? credentials
      : readFileSync(credentials, "utf8");
    return JSON.parse(json);
  } catch {
    return {};
  }
}

/** A dummy does not parse. */
function isPrivateKey(text: unknown): boolean {
  try {
    createPrivateKey(String(text));
    return true;
  } catch {
    return false;
  }
}

function looksIssued(refreshToken: unknown): boolean {
  return typeof refreshToken === "string" && refreshToken.startsWith("1//");
}
