/** A mistake or a condition that the user can mend: shown as its message alone, without a stack. */
export class UserError extends Error {
  /** 1: it was tried and failed. 2: nothing was tried. 130: it was interrupted. */
  readonly exitCode: 1 | 2 | 130;

  constructor(message: string, exitCode: 1 | 2 | 130 = 2) {
    super(message);
    this.exitCode = exitCode;
  }
}
