import type { Source } from "../ops/tools.ts";
import { UserError } from "../ops/user-error.ts";

export interface WantedTools {
  readonly pulumi: Source;
  readonly images: Source;
}

/**
 * Reads SLIPWAY_TOOLS: one source for both, as `official`, or one for each, as `pulumi=official,images=offline`.
 *
 * @throws UserError for all else, with what to type.
 */
export function readWantedTools(value: string): WantedTools {
  if (isSource(value)) return { pulumi: value, images: value };
  const sources = new Map(value.split(",").map((part) => splitOnce(part)));
  const [pulumi, images] = [sources.get("pulumi"), sources.get("images")];
  if (sources.size === 2 && isSource(pulumi) && isSource(images)) return { pulumi, images };
  throw new UserError(
    `SLIPWAY_TOOLS is "${value}"; it must be "official", "offline", or one of them for each, as ` +
      '"pulumi=official,images=offline".',
  );
}

function splitOnce(part: string): [string, string] {
  const [name = "", ...rest] = part.split("=");
  return [name, rest.join("=")];
}

const isSource = (value: string | undefined): value is Source =>
  value === "official" || value === "offline";
