// node check.mjs FILE: a line for each thing that AsyncAPI's own parser has to say; 1 if it refuses.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

// NODE_PATH says where tools/get_asyncapi.py has put it; only require looks there.
const { Parser } = createRequire(import.meta.url)("@asyncapi/parser");
const { document, diagnostics } = await new Parser().parse(readFileSync(process.argv[2], "utf8"));
const SEVERITIES = ["error", "warning", "info", "hint"];
for (const { severity, code, path, message } of diagnostics) {
  console.log(`${SEVERITIES[severity]} ${code} ${path.join(".")}: ${message}`);
}
process.exitCode = document ? 0 : 1;
