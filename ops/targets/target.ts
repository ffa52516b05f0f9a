import type { ReleaseRecord } from "../../components/release-record.ts";
import type { Command } from "../../components/shell-command.ts";

/** A thing on the target that carries the labels of a stack. */
export interface LabelledThing {
  /** As the state records it. */
  readonly id: string;
  readonly name: string;
  /** What it is, in a word. */
  readonly kind: string;
  /**
   * `step`: what a step made for itself. The state never has it, and it never outlives the step. `one-off`: a
   * command that a person runs; the state never has it, and it goes on beside any change.
   */
  readonly role: "resource" | "data" | "step" | "one-off";
  /** False for what should run and does not. */
  readonly runs: boolean;
  /** Changes with what is wanted of it, where the target counts that; so that a change by hand is seen. */
  readonly generation?: number;
  /** Names of those that a container is on. */
  readonly networks?: readonly string[];
  remove(): Promise<void>;
}

/** A part of a stack that runs, or should. */
export interface Part {
  /** `web`, `process`, `database` or `ingress`. */
  readonly role: string;
  readonly name: string;
  /** Version of the app; empty for what is not the app. */
  readonly version: string;
  /** In the target's own words, as `Up 3 minutes`. */
  readonly state: string;
  readonly isRunning: boolean;
}

export interface LogOptions {
  /** Part of the name of the parts to show; undefined shows the app's. */
  readonly of: string | undefined;
  readonly follow: boolean;
  readonly lines: number;
}

/** What is there of a stack, by the labels it carries. */
export interface LabelledStack {
  readonly stack: string;
  readonly things: readonly Pick<LabelledThing, "kind" | "name">[];
  /** Removes all of it, data included. */
  remove(): Promise<void>;
}

export interface WrongAnswer {
  readonly url: string;
  /** On one line. */
  readonly answer: string;
}

/** What differs by target in the work on a running stack. */
export interface Target {
  /** How long what the engine has started may take until it runs. */
  readonly startSeconds: number;
  /** What of the stack is there, whether its state knows of it or not, in an order fit for removal. */
  things(): Promise<LabelledThing[]>;
  /** Whether a volume or a claim has this name, of the stack or not: the engine would take it for the stack's. */
  hasVolume(name: string): Promise<boolean>;
  /** The other stacks that are there, whoever knows of them. */
  others(): Promise<LabelledStack[]>;
  /** Ends when what an engine has told to go, without waiting for it, has gone: the next `up` takes its names. */
  untilDown(): Promise<void>;
  /** Removes the images that the stack has built, if any are there. */
  removeBuilds(): Promise<void>;
  /** The record of releases, those that failed after their switch included, newest first. */
  releases(): Promise<readonly ReleaseRecord[]>;
  /**
   * Adds to the record the releases that it had before, where it was lost with the volume that it was on.
   *
   * @returns how many.
   */
  restoreReleases(before: readonly ReleaseRecord[]): Promise<number>;
  parts(): Promise<readonly Part[]>;
  /**
   * Asks from outside what the release that is live was verified by, a static file of it too.
   *
   * @returns undefined where it is answered as it should be; else the URL and what it answered last.
   */
  wrongAnswer(): Promise<WrongAnswer | undefined>;
  /**
   * Asks from outside for one of the live release's static files.
   *
   * @returns undefined where it is answered, or there are none; else the URL and what it answered last.
   */
  missingFile(): Promise<WrongAnswer | undefined>;
  /** Shows logs; @returns an exit code. */
  logs(options: LogOptions): Promise<number>;
  /** Runs a command in the app's image, with its environment; @returns its exit code. */
  run(command: Command): Promise<number>;
  /** Opens psql as the owner of the database; @returns its exit code. */
  psql(args: readonly string[]): Promise<number>;
  /** @returns whether anything changed. */
  setMaintenance(on: boolean): Promise<boolean>;
  isInMaintenance(): Promise<boolean>;
}
