/** node kingmaker.cjs test/python/drawn FOLDER: what stage:prompt draws and convert reads from each source of a folder. */
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig } from "../../src/config.ts";
import { seededRng } from "../../src/core/random.ts";
import { openStore } from "../../src/io/store.ts";
import { actions } from "../../src/stages/actions.ts";
import { prompt } from "../../src/stages/prompt.ts";
import { silentProgress } from "../support/chat.ts";

const [folder = ""] = process.argv.slice(2);
const CHAIN = `[source]
trajectories = "SOURCE"
prs = "prs.jsonl"
count = 12
spread = "turns"
max_per_instance = 0
`;
const OPTIONS = { force: false, retry: false, skipBad: false };

/** All texts below a folder, by name. */
const textsOf = (root: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(root, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".json") || name.endsWith(".jsonl"))
      .toSorted()
      .map((name) => [name, readFileSync(join(root, name), "utf8")]),
  );

/** Without what tells one source from another: its name, its place, and the hash of the settings that name it. */
const sourceless = (text: string, source: string, root: string): string =>
  text
    .replaceAll(source, "runs")
    .replaceAll(root, "")
    .replaceAll(/"config_hash":\s*"[0-9a-f]+"/g, "");

const drawn: Record<string, unknown> = {};
for (const name of readdirSync(folder)) {
  if (name === "prs.jsonl") continue;
  const root = mkdtempSync(join(tmpdir(), "kingmaker-drawn-"));
  try {
    // One name for all: it stands in every prompt.
    const source = name.endsWith(".parquet") ? "runs.parquet" : "runs.jsonl";
    cpSync(join(folder, name), join(root, source));
    cpSync(join(folder, "prs.jsonl"), join(root, "prs.jsonl"));
    writeFileSync(join(root, "chain.toml"), CHAIN.replace("SOURCE", source));
    mkdirSync(join(root, "prompt"));
    const config = loadConfig(root, {});
    const deps = {
      store: openStore(root),
      progress: silentProgress,
      rng: (purpose: string) => seededRng(42, purpose),
    };
    const { kept } = await prompt(config, deps, OPTIONS);
    const output = join(root, "sets");
    const acts = await actions(config, deps, {
      ...OPTIONS,
      swe: [join(root, source)],
      own: false,
      output,
    });
    const sets = Object.entries(textsOf(output)).filter(([file]) => file.endsWith(".jsonl"));
    drawn[name] = {
      kept,
      acts: acts.kept,
      prompts: Object.values(textsOf(join(root, "prompt"))).map((text) =>
        sourceless(text, source, root),
      ),
      sets: sets.map(([file, text]) => [file, sourceless(text, source, root)]),
    };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
process.stdout.write(JSON.stringify(drawn));
