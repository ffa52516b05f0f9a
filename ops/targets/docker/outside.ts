import { askFunctions, type OutsideRequest } from "../../../components/docker/outside-request.ts";
import { HTTP_PROBE } from "../../../components/http-probe.ts";
import { labelFilters, type Owner } from "../../../components/labels.ts";
import { UserError } from "../../user-error.ts";
import type { WrongAnswer } from "../target.ts";
import type { Reach } from "./reach.ts";

const askScript = (owner: Owner) => `
url=$1 pattern=$2 NGINX_IMAGE=$3 RESOLVE=$4 FORWARDED_PROTO=$5 HTTP_PROBE=$6
# Not piped, which would hide that Docker does not answer.
all=$(docker ps --quiet ${labelFilters(owner, "ingress")} --filter status=running)
INGRESS=$(printf '%s\n' "$all" | head -n 1)
if [ -z "$INGRESS" ]; then echo "Nginx does not run."; exit 1; fi
${askFunctions(owner)}
ask "$url" "$pattern"`;

/** Exit codes from here on are of who was to ask: Docker, the shell or ssh. */
const NOT_ASKED = 125;

/**
 * The first question that is not answered, from the machine itself, as it should be.
 *
 * @throws UserError where it could not be asked.
 */
export async function wrongAnswer(
  host: Reach,
  owner: Owner,
  asked: OutsideRequest | undefined,
): Promise<WrongAnswer | undefined> {
  const { questions = [], image = "", resolve = "", forwardedProto = "" } = asked ?? {};
  if (questions.length === 0) {
    throw new UserError(`The state of ${owner.stack} has no release that could be asked for.`, 1);
  }
  for (const { url, pattern } of questions) {
    const args = [url, pattern, image, resolve, forwardedProto, HTTP_PROBE];
    const { code, stdout, stderr } = await host.take(askScript(owner), args);
    if (code === 0) continue;
    const answer = stdout.trim();
    if (answer !== "" && code < NOT_ASKED) return { url, answer };
    throw new UserError(stderr.trim() || `The machine's shell ended with ${code}.`);
  }
  return undefined;
}
