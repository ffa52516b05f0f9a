import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import type { CloudPlace } from "./cloud-place.ts";

/** A Docker host: where containers run, and where the steps between them are taken. */
export interface Machine {
  readonly dockerProvider: docker.Provider;
  /** Options of every component on this machine: its providers, and what ties it to its life. */
  readonly options: pulumi.ComponentResourceOptions;
  /** Folder for data that outlives the machine; undefined where data is on volumes of its engine. */
  readonly dataFolder?: string;
  /** Where it is in its cloud; undefined for a machine that is there already. */
  readonly cloud?: CloudPlace;
  /** Where clients reach the machine, a host name or an address. */
  readonly address: pulumi.Output<string>;
  /**
   * Takes a step on the machine: a shell script that runs when the step is new and again when anything
   * in it changes. A step that fails leaves no trace in the state (an update keeps the old one), so
   * that the next `up` takes it again.
   *
   * The variable `WHO` names the person or the pipeline that runs Pulumi, but to `remove`.
   */
  run(name: string, script: Script, opts: pulumi.CustomResourceOptions): Step;
  /**
   * The same where Pulumi runs, for what needs files from there. The script has two functions more:
   * `on_host COMMAND` runs a command on the machine, with the script's own standard input, and
   * `with_engine COMMAND` runs one here whose `docker` speaks with the machine's engine.
   */
  runLocal(name: string, script: Script, opts: pulumi.CustomResourceOptions): Step;
}

export interface Step extends pulumi.Resource {
  /** What the script printed on its standard output. */
  readonly stdout: pulumi.Output<string>;
}

/** POSIX shell. It reaches the machine on standard input, so that no process list or error shows it. */
export interface Script {
  /** Variables that the parts below read. Secrets among them stay secret in the state. */
  readonly values: Readonly<Record<string, pulumi.Input<string>>>;
  /** Shell functions that the parts below call. */
  readonly functions?: string;
  /** Runs when the step is new, and on a change where there is no `update`. */
  readonly apply: string;
  /** Runs on a change instead of `apply`; where Pulumi runs, `PULUMI_COMMAND_STDOUT` is what it had printed. */
  readonly update?: string;
  /**
   * Runs, with the values of then, when the step is deleted or has been replaced. The variable `PRINTED` is what
   * it had printed, where this names it: a few words at most, for it gets there in the environment.
   */
  readonly remove?: string;
  /** A change of these replaces the step: the new one is taken first, the old one is removed last. */
  readonly replaceOn?: pulumi.Input<string>[];
}
