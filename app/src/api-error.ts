export type ErrorMessages = Readonly<Record<string, readonly string[]>>;

/** A refusal the client may read: its status, and its messages by field. */
export class ApiError extends Error {
  readonly statusCode: number;
  readonly errors: ErrorMessages;

  constructor(statusCode: number, field: string, message: string) {
    super(`${field} ${message}`);
    this.name = "ApiError";
    this.statusCode = statusCode;
    this.errors = { [field]: [message] };
  }
}
