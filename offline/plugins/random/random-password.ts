import { randomInt } from "node:crypto";
import type { Recipe } from "../made-once/made-once.ts";
import type { PropertyMap } from "../property-value.ts";

const LEAST = { type: "int", forceNew: true } as const;
const WHETHER = { type: "bool", forceNew: true } as const;

export const randomPassword: Recipe = {
  schema: {
    length: { type: "int", required: true, forceNew: true },
    lower: WHETHER,
    upper: WHETHER,
    numeric: WHETHER,
    special: WHETHER,
    minLower: LEAST,
    minUpper: LEAST,
    minNumeric: LEAST,
    minSpecial: LEAST,
    overrideSpecial: { type: "string", forceNew: true },
    keepers: { type: "map", forceNew: true },

    result: { type: "string", output: true, secret: true },
  },

  defaults: {
    ...{ lower: true, upper: true, numeric: true, special: true },
    ...{ minLower: 0, minUpper: 0, minNumeric: 0, minSpecial: 0 },
  },

  problem: (choice) => {
    const alphabets = alphabetsOf(choice);
    const needed = alphabets.reduce((sum, { least }) => sum + least, 0);
    if (Number(choice["length"]) < Math.max(1, needed)) {
      return `Attribute length value must be at least ${Math.max(1, needed)}`;
    }
    return alphabets.some(({ allowed }) => allowed)
      ? undefined
      : "At least one of lower, upper, numeric and special must be true";
  },

  make: async (choice) => ({ id: "none", outputs: { result: password(choice) } }),
};

interface Alphabet {
  readonly characters: string;
  readonly allowed: boolean;
  readonly least: number;
}

function alphabetsOf(choice: PropertyMap): Alphabet[] {
  const alphabet = (characters: string, allowed: string, least: string) => ({
    characters,
    allowed: choice[allowed] === true,
    least: Number(choice[least]),
  });
  return [
    alphabet("abcdefghijklmnopqrstuvwxyz", "lower", "minLower"),
    alphabet("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "upper", "minUpper"),
    alphabet("0123456789", "numeric", "minNumeric"),
    alphabet(String(choice["overrideSpecial"] ?? "!@#$%&*()-_=+[]{}<>:?"), "special", "minSpecial"),
  ];
}

/** As many of each kind as there have to be, then any that are allowed, all of it in any order. */
function password(choice: PropertyMap): string {
  const alphabets = alphabetsOf(choice);
  const any = alphabets.filter(({ allowed }) => allowed).map(({ characters }) => characters);
  const needed = alphabets.flatMap(({ characters, least }) => drawn(characters, least));
  const others = drawn(any.join(""), Number(choice["length"]) - needed.length);
  return shuffled([...needed, ...others]).join("");
}

function drawn(from: string, count: number): string[] {
  return Array.from({ length: count }, () => from.charAt(randomInt(from.length)));
}

function shuffled(items: readonly string[]): string[] {
  const left = [...items];
  return items.flatMap(() => left.splice(randomInt(left.length), 1));
}
