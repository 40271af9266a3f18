/**
 * npm run bench:scale [-- --turns 12000 --chars 20000 --other DIR --rounds 1 --root DIR]: what commands cost on a
 * workspace in which nothing is left to do: CPU seconds (user and system, children included) and peak
 * memory of the whole process, started by `npm run`. The workspace is made in a temp folder and says how much disk
 * it takes; with --root it is made there and stays. With --other another checkout, its packages installed, does the
 * same on a copy, command by command in turn, and the ratio of both is given.
 */
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { makeWorkspace } from "./scale-workspace.ts";
import { timed } from "./timed.ts";

const { values } = parseArgs({
  options: {
    turns: { type: "string", default: "12000" },
    chars: { type: "string", default: "20000" },
    rounds: { type: "string", default: "1" },
    other: { type: "string" },
    root: { type: "string" },
  },
});

/** In this order; those before the line bring a workspace to where nothing is left to do. */
const FIRST = [["stage:validate", "--yes"], ["stage:validate", "--yes"], ["stage:report"]];
const MEASURED = [
  ["status"],
  ["stage:validate", "--yes"],
  ["estimate"],
  ["stage:report"],
  ["stage:king", "--yes"],
];

const size = { turns: Number(values.turns), chars: Number(values.chars) };
const folder = values.root ?? mkdtempSync(join(tmpdir(), "kingmaker-scale-"));
if (values.root === undefined) {
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
}
const own = join(folder, "own");
const others = join(folder, "other");
if (!existsSync(own)) makeWorkspace(own, size);
if (values.other !== undefined && !existsSync(others)) cpSync(own, others, { recursive: true });
console.log(
  `${size.turns} turns, histories of ${size.chars} characters, ${(bytesIn(own) / 1e9).toFixed(2)} GB of files a workspace`,
);

const sides = [
  { name: "this build", home: process.cwd(), root: own },
  ...(values.other === undefined
    ? []
    : [{ name: "the other", home: resolve(values.other), root: others }]),
];
for (const words of FIRST) {
  for (const side of sides) await run(side, words, "first");
}
// What one run learns of files that the run before it wrote, the next one knows.
for (const words of MEASURED)
  await run({ name: "this build", home: process.cwd(), root: own }, words, "warm");
for (let round = 0; round < Number(values.rounds); round++) {
  for (const words of MEASURED) {
    const cpu: number[] = [];
    for (const side of sides) cpu.push(await run(side, words, "again"));
    const [mine, theirs] = cpu;
    if (mine !== undefined && theirs !== undefined) {
      console.log(`  ${words[0]}: ratio ${(mine / theirs).toFixed(3)}`);
    }
  }
}

// ---------------------------------------------------------------------------------------------

async function run(
  { name, home, root }: { readonly name: string; readonly home: string; readonly root: string },
  [command = "", ...flags]: readonly string[],
  when: string,
): Promise<number> {
  const args = ["--prefix", home, "run", "-s", command, "--", "--root", resolve(root), ...flags];
  const { code, cpuS, rssMb, wallMs } = await timed("npm", args);
  const ended = code === 0 ? "" : `, ended with ${code}`;
  console.log(
    `${when.padEnd(6)} ${command.padEnd(15)} ${name.padEnd(11)} ${cpuS.toFixed(2)} CPU s, ${rssMb.toFixed(0)} MB, ${(wallMs / 1000).toFixed(1)} s${ended}`,
  );
  return cpuS;
}

function bytesIn(root: string): number {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
