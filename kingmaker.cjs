#!/usr/bin/env node
/**
 * Starts a command: `kingmaker king --limit 20` runs scripts/king.ts, and `stage:king` is the same; a name
 * with a slash runs that file (`bench/chat`). The command runs in this very process, so signals reach it.
 * Where Node takes TypeScript as it is (22.18 and later) nothing stands between; elsewhere it is bundled
 * once and kept (src/command/kept-bundle.cjs), or else tsx translates.
 * In the package there is no TypeScript, which Node refuses below node_modules: there dist/ has it bundled.
 */
// CommonJS, since a first `import` of node:fs would take a tenth of what --help takes.
const { existsSync } = require("node:fs");
const { enableCompileCache } = require("node:module");
const { dirname, join } = require("node:path");
const { pathToFileURL } = require("node:url");

const [given = "help"] = process.argv.splice(2, 1);
const asked = ["help", "--help", "-h"].includes(given) ? process.argv[2] : undefined;
const script = scriptOf(given);
if (given === "--version" || given === "-V") {
  process.stdout.write(`${require("./package.json").version}\n`);
} else if (script === null) {
  process.stderr.write(
    `kingmaker: there is no command "${asked ?? given}"\n  -> \`kingmaker help\` lists them, and so does \`npm run\`\n`,
  );
  process.exitCode = 1;
} else {
  standWhereTheyStand();
  void start(script);
}

/** `help king` is `king --help`. null: there is no such command. */
function scriptOf(word) {
  let name = word;
  if (["help", "--help", "-h"].includes(word)) {
    name = "help";
    if (process.argv.length > 2 && !process.argv[2].startsWith("-")) {
      [name] = process.argv.splice(2);
      process.argv.push("--help");
    }
  }
  const file = name.replace(/^stage:/, "").replaceAll(":", "-");
  const places = name.includes("/")
    ? [`${name}.ts`, `dist/${name.slice(name.lastIndexOf("/") + 1)}.js`]
    : [`scripts/${file}.ts`, `dist/${file}.js`];
  const found = places.map((place) => join(__dirname, place)).find((path) => existsSync(path));
  return found ?? null;
}

/** npm goes to the folder of package.json; paths that are typed are meant from where they are typed. */
function standWhereTheyStand() {
  const { INIT_CWD, npm_package_json, npm_lifecycle_script = "" } = process.env;
  const isMoved = npm_lifecycle_script.startsWith(`node kingmaker.cjs ${given}`);
  if (!isMoved || given.includes("/") || !INIT_CWD || !npm_package_json) return;
  if (process.cwd() === dirname(npm_package_json) && existsSync(INIT_CWD)) process.chdir(INIT_CWD);
}

async function start(path) {
  const isTaken = path.endsWith(".js") || process.features.typescript;
  const kept = isTaken ? null : await keptBundle(path);
  if (kept !== null) return import(pathToFileURL(kept).href);
  if (isTaken) {
    // Compiled code is kept below node_modules, where nobody else writes and `npm ci` takes it away.
    // A folder that cannot be written is no fault: Node compiles then, as it would without.
    enableCompileCache?.(join(__dirname, "node_modules/.cache/kingmaker"));
  } else {
    // Nearly every command reads records: of the hundred files of zod each is loaded in half the time
    // before tsx looks at them. Help reads none.
    if (!process.argv.includes("--help")) await import("zod").catch(nobodyMisses);
    await import("tsx");
  }
  await import(pathToFileURL(path).href);
}

/** Of a command or a thread, not of a benchmark: these look for files beside themselves. */
function keptBundle(path) {
  const maker = join(__dirname, "src/command/kept-bundle.cjs");
  const isOurs = ["scripts", "src"].some((room) => path.startsWith(join(__dirname, room)));
  return isOurs && existsSync(maker) ? require(maker).keptBundle(__dirname, path) : null;
}

/** Where it is not installed, whoever needs it says so. */
function nobodyMisses() {}
