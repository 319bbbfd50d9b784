#!/bin/sh
# Compiles and vendors the browser assets. A developer runs it when a version changes; the result is committed, so node is never needed to run, test or deploy.
#   cd deploy/assets && ./build.sh
set -eu
cd "$(dirname "$0")"
npm ci --no-fund --no-audit --loglevel=error
out=../../trustfund/static/vendor
axe=../../tests/browser/vendor
mkdir -p "$out" "$axe"
npx sass --no-source-map --style=compressed --quiet-deps govuk.scss "$out/govuk.css"
npx rtlcss "$out/govuk.css" "$out/govuk.rtl.css" >/dev/null
cp govuk.LICENSE.txt "$out/govuk.LICENSE.txt"
cp node_modules/htmx.org/dist/htmx.min.js "$out/htmx.js"
cp node_modules/htmx.org/LICENSE "$out/htmx.LICENSE.txt"
cp node_modules/axe-core/axe.min.js "$axe/axe.js"
cp node_modules/axe-core/LICENSE "$axe/axe.LICENSE.txt"
node manifest.mjs
