/** Running a package's tests in the sandbox: as released, with a fault, or over what an agent left. */
import {
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { packageKey, type GymPackage } from "../core/tasks/packages.ts";
import { readResults, type TestResults } from "../core/tasks/results.ts";
import { UserError } from "../errors.ts";
import { onDiskNow } from "../io/disk-faults.ts";
import { folderBytes } from "./folder-bytes.ts";
import type { Mount } from "./sandbox.ts";
import { envFor, mountsFor, openScratch, packageFolder, type Gym } from "./world.ts";

export type TestRun = {
  /** null: it was ended before it could say, or wrote nothing that can be read. */
  readonly results: TestResults | null;
  /** Wall clock. */
  readonly seconds: number;
  /** "exit", "time", "output", "disk" or "interrupted". */
  readonly why: string;
  /** What was printed, its beginning. */
  readonly output: string;
  /** Reports of coverage, where they were asked for. */
  readonly coverage: readonly unknown[];
};

export type TestOrder = {
  readonly package: GymPackage;
  /** Where the tests run: the released files lie under it as /gym/base. */
  readonly slot: number;
  /** A file's whole text instead of the released one. */
  readonly fault?: { readonly file: string; readonly text: string };
  /** A folder whose files are taken instead of the released ones, but for the tests. */
  readonly layer?: { readonly folder: string; readonly testRoots: readonly string[] };
  readonly coverage?: boolean;
  readonly seconds: number;
};

/** One run of all tests, in a fresh folder. @throws UserError for a disk that is full. */
export async function runTests(gym: Gym, order: TestOrder): Promise<TestRun> {
  const { package: pack, slot, coverage = false } = order;
  const scratch = openScratch(gym, slot);
  try {
    const made = makeFolders(gym, scratch.folder, order);
    const started = performance.now();
    const ended = await gym.sandbox.run(
      {
        command: `${setUp(order)}\ncd /testbed\n${testCommand(pack, coverage)}`,
        cwd: "/",
        mounts: [...mountsFor(gym, pack.language, packageKey(pack)), ...made.mounts],
        env: {
          ...envFor(pack.language),
          KINGMAKER_RESULTS: "/gym/out/results.json",
          ...(coverage && pack.language === "javascript"
            ? { NODE_V8_COVERAGE: "/gym/out/v8" }
            : {}),
        },
        limits: { ...gym.limits, seconds: order.seconds },
        watch: () =>
          folderBytes(scratch.folder) > gym.limits.diskMb * 1024 * 1024 ? "disk" : null,
        signal: gym.signal,
      },
      slot,
    );
    refuseFullDisk(ended.code, ended.output, scratch.folder);
    const said = ended.why === "exit" ? readMade(join(made.out, "results.json")) : null;
    const results = said === null ? null : readResults(pack.runner, said);
    return {
      results,
      seconds: (performance.now() - started) / 1000,
      why: ended.why,
      output: ended.output,
      coverage: coverage ? coverageIn(made.out) : [],
    };
  } finally {
    scratch.remove();
  }
}

/** What puts the files of a task into /testbed; ends with 97 where that fails. */
export function setUp(order: Pick<TestOrder, "fault" | "layer">): string {
  const { fault, layer } = order;
  if (layer === undefined) {
    const faulty =
      fault === undefined ? "" : ` && cp /gym/fault ${quoted(`/testbed/${fault.file}`)}`;
    return `{ cp -R /gym/base/. /testbed/${faulty}; } || exit 97`;
  }
  const roots = layer.testRoots.map((root) => {
    const [from, to] = [quoted(`/gym/base/${root}`), quoted(`/testbed/${root}`)];
    return `rm -rf ${to} && mkdir -p "$(dirname ${to})" && cp -R ${from} ${to}`;
  });
  // An agent may have made links and folders of any kind: what cannot be put back is no repair.
  return ["{ cp -R /gym/layer/. /testbed/", ...roots].join(" && ") + "; } || exit 98";
}

/** How an agent, or a person, runs the tests of one file. */
export function commandForFile(pack: GymPackage, file: string): string {
  if (pack.runner === "pytest") return `python -m pytest -q ${PYTEST} ${quoted(file)}`;
  if (pack.runner === "tap" || pack.runner === "script") return `node ${quoted(file)}`;
  return `node /node_modules/mocha/bin/mocha.js --ui ${pack.runner === "mocha" ? "bdd" : "tdd"} ${quoted(file)}`;
}

/** For a shell. */
export const quoted = (text: string): string =>
  /^[\w./@:+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

/** Code 97 of what is begun with `setUp`. @throws UserError when the disk took no more. */
export function refuseFullDisk(code: number, output: string, folder: string): void {
  if (code !== 97) return;
  if (!FULL.test(output)) throw new Error(`gym: a task's files could not be laid out: ${output}`);
  throw new UserError(
    `cannot write ${folder}: ${output.trim().split("\n").at(-1) ?? "the copy failed"}`,
    "free some space there and run it again: tasks and outcomes so far are whole, and it goes on from them",
  );
}

// ---------------------------------------------------------------------------------------------

const FULL = /No space left on device|Disk quota exceeded|File too large/;

/** A package's own settings may name plugins that are not there. */
const PYTEST = "-o addopts= -p no:cacheprovider";

function testCommand({ runner, tests }: GymPackage, coverage: boolean): string {
  if (runner !== "pytest")
    return `node /gym/programs/run-tests.cjs ${runner} ${tests.map(quoted).join(" ")}`;
  const pytest = `-m pytest -q ${PYTEST} -p kingmaker_report`;
  if (!coverage) return `python ${pytest}`;
  const data = "--data-file=/gym/out/coverage";
  return `python -m coverage run ${data} --include='/testbed/*' ${pytest}; python -m coverage json ${data} -q -o /gym/out/coverage.json`;
}

function makeFolders(
  gym: Gym,
  scratch: string,
  { package: pack, slot, fault, layer }: TestOrder,
): { readonly out: string; readonly mounts: readonly Mount[] } {
  const [testbed, out] = [join(scratch, "testbed"), join(scratch, "out")];
  const uid = gym.sandbox.uidOf(slot);
  onDiskNow(scratch, "write", () => {
    for (const folder of [testbed, out]) {
      mkdirSync(folder);
      if (uid !== null) chownSync(folder, uid, uid);
    }
  });
  const key = packageKey(pack);
  return {
    out,
    mounts: [
      { from: join(packageFolder(gym, key), "base"), to: "/gym/base" },
      { from: testbed, to: "/testbed", writable: true },
      { from: out, to: "/gym/out", writable: true },
      ...(fault === undefined ? [] : [{ from: writeFault(scratch, fault.text), to: "/gym/fault" }]),
      ...(layer === undefined ? [] : [{ from: layer.folder, to: "/gym/layer" }]),
    ],
  };
}

/** Shown to the sandbox read-only; it is thrown away with the folder that it lies in. */
function writeFault(scratch: string, text: string): string {
  const file = join(scratch, "fault");
  onDiskNow(file, "write", () => writeFileSync(file, text));
  return file;
}

function coverageIn(out: string): unknown[] {
  const v8 = join(out, "v8");
  const files = existsSync(v8) ? readdirSync(v8).map((name) => join(v8, name)) : [];
  return [join(out, "coverage.json"), ...files].flatMap((file) => {
    const text = readMade(file);
    return text === null ? [] : [JSON.parse(text) as unknown];
  });
}

const MOST_BYTES = 256 << 20;

/** A file that the sandbox made; null for anything that is no plain file (a link, a pipe), or is none. */
function readMade(file: string): string | null {
  return onDiskNow(file, "read", () => {
    const about = lstatSync(file, { throwIfNoEntry: false });
    if (about === undefined || !about.isFile() || about.size > MOST_BYTES) return null;
    return readFileSync(file, "utf8");
  });
}
