// Writes vendored.json beside the vendored files: where each came from, its version, its licence and its checksum. tests/ui checks them.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";

const about = (name) => JSON.parse(readFileSync(`node_modules/${name}/package.json`, "utf8"));
const row = (folder, file, name, licence, made) => ({
  file, package: name, version: about(name).version, licence: about(name).license, licence_file: licence, made,
  sha256: createHash("sha256").update(readFileSync(`${folder}/${file}`)).digest("hex"),
});
const write = (folder, rows) => writeFileSync(`${folder}/vendored.json`, JSON.stringify(rows.map((r) => row(folder, ...r)), null, 2) + "\n");

write("../../trustfund/static/vendor", [
  ["govuk.css", "govuk-frontend", "govuk.LICENSE.txt", "compiled from deploy/assets/govuk.scss"],
  ["govuk.rtl.css", "govuk-frontend", "govuk.LICENSE.txt", "govuk.css mirrored by rtlcss"],
  ["htmx.js", "htmx.org", "htmx.LICENSE.txt", "dist/htmx.min.js, unchanged"],
]);
write("../../tests/browser/vendor", [["axe.js", "axe-core", "axe.LICENSE.txt", "axe.min.js, unchanged"]]);
