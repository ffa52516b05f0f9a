url=$1 pattern=$2 tries=$3
shift 3
while :; do
  code=0
  answer=$(curl --noproxy "*" --silent --show-error --write-out "\n%{http_code} %{redirect_url}" \
    "$@" "$url" 2>&1) || code=$?
  status=${answer##*
}
  answer=${answer%
*}
  case $code,$status in 0,[23]*)
    if [ -z "$pattern" ] || printf "%s\n" "$answer" | grep -qaE -e "$pattern"; then exit 0; fi ;;
  esac
  tries=$((tries - 1))
  if [ "$tries" -eq 0 ]; then break; fi
  sleep 0.25
done
text=$(printf %s "$answer" | tr -s "[:space:]" " " | cut -c 1-"$SHOWN")
if [ "$code" -ne 0 ]; then printf "%s\n" "$text"; exit "$code"; fi
to=${status#* }
printf "%s\n" "HTTP ${status%% *}${to:+, a redirect to $to}${text:+: $text}"
exit "$WRONG_ANSWER"
