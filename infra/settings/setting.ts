import type { Condition, Facts } from "./condition.ts";
import type { ValueType } from "./value-types.ts";

/** The value where a stack has none, chosen by the other settings. */
export interface ChosenDefault<T> {
  /** Goes on from "Empty is". */
  readonly words: string;
  of(facts: Facts): T;
}

/**
 * In the stack of a branch: `share` takes the value of the stack that it is made like, `own` is a value of its
 * own, and `drop` leaves the default. With a condition, it is shared where that holds.
 */
type InReview = "share" | "own" | "drop" | { readonly shareWhere: Condition };

/** The question of `./slipway init`, asked where the setting matters. */
export interface Question {
  readonly text: string;
  /** The answer where none is given; without it, or where the setting is required, one has to be. */
  readonly usual?: string;
  /** Added to the text where it may stay without an answer. */
  readonly orEmpty?: string;
}

/** All that is known of a setting; everything that speaks of settings is made from these. */
export interface Setting<T = unknown> {
  readonly type: ValueType<T>;
  /** One or more sentences, without the range, the chosen default, and whether it is a secret: those are added. */
  readonly description: string;
  /** The default that Pulumi.yaml has; empty where there is none, or where it is chosen. */
  readonly default?: string;
  readonly usual?: ChosenDefault<NonNullable<T>>;
  /** A value that a stack could have. */
  readonly example: string;
  /** The value in a line to type, where only the reader knows the true one. */
  readonly input?: string;
  /** Encrypted in a stack's file, and never shown. */
  readonly secret?: true;
  /** A secret that Slipway invents where it is missing, unless the condition holds. */
  readonly generated?: { readonly unless?: Condition };
  /** In place of a secret where a preview must not have it; undefined is a long word. */
  readonly dummy?: string;
  /** Where it matters, if any of these holds; undefined is everywhere. */
  readonly for?: readonly Condition[];
  /** Where it is required, if any of these holds. */
  readonly required?: "always" | readonly Condition[];
  /** @returns the problem with a value that has been set; undefined where it may be. */
  readonly refused?: (facts: Facts) => string | undefined;
  readonly review: InReview;
  readonly init?: Question;
}

export type Table = Readonly<Record<string, Setting>>;

/** The typed value of a setting. */
export type ValueOf<S> = S extends { readonly type: ValueType<infer T> }
  ? S extends { readonly usual: ChosenDefault<infer U> }
    ? NonNullable<T> | U
    : T
  : never;

export type ValuesOf<T extends Table> = { readonly [K in keyof T]: ValueOf<T[K]> };

/** A setting has one of these values. */
export const is = (key: string, ...values: readonly string[]): Condition => ({ key, is: values });

/** A setting has a value. */
export const isSet = (key: string): Condition => ({ key });
