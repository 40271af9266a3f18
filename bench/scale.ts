/**
 * npm run bench:scale [-- --turns 12000 --chars 20000 --other DIR --rounds 1 --root DIR]: what commands cost on a
 * workspace in which nothing is left to do: CPU seconds (user and system, children included) and peak
 * memory of the whole process, started by `npm run`. The workspace is made in a temp folder and says how much disk
 * it takes; with --root it is made there and stays. With --other another checkout, its packages installed, does the
 * same on a copy, command by command in turn, and the ratio of both is given. Of several sizes (--turns
 * 1000,10000,100000) a table at the end shows how the cost of each command grows. --first: bring it to where
 * nothing is left to do, and no more; --again: it is there.
 */
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { makeWorkspace } from "./scale-workspace.ts";
import { timed, type Timed } from "./timed.ts";

const VIEW = "view, all read";

const { values } = parseArgs({
  options: {
    turns: { type: "string", default: "12000" },
    chars: { type: "string", default: "20000" },
    rounds: { type: "string", default: "1" },
    other: { type: "string" },
    root: { type: "string" },
    first: { type: "boolean", default: false },
    again: { type: "boolean", default: false },
  },
});

/** What brings a workspace to where nothing is left to do. */
const FIRST = [
  ["status"],
  ["stage:validate", "--yes"],
  ["stage:validate", "--yes"],
  ["stage:report"],
  ["stage:export"],
];
const MEASURED = [
  ["status"],
  ["stage:validate", "--yes"],
  ["estimate"],
  ["stage:report"],
  ["stage:export", "--force"],
  ["stage:king", "--yes"],
];
/** Commands that other checkouts may not have. */
const OURS = [["tables"], [VIEW]];

type Side = { readonly name: string; readonly home: string; readonly root: string };

const sizes = values.turns.split(",").map(Number);
/** Command -> what it took, a size each. */
const grown = new Map<string, Timed[]>();
for (const turns of sizes) await measure({ turns, chars: Number(values.chars) });
if (sizes.length > 1) printGrowth();

// ---------------------------------------------------------------------------------------------

async function measure(size: { readonly turns: number; readonly chars: number }): Promise<void> {
  const folder = folderOf(size.turns);
  const own = join(folder, "own");
  const others = join(folder, "other");
  if (!existsSync(own)) makeWorkspace(own, size);
  if (values.other !== undefined && !existsSync(others)) cpSync(own, others, { recursive: true });
  console.log(
    `${size.turns} turns, histories of ${size.chars} characters, ${(bytesIn(own) / 1e9).toFixed(2)} GB of files a workspace`,
  );
  const mine: Side = { name: "this build", home: process.cwd(), root: own };
  const sides = [
    mine,
    ...(values.other === undefined
      ? []
      : [{ name: "the other", home: resolve(values.other), root: others }]),
  ];
  for (const words of values.again ? [] : FIRST) {
    for (const side of sides) await run(side, words, "first");
  }
  if (values.first) return;
  // What one run learns of files that the run before it wrote, the next one knows.
  for (const words of [...MEASURED, ...OURS]) await run(mine, words, "warm");
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const words of MEASURED) await besideEachOther(sides, words);
    for (const words of OURS) await besideEachOther([mine], words);
  }
  if (values.root === undefined) rmSync(folder, { recursive: true, force: true });
}

function folderOf(turns: number): string {
  if (values.root !== undefined) {
    return sizes.length > 1 ? join(values.root, String(turns)) : values.root;
  }
  const folder = mkdtempSync(join(tmpdir(), "kingmaker-scale-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function besideEachOther(sides: readonly Side[], words: readonly string[]): Promise<void> {
  const ran: Timed[] = [];
  for (const side of sides) ran.push(await run(side, words, "again"));
  const [own, other] = ran;
  const [command = ""] = words;
  if (own !== undefined) grown.set(command, [...(grown.get(command) ?? []), own]);
  if (own === undefined || other === undefined) return;
  console.log(`  ${command}: ratio ${(own.cpuS / other.cpuS).toFixed(3)}`);
}

/** CPU seconds and memory by size, and by how much both grow where turns grow by the largest size over the one before. */
function printGrowth(): void {
  console.log(`| command | ${sizes.map((turns) => `${turns} turns`).join(" | ")} | growth |`);
  console.log(`| --- | ${sizes.map(() => "---").join(" | ")} | --- |`);
  for (const [command, ran] of grown) {
    const cells = ran.map(({ cpuS, rssMb }) => `${cpuS.toFixed(2)} s, ${rssMb.toFixed(0)} MB`);
    const factors = ran
      .slice(1)
      .map(({ cpuS }, at) => `x ${(cpuS / (ran[at]?.cpuS ?? cpuS)).toFixed(1)}`);
    console.log(`| ${command} | ${cells.join(" | ")} | ${factors.join(", ")} |`);
  }
}

async function run(
  { name, home, root }: Side,
  [command = "", ...flags]: readonly string[],
  when: string,
): Promise<Timed> {
  const args = ["--prefix", home, "run", "-s", command, "--", "--root", resolve(root), ...flags];
  const ran =
    command === VIEW
      ? await timed(process.execPath, ["kingmaker.cjs", "bench/scale-view", resolve(root)])
      : await timed("npm", args);
  const { code, cpuS, rssMb, wallMs } = ran;
  const ended = code === 0 ? "" : `, ended with ${code}`;
  console.log(
    `${when.padEnd(6)} ${command.padEnd(15)} ${name.padEnd(11)} ${cpuS.toFixed(2)} CPU s, ${rssMb.toFixed(0)} MB, ${(wallMs / 1000).toFixed(1)} s${ended}`,
  );
  return ran;
}

function bytesIn(root: string): number {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
