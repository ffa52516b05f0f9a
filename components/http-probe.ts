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
export const HTTP_PROBE = `
url=$1 pattern=$2 tries=$3
shift 3
while :; do
  code=0
  answer=$(curl --noproxy "*" --silent --show-error --write-out "\\n%{http_code} %{redirect_url}" \\
    "$@" "$url" 2>&1) || code=$?
  status=\${answer##*
}
  answer=\${answer%
*}
  case $code,$status in 0,[23]*)
    if [ -z "$pattern" ] || printf "%s\\n" "$answer" | grep -qaE -e "$pattern"; then exit 0; fi ;;
  esac
  tries=$((tries - 1))
  if [ "$tries" -eq 0 ]; then break; fi
  sleep 0.25
done
text=$(printf %s "$answer" | tr -s "[:space:]" " " | cut -c 1-${SHOWN})
if [ "$code" -ne 0 ]; then printf "%s\\n" "$text"; exit "$code"; fi
to=\${status#* }
printf "%s\\n" "HTTP \${status%% *}\${to:+, a redirect to $to}\${text:+: $text}"
exit ${WRONG_ANSWER}`;
