import type { CertificateState } from "../../infra/certificate.ts";
import type { TlsAddress } from "../../infra/served-certificate.ts";
import type { Outside } from "../outside.ts";

/** What a check found. */
export type Finding =
  | { readonly state: "ok"; readonly says: string }
  /** Something is wrong, and what to type about it. */
  | { readonly state: "wrong"; readonly says: string; readonly type: string }
  /** Does not matter here, or can't be known. */
  | { readonly state: "none"; readonly says: string };

export const ok = (says: string): Finding => ({ state: "ok", says });
export const wrong = (says: string, type: string): Finding => ({ state: "wrong", says, type });
export const none = (says: string): Finding => ({ state: "none", says });

/** A stack as far as it could be opened. */
export interface StackFacts {
  readonly name: string;
  /** Settings with their defaults, by key; what is encrypted is in it. */
  readonly settings: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
  /** Whether it is one that this machine alone knows. */
  readonly isLocal: boolean;
  /** Where it is reached over TLS; undefined where it is not, or is not up. */
  readonly tlsAddress?: TlsAddress | undefined;
}

/** What checks ask: a test gives them another world. */
export interface World {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly run: Outside;
  readonly nodeVersion: string;
  freeMiB(folder: string): Promise<number>;
  /** @returns whether nothing listens there. */
  isPortFree(address: string, port: number): Promise<boolean>;
  fetch(url: string, headers?: Readonly<Record<string, string>>): Promise<Response>;
  /** @returns undefined where nobody answers. */
  certificateAt(address: TlsAddress): Promise<CertificateState | undefined>;
  now(): number;
  readonly stack: StackFacts | undefined;
}

export interface Check {
  readonly name: string;
  run(world: World): Promise<Finding>;
}
