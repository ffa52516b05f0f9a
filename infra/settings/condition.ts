/** Holds where a setting that matters has one of these values; without `is`, where it has any. */
export interface Condition {
  readonly key: string;
  readonly is?: readonly string[];
  /** A setting that takes the condition away where it is set. */
  readonly unless?: string;
  /** The reason in a message, where it is not `KEY is "VALUE"`. */
  readonly why?: string;
}

/** The texts of a config, on which the defaults and the rules of other settings depend. */
export interface Facts {
  readonly project: string;
  readonly stack: string;
  /** The text of a setting, or its default; of a choice that is none, the first one. */
  text(key: string): string;
  has(key: string): boolean;
  /** Whether the setting matters. */
  matters(key: string): boolean;
  holds(condition: Condition): boolean;
  /** @returns the condition that makes the setting necessary; undefined where none does. */
  need(key: string): Condition | undefined;
}
