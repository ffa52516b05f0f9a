import type * as pulumi from "@pulumi/pulumi";

/** The value of an output that is known, secret or not. */
export function resolved<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((done) => void output.apply((value) => done(value as T)));
}
