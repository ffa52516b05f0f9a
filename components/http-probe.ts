import { shellFile } from "./shell-file.ts";

/** Exit code where something was answered that is wrong. */
export const WRONG_ANSWER = 22;
/** How many characters of an answer are shown. */
const SHOWN = 300;

/**
 * Asks over HTTP in a container that has curl, until the answer is below 400 and has what is looked for. Fails
 * with what was answered last, on one line: status, where it redirects to, and how it begins. Its exit code is
 * curl's own where nothing was answered, and `WRONG_ANSWER` for an answer that is wrong.
 *
 *     sh -c HTTP_PROBE sh URL PATTERN TRIES [OPTION OF CURL...]
 */
export const HTTP_PROBE = shellFile(import.meta.dirname, "http-probe.sh", { SHOWN, WRONG_ANSWER });
