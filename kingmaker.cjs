#!/usr/bin/env node
/**
 * Starts a command: `node kingmaker.cjs king --limit 20` runs scripts/king.ts, a name with a slash runs
 * that file (`bench/chat`). The command runs in this very process, so signals reach it. Where Node takes
 * TypeScript as it is (22.18 and later) nothing stands between; elsewhere tsx translates.
 */
// CommonJS, since a first `import` of node:fs would take a tenth of what --help takes.
const { existsSync } = require("node:fs");
const { enableCompileCache } = require("node:module");
const { join } = require("node:path");
const { pathToFileURL } = require("node:url");

const [name = ""] = process.argv.splice(2, 1);
const script = join(__dirname, name.includes("/") ? `${name}.ts` : `scripts/${name}.ts`);
if (existsSync(script)) void start();
else {
  process.stderr.write(`kingmaker: there is no command "${name}"\n  -> \`npm run\` lists them\n`);
  process.exitCode = 1;
}

async function start() {
  if (process.features.typescript) {
    // Compiled code is kept below node_modules, where nobody else writes and `npm ci` takes it away.
    // A folder that cannot be written is no fault: Node compiles then, as it would without.
    enableCompileCache(join(__dirname, "node_modules/.cache/kingmaker"));
  } else {
    await import("tsx");
  }
  await import(pathToFileURL(script).href);
}
