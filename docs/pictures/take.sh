#!/bin/sh
# The pictures of the documentation: docs/pictures/take.sh REPORT_FOLDER STUDY_FOLDER (absolute paths), of a report and
# of the page of `firstmover study regimes`. Needs chromium. Pages are shown at 1280 pixels, as a reader's browser
# would, in its light colours.
set -eu
report=$1
study=$2
here=$(cd "$(dirname "$0")" && pwd)
profile=$(mktemp -d)
trap 'rm -rf "$profile"' EXIT

take() { # page width height picture
  chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
    --disable-component-update --disable-sync --hide-scrollbars --user-data-dir="$profile" --window-size="$2,$3" \
    --screenshot="$here/$4.png" "file://$1" >/dev/null 2>&1
}

take "$report/index.html" 1280 1400 report-index
take "$report/claims/softmax-value-gap.html" 1280 1500 report-proof
take "$report/claims/matrix-pure-suffices.html" 1280 1300 report-counterexample
take "$report/claims/sqvi-general-sum-converges.html" 1280 1190 report-orbit
take "$report/claims/errl-commitment-value-finite-horizon.html" 1280 1080 report-commitment
take "$study/index.html" 900 2900 regimes
