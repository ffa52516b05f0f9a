# Sourced by jobs: the identity of the job at Google Cloud, without a key. Google's libraries read the file that
# GOOGLE_APPLICATION_CREDENTIALS names, and exchange the job's token when they need one.
# shellcheck shell=sh
if [ "${SLIPWAY_GOOGLE_AUDIENCE:-none}" != none ]; then
  SLIPWAY_GOOGLE_FOLDER=$(mktemp -d)
  printf %s "$SLIPWAY_GOOGLE_TOKEN" >"$SLIPWAY_GOOGLE_FOLDER/token"
  # Acts as an account where one is named; else the identity itself has the rights.
  impersonation=
  if [ -n "${SLIPWAY_GOOGLE_ACCOUNT:-}" ]; then
    impersonation="\"service_account_impersonation_url\": \"https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/$SLIPWAY_GOOGLE_ACCOUNT:generateAccessToken\","
  fi
  cat >"$SLIPWAY_GOOGLE_FOLDER/credentials.json" <<EOS
{
  "type": "external_account",
  "audience": "$SLIPWAY_GOOGLE_AUDIENCE",
  "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
  "token_url": "https://sts.googleapis.com/v1/token",
  $impersonation
  "credential_source": { "file": "$SLIPWAY_GOOGLE_FOLDER/token" }
}
EOS
  export GOOGLE_APPLICATION_CREDENTIALS="$SLIPWAY_GOOGLE_FOLDER/credentials.json"
fi
