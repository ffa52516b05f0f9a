import type { V1PodTemplateSpec } from "@kubernetes/client-node";
import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

/** When a step is taken: with its resource, as that is deleted, or then to take it back. */
export type When = "create" | "delete" | "both";

/** A program of this folder: the component that sends it its arguments and the program itself share this value. */
export interface StepDefinition<Args extends object, Of extends When> {
  /** Relative to where the Pulumi program runs, so that the state is the same on every machine. */
  readonly path: string;
  readonly when: Of;
  /** For the compiler alone: nothing has it. */
  readonly args?: (args: Args) => Args;
}

/** The same for a program that stands for a shell in a container: its arguments are words before the shell's. */
export interface ShellDefinition<Word extends string> {
  readonly path: string;
  /** Names of its arguments, in their order. */
  readonly words: readonly Word[];
}

/** What every program is told besides its own arguments. */
export interface ToCluster {
  /** Path of the file. */
  readonly kubeconfig: string;
}

/** Arguments as a component has them: any part of them may still be unknown. */
export type Sent<T> = pulumi.Input<
  IsPodTemplate<T> extends true
    ? types.input.core.v1.PodTemplateSpec
    : T extends object
      ? SentFields<T>
      : T
>;

export type SentFields<T> = { readonly [K in keyof T]: Sent<T[K]> };

/** Pulumi and the client library each have types of their own for what is the same text. */
type IsPodTemplate<T> = [T, V1PodTemplateSpec] extends [V1PodTemplateSpec, T] ? true : false;

const FOLDER = "../components/kubernetes/steps";

/** @param program name of the file, without its ending. */
export function defineStep<Args extends object>(program: string): StepDefinition<Args, "create"> {
  return { path: pathOf(program), when: "create" };
}

/** A step that is taken when its resource is deleted, and at no other time. */
export function defineLastStep<Args extends object>(
  program: string,
): StepDefinition<Args, "delete"> {
  return { path: pathOf(program), when: "delete" };
}

/** A step that is taken back when its resource is deleted. */
export function defineReversibleStep<Args extends object>(
  program: string,
): StepDefinition<Args, "both"> {
  return { path: pathOf(program), when: "both" };
}

export function defineShell<Word extends string>(
  program: string,
  words: readonly Word[],
): ShellDefinition<Word> {
  return { path: pathOf(program), words };
}

const pathOf = (program: string) => `${FOLDER}/${program}.ts`;
