import { askFunctions, type OutsideRequest } from "../../../components/docker/outside-request.ts";
import { HTTP_PROBE } from "../../../components/http-probe.ts";
import { labelFilters, type Owner } from "../../../components/labels.ts";
import { UserError } from "../../user-error.ts";
import type { WrongAnswer } from "../target.ts";
import type { Reach } from "./reach.ts";

const askScript = (owner: Owner) => `
url=$1 pattern=$2 NGINX_IMAGE=$3 RESOLVE=$4 FORWARDED_PROTO=$5 HTTP_PROBE=$6
INGRESS=$(docker ps --quiet ${labelFilters(owner, "ingress")} --filter status=running | head -n 1)
if [ -z "$INGRESS" ]; then echo "Nginx does not run."; exit 1; fi
${askFunctions(owner)}
ask "$url" "$pattern"`;

/** The first question that is not answered, from the machine itself, as it should be. */
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
    if (code !== 0) return { url, answer: stdout.trim() || stderr.trim() };
  }
  return undefined;
}
