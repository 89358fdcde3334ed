#!/bin/sh
# The pictures of the documentation, taken of a report: docs/pictures/take.sh REPORT_FOLDER (an absolute path).
# Needs chromium. Pages are shown at 1280 pixels, as a reader's browser would, in its light colours.
set -eu
report=$1
here=$(cd "$(dirname "$0")" && pwd)
profile=$(mktemp -d)
trap 'rm -rf "$profile"' EXIT

take() { # page height picture
  chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
    --disable-component-update --disable-sync --hide-scrollbars --user-data-dir="$profile" --window-size="1280,$2" \
    --screenshot="$here/$3.png" "file://$report/$1" >/dev/null 2>&1
}

take index.html 1400 report-index
take claims/softmax-value-gap.html 1500 report-proof
take claims/matrix-pure-suffices.html 1300 report-counterexample
take claims/sqvi-general-sum-converges.html 1190 report-orbit
