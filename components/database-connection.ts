/** How an app reaches its database. All of it is secret, because the URL holds the password. */
export interface DatabaseConnection {
  readonly host: string;
  readonly port: number;
  /** Name of the database. */
  readonly name: string;
  /** Login role, which acts as the owner of the database. */
  readonly user: string;
  readonly password: string;
  /** `postgres://user:password@host:port/name`. */
  readonly url: string;
}
