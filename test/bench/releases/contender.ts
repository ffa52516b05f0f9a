/** A way to bring a new version of the app to a Docker host, with the app as it left it. */
export interface Contender {
  readonly name: string;
  readonly url: string;
  /** Of a user who is signed in. */
  readonly token: string;
  /** Returns when its command does. */
  release(image: string): Promise<void>;
}

/** What the others are given: the app's image needs a database, and they replace the app alone. */
export interface Surroundings {
  readonly network: string;
  readonly environment: Readonly<Record<string, string>>;
}
