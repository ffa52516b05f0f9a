#!/bin/sh
# ci/metrics.sh NAME FILE: how long a release took, and how long it was since the pipeline began, for GitLab's
# metrics report. FILE is what a command wrote for --dotenv; a release that failed wrote none.
set -eu
[ -f "$2" ] || exit 0
seconds=$(sed -n 's/^SLIPWAY_SECONDS=//p' "$2" | tail -n 1)
[ -z "$seconds" ] || echo "slipway_release_seconds{stack=\"$1\"} $seconds"
began=$(date -d "${CI_PIPELINE_CREATED_AT:-none}" +%s 2>/dev/null) || exit 0
echo "slipway_pipeline_seconds{stack=\"$1\"} $(($(date +%s) - began))"
