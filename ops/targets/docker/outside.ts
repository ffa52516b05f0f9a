import { askFunctions, type OutsideRequest } from "../../../components/docker/outside-request.ts";
import { SOME_FILE_FUNCTIONS } from "../../../components/docker/static-files.ts";
import { HTTP_PROBE } from "../../../components/http-probe.ts";
import { labelFilters, type Owner } from "../../../components/labels.ts";
import { UserError } from "../../user-error.ts";
import type { WrongAnswer } from "../target.ts";
import type { Reach } from "./reach.ts";

const ingressOf = (owner: Owner) => `
# Not piped, which would hide that Docker does not answer.
all=$(docker ps --quiet ${labelFilters(owner, "ingress")} --filter status=running)
INGRESS=$(printf '%s\n' "$all" | head -n 1)
if [ -z "$INGRESS" ]; then echo "Nginx does not run."; exit 1; fi`;

const askScript = (owner: Owner) => `
url=$1 pattern=$2 NGINX_IMAGE=$3 RESOLVE=$4 FORWARDED_PROTO=$5 HTTP_PROBE=$6
${ingressOf(owner)}
${askFunctions(owner)}
ask "$url" "$pattern"`;

const fileScript = (owner: Owner) => `
FILES=$1
${ingressOf(owner)}
${SOME_FILE_FUNCTIONS}
some_file`;

/** Exit codes from here on are of who was to ask: Docker, the shell or ssh. */
const NOT_ASKED = 125;
/** Exit code of a shell that can't change to a folder. */
const NO_FOLDER = 2;

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
  if (asked === undefined || asked.questions.length === 0) {
    throw new UserError(`The state of ${owner.stack} has no release that could be asked for.`, 1);
  }
  for (const question of asked.questions) {
    const wrong = await ask(host, owner, asked, question);
    if (wrong !== undefined) return wrong;
  }
  return await missingFile(host, owner, asked);
}

/**
 * A static file of the live release that is not answered.
 *
 * @throws UserError where it could not be asked for.
 */
export async function missingFile(
  host: Reach,
  owner: Owner,
  asked: OutsideRequest | undefined,
): Promise<WrongAnswer | undefined> {
  if (asked?.files === undefined) return undefined;
  const { folder, url } = asked.files;
  const { code, stdout, stderr } = await host.take(fileScript(owner), [folder]);
  const printed = stdout.trim();
  if (code === NO_FOLDER) return { url, answer: stderr.trim() };
  if (code !== 0 && (printed === "" || code >= NOT_ASKED)) throw couldNotAsk(code, stderr);
  if (code !== 0) return { url, answer: printed };
  return printed === ""
    ? undefined
    : await ask(host, owner, asked, { url: `${url}${printed}`, pattern: "" });
}

async function ask(
  host: Reach,
  owner: Owner,
  { image, resolve, forwardedProto }: OutsideRequest,
  { url, pattern }: OutsideRequest["questions"][number],
): Promise<WrongAnswer | undefined> {
  const args = [url, pattern, image, resolve, forwardedProto, HTTP_PROBE];
  const { code, stdout, stderr } = await host.take(askScript(owner), args);
  if (code === 0) return undefined;
  const answer = stdout.trim();
  if (answer === "" || code >= NOT_ASKED) throw couldNotAsk(code, stderr);
  return { url, answer };
}

const couldNotAsk = (code: number, said: string) =>
  new UserError(said.trim() || `The machine's shell ended with ${code}.`);
