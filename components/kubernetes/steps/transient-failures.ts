import { FirstSeen } from "./first-seen.ts";

/** How long a registry that limits requests, or a webhook that starts anew, may take. */
const SECONDS = 120;

/**
 * How registries, networks and the API server report a failure of theirs that may pass; a kubelet and a
 * controller try again by themselves. An image that is not there, a login that is refused and a quota are none.
 */
const TRANSIENT =
  /\b(status|code)\b.{0,30}\b(429|50[0234])\b|toomanyrequests|too many requests|service unavailable|internal error occurred: failed calling webhook|no endpoints available|i\/o timeout|handshake timeout|awaiting headers|timed out|deadline exceeded|connection (refused|reset)|unexpected eof|temporary failure in name resolution|server misbehaving/i;

/** Gives failures that may pass their time, from when each was first seen. */
export class TransientFailures {
  readonly #firstSeen = new FirstSeen();

  /** Whether a failure of this part may still pass. */
  mayPass(part: string, message: string): boolean {
    return TRANSIENT.test(message) && this.#firstSeen.secondsSince(part) < SECONDS;
  }
}
