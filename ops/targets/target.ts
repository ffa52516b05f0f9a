/** A thing on the target that carries the labels of a stack. */
export interface LabelledThing {
  /** As the state records it. */
  readonly id: string;
  readonly name: string;
  /** What it is, in a word. */
  readonly kind: string;
  /** `step`: what a step made for itself. The state never has it, and it never outlives the step. */
  readonly role: "resource" | "data" | "step";
  remove(): Promise<void>;
}

/** What differs by target in the work on a running stack. */
export interface Target {
  /** What of a stack is there, whether its state knows of it or not, in an order fit for removal. */
  things(stack: string): Promise<LabelledThing[]>;
  /** Removes the images that the stack has built, if any are there. */
  removeBuilds(stack: string): Promise<void>;
}
