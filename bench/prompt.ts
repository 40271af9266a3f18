/**
 * npm run bench:prompt: draws 2,000 turns from a SWE-ZERO-shaped split on a loopback Hub (40 ms a request,
 * the viewer's routes limited to 20 a second) in each way, and from splits of a quarter and a half of
 * the size. `-- --mb 1000` is the size of the split; `-- --ways pages,turns,windows` which ways are measured.
 * Splits are kept in the temp folder, so that a second run does not write them again.
 */
import { spawn, type ChildProcess } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { writePaged } from "../test/support/parquet.ts";
import { benchRow } from "./prompt-rows.ts";
import { timed, type Timed } from "./timed.ts";

const { values: flags } = parseArgs({
  options: {
    mb: { type: "string", default: "1000" },
    turns: { type: "string", default: "2000" },
    ways: { type: "string", default: "pages,turns,viewer,windows,groups" },
    codec: { type: "string", default: "GZIP" },
    shares: { type: "string", default: "0.5,0.25" },
  },
});
const TURNS = Number(flags.turns);
const GROUP_ROWS = 1000;
const FILE_ROWS = 5 * GROUP_ROWS;

type SplitFile = { readonly name: string; readonly mb: number };
type Split = { readonly folder: string; readonly files: readonly SplitFile[] };

/** A split of about `mb` megabytes, in files of 5 row groups of 1,000 rows. */
async function makeSplit(mb: number): Promise<Split> {
  const folder = join(tmpdir(), `kingmaker-bench-${flags.codec}-${mb}`);
  const done = join(folder, "split.json");
  if (existsSync(done)) return JSON.parse(readFileSync(done, "utf8")) as Split;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const files: SplitFile[] = [];
  for (let n = 0; megabytes(files) < mb; n++) {
    const name = `train-${String(n).padStart(5, "0")}.parquet`;
    const from = n * FILE_ROWS;
    await writePaged(join(folder, name), FILE_ROWS, (index) => benchRow(from + index), {
      groupRows: GROUP_ROWS,
      codec: flags.codec === "SNAPPY" ? "SNAPPY" : "GZIP",
    });
    files.push({ name, mb: statSync(join(folder, name)).size / 1e6 });
  }
  const split = { folder, files };
  writeFileSync(done, JSON.stringify(split));
  return split;
}

/** The first files of a split, about that share of it. */
function part(split: Split, share: number): Split {
  return { ...split, files: split.files.slice(0, Math.round(split.files.length * share)) };
}

const megabytes = (files: readonly SplitFile[]): number =>
  files.reduce((sum, file) => sum + file.mb, 0);

type Address = { readonly url: string; readonly viewerUrl: string };

async function startHub(split: Split): Promise<{ child: ChildProcess; address: Address }> {
  const child = spawn(
    process.execPath,
    [
      "kingmaker.cjs",
      "bench/prompt-hub",
      split.folder,
      String(split.files.length * FILE_ROWS),
      ...split.files.map((file) => file.name),
    ],
    { stdio: ["pipe", "pipe", "inherit"] },
  );
  const address = await new Promise<Address>((resolve, reject) => {
    child.stdout?.once("data", (line: Buffer) => resolve(JSON.parse(line.toString()) as Address));
    child.once("exit", (code) => reject(new Error(`the Hub ended with ${code}`)));
  });
  return { child, address };
}

const WAYS: Readonly<Record<string, Record<string, string>>> = {
  pages: { read: "pages", spread: "rows" },
  turns: { read: "pages", spread: "turns" },
  viewer: { read: "viewer", spread: "rows" },
  windows: { read: "pages", spread: "windows" },
  groups: { read: "groups", spread: "groups" },
};

async function measure(way: string, split: Split): Promise<string> {
  const { child, address } = await startHub(split);
  const root = mkdtempSync(join(tmpdir(), "kingmaker-bench-"));
  try {
    const instances = (split.files.length * FILE_ROWS) / 100;
    const pulls = Array.from({ length: instances }, (_, n) => {
      const repo = `owner${n % 400}/name`;
      return JSON.stringify({ instance_id: `owner${n % 400}__name-${n}`, repo, patch: `p${n}` });
    });
    writeFileSync(join(root, "pulls.jsonl"), pulls.join("\n"));
    const keys = {
      trajectories: "bench/trajectories",
      prs: "pulls.jsonl",
      viewer_url: address.viewerUrl,
      ...WAYS[way],
    };
    const lines = Object.entries(keys).map(([key, value]) => `${key} = ${JSON.stringify(value)}`);
    writeFileSync(
      join(root, "chain.toml"),
      `[source]\n${lines.join("\n")}\ncount = ${TURNS}\nmax_per_instance = 0\n`,
    );
    writeFileSync(join(root, ".env"), `HF_ENDPOINT=${address.url}\n`);
    const script = ["kingmaker.cjs", "prompt", "--root", root, "--force", "--json"];
    const { code, out, ...used } = await timed(process.execPath, script);
    if (code !== 0) throw new Error(`stage:prompt ended with ${code}`);
    return row(way, split, root, { ...used, summary: JSON.parse(out) as Measured["summary"] });
  } finally {
    rmSync(root, { recursive: true, force: true });
    child.stdin?.end();
    child.kill();
  }
}

type Measured = Pick<Timed, "wallMs" | "cpuS" | "rssMb"> & {
  readonly summary: {
    readonly kept: number;
    readonly read: number;
    readonly notes: readonly string[];
  };
};

function row(
  way: string,
  split: Split,
  root: string,
  { summary, wallMs, cpuS, rssMb }: Measured,
): string {
  const cost = /read ([\d.]+) MB from the Hub in (\d+) requests, ([\d.]+) MB a turn/.exec(
    summary.notes.join("\n"),
  );
  const instances = new Set<string>();
  for (let n = 1; n <= Math.ceil(summary.kept / 200); n++) {
    const file = join(root, `prompt/prompts_${TURNS}_${String(n).padStart(3, "0")}.json`);
    for (const one of JSON.parse(readFileSync(file, "utf8")) as { instance_id: string }[])
      instances.add(one.instance_id);
  }
  return [
    way.padEnd(8),
    `${megabytes(split.files).toFixed(0)} MB`.padStart(8),
    String(summary.kept).padStart(6),
    String(instances.size).padStart(9),
    `${cost?.[1]} MB`.padStart(10),
    `${cost?.[3]} MB`.padStart(9),
    String(cost?.[2]).padStart(8),
    `${(wallMs / 1000).toFixed(1)} s`.padStart(8),
    `${cpuS.toFixed(1)} s`.padStart(8),
    `${rssMb.toFixed(0)} MB`.padStart(8),
  ].join("  ");
}

const size = Number(flags.mb);
const ways = flags.ways.split(",");
process.stdout.write(
  "way         split   turns  instances        read     a turn  requests      time       CPU      RSS\n",
);
const whole = await makeSplit(size);
for (const way of ways) process.stdout.write(`${await measure(way, whole)}\n`);
if (ways.includes("pages")) {
  for (const share of flags.shares.split(",").filter(Boolean).map(Number))
    process.stdout.write(`${await measure("pages", part(whole, share))}\n`);
}
