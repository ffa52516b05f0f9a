import type * as pulumi from "@pulumi/pulumi";

/** Where commands find what they want as files, on the machine that runs Pulumi: keys, sockets, logins. */
export interface StackFiles {
  /**
   * Path of the folder, whether it is there or not. Relative to where the program runs, so that the state is
   * the same on every machine, and the name of a socket short enough.
   */
  readonly path: string;
  /** The same, made if need be. */
  folder(): string;
  /** Writes a file that only its owner can read; @returns its path, when it is there. */
  save(name: string, content: pulumi.Input<string>): pulumi.Output<string>;
}
