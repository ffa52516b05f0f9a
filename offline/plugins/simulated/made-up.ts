import { createHash } from "node:crypto";
import type { Thing } from "./kind.ts";

// What a cloud makes up, made up so that the same thing always gets the same.

export function hexDigits(thing: Thing, purpose: string, length: number): string {
  return createHash("sha256").update(`${thing.seed} ${purpose}`).digest("hex").slice(0, length);
}

/** A number of exactly so many digits. */
export function numberOf(thing: Thing, purpose: string, digits: number): number {
  const least = 10 ** (digits - 1);
  return least + (Number.parseInt(hexDigits(thing, purpose, 12), 16) % (9 * least));
}

export function uuid(thing: Thing, purpose: string): string {
  const hex = hexDigits(thing, purpose, 32);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `a${hex.slice(17, 20)}`,
    hex.slice(20),
  ].join("-");
}

/** Of 203.0.113.0/24, which is for documentation: nothing answers there. */
export function machineAddress(thing: Thing): string {
  return `203.0.113.${1 + (numberOf(thing, "machine address", 6) % 126)}`;
}

/** Of the other half, so that a reserved address is never that of a machine. */
export function reservedAddress(thing: Thing): string {
  return `203.0.113.${129 + (numberOf(thing, "reserved address", 6) % 126)}`;
}

export function privateAddress(thing: Thing): string {
  const number = numberOf(thing, "private address", 6);
  return `10.128.${number % 256}.${2 + (Math.floor(number / 256) % 250)}`;
}

/** Every simulated thing has been there since the same moment: clocks differ from run to run. */
export const CREATED_AT = "2026-01-01T00:00:00Z";
