import { WRONG_ANSWER } from "../http-probe.ts";
import { labelOptions, labels, type Owner } from "../labels.ts";
import { MAINTENANCE_HEADER } from "../nginx/places.ts";
import { confinedOptions, STEP } from "./confinement.ts";
import { MAINTENANCE } from "./nginx.ts";

/** What a client asks of a release, from the machine itself, and what has to be in the answer. */
export interface OutsideRequest {
  readonly questions: readonly {
    readonly url: string;
    /** What the answer has to match; empty where any answer below 400 will do. */
    readonly pattern: string;
  }[];
  /** Folder of the release's static files, and what they are below; undefined where there are none. */
  readonly files?: { readonly folder: string; readonly url: string } | undefined;
  /** Option of curl that leads the host name to the machine itself; empty where it is an address. */
  readonly resolve: string;
  /** What a proxy in front would say of the client's scheme; empty where none ends TLS. */
  readonly forwardedProto: "" | "https";
  /** Image that has curl. */
  readonly image: string;
}

/**
 * The shell function `ask URL PATTERN`, which asks until the answer is right; else it prints the last answer, and
 * fails. Values: `INGRESS` (Nginx's container), `NGINX_IMAGE`, `RESOLVE`, `FORWARDED_PROTO` and `HTTP_PROBE`.
 */
export const askFunctions = (owner: Owner): string => `
# Maintenance is for clients, not for this.
pass_of_maintenance() {
  docker exec "$INGRESS" sh -c 'for pass in ${MAINTENANCE.pass}*; do echo "\${pass##*-}"; done'
}
# Through the published port, as a client does: URL, pattern and tries. The certificate may be one that only
# the clients of the team trust.
ask_outside() {
  docker run --rm --network host ${labelOptions(labels(owner, "step"))} ${confinedOptions(STEP)} \\
    --entrypoint sh "$NGINX_IMAGE" -euc "$HTTP_PROBE" sh "$1" "$2" "$3" --insecure --max-time 10 \\
    --header "${MAINTENANCE_HEADER}: $pass" \${RESOLVE:+--resolve "$RESOLVE"}
}
# As the proxy does that ends TLS in front, whose word on the scheme counts: the app may send all others there.
ask_as_proxy() {
  docker exec "$INGRESS" sh -euc "$HTTP_PROBE" sh "$1" "$2" "$3" --max-time 10 \\
    --header "${MAINTENANCE_HEADER}: $pass" --header "X-Forwarded-Proto: $FORWARDED_PROTO" \\
    --connect-to "::127.0.0.1:80"
}
# Until the new workers answer.
ask() {
  pass=$(pass_of_maintenance)
  if [ -z "$FORWARDED_PROTO" ]; then ask_outside "$1" "$2" 20; return; fi
  ask_as_proxy "$1" "$2" 20 || return
  # To a client that does not come through the proxy any answer will do.
  ask_outside "$1" "" 1 || [ $? -eq ${WRONG_ANSWER} ]
}`;
