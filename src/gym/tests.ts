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
import { z } from "zod";
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
  /** Own time: what it waited for a processor does not count. */
  readonly seconds: number;
  readonly code: number;
  /** "exit", "time", "output", "disk" or "interrupted". */
  readonly why: string;
  /** What was printed, its beginning. */
  readonly output: string;
  /** Of all its processes, seconds; null where it was ended. */
  readonly cpuSeconds: number | null;
  /** What reaches what, where that was asked for. */
  readonly coverage: Coverage;
};

/** Reports of coverage: V8's have the test file that was run, coverage.py's one the ids that its contexts number. */
export type Coverage = {
  readonly reports: readonly { readonly report: unknown; readonly testFile: string }[];
  readonly tests: readonly string[];
};

export type TestOrder = {
  readonly package: GymPackage;
  /** Where the tests run: the released files lie under it as /gym/base. */
  readonly slot: number;
  /** A file's whole text instead of the released one. */
  readonly fault?: { readonly file: string; readonly text: string };
  /** A folder whose files are taken instead of the released ones, but for the tests. */
  readonly layer?: { readonly folder: string; readonly testRoots: readonly string[] };
  /** Ids of the only tests to run (of JavaScript: all of their files); absent: all. */
  readonly only?: ReadonlySet<string>;
  readonly coverage?: boolean;
  /** Own time. */
  readonly seconds: number;
  /** Of one process; absent: as `seconds`. */
  readonly cpuSeconds?: number;
};

/** One run of all tests, in a fresh folder. @throws UserError for a disk that is full. */
export async function runTests(gym: Gym, order: TestOrder): Promise<TestRun> {
  const { package: pack, slot, coverage = false } = order;
  const scratch = openScratch(gym, slot);
  try {
    const made = makeFolders(gym, scratch.folder, order);
    const ended = await gym.sandbox.run(
      {
        command: `${setUp(order)}\ncd /testbed\n${cpuLimit(order)}${testCommand(order)}\n${AFTERWARDS}`,
        cwd: "/",
        mounts: [...mountsFor(gym, pack), ...made.mounts],
        env: {
          ...envFor(pack.language),
          KINGMAKER_RESULTS: "/gym/out/results.json",
          ...(coverage ? COVERAGE_ENV[pack.language] : {}),
          ...(order.only === undefined ? {} : { KINGMAKER_ONLY: "/gym/only" }),
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
      code: ended.code,
      seconds: ended.seconds,
      why: ended.why,
      output: ended.output,
      cpuSeconds: ended.why === "exit" ? cpuIn(readMade(join(made.out, "times"))) : null,
      coverage: coverage ? coverageIn(made.out, pack) : NO_COVERAGE,
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

/** Whether it was ended for the time that it took: by us, by the kernel, or by run-tests.cjs, which says so by 152. */
export const isOutOfTime = ({ why, code }: Pick<TestRun, "why" | "code">): boolean =>
  why === "time" || OUT_OF_TIME.has(code);

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
  throw fullDisk(folder, output.trim().split("\n").at(-1) ?? "the copy failed");
}

/** What a registry's client, an archive or tests said. @throws UserError when it is that the disk took no more. */
export function refuseFullDiskIn(said: string, folder: string): void {
  if (NO_SPACE.test(said)) throw fullDisk(folder, said);
}

// ---------------------------------------------------------------------------------------------

/** SIGKILL and SIGXCPU. */
const OUT_OF_TIME = new Set([137, 152]);

const NO_SPACE = /no space left on device|disk quota exceeded/i;
const FULL = /no space left on device|disk quota exceeded|file too large/i;

const fullDisk = (folder: string, said: string): UserError =>
  new UserError(
    `cannot write ${folder}: ${said}`,
    "free some space there and run it again: tasks and outcomes so far are whole, and it goes on from them",
  );

/** A package's own settings may name plugins that are not there. */
const PYTEST = "-o addopts= -p no:cacheprovider";

/** Says what the processes used and ends as the tests did; 97 is ours. */
const AFTERWARDS = "code=$?\ntimes > /gym/out/times\n[ $code = 97 ] && code=1\nexit $code";

const COVERAGE_ENV = {
  javascript: { NODE_V8_COVERAGE: "/gym/out/v8" },
  python: { KINGMAKER_TESTS: "/gym/out/tests.json" },
} as const;
const NO_COVERAGE: Coverage = { reports: [], tests: [] };

function testCommand({ package: { runner, tests }, only, coverage = false }: TestOrder): string {
  if (runner !== "pytest") {
    const files = tests.filter((file) => only === undefined || hasTestOf(only, file));
    return `node /gym/programs/run-tests.cjs ${runner} ${files.map(quoted).join(" ")}`;
  }
  const pytest = `-m pytest -q ${PYTEST} -p kingmaker_report`;
  if (!coverage) return `python ${pytest}`;
  const data = "--data-file=/gym/out/coverage";
  return `python -m coverage run ${data} --include='/testbed/*' ${pytest}; python -m coverage json ${data} -q --show-contexts -o /gym/out/coverage.json`;
}

const hasTestOf = (ids: ReadonlySet<string>, file: string): boolean =>
  [...ids].some((id) => id.startsWith(`${file}::`));

/** The kernel ends what is endless by its processor time, however busy the machine is. */
const cpuLimit = ({ cpuSeconds }: TestOrder): string =>
  cpuSeconds === undefined ? "" : `ulimit -St ${Math.ceil(cpuSeconds)}\n`;

/** bash's `times`: "0m0.01s 0m0.02s", of the shell and then of all that it waited for. */
function cpuIn(said: string | null): number | null {
  const parts = [...(said ?? "").matchAll(/(\d+)m(\d+\.\d+)s/g)];
  if (parts.length < 4) return null;
  return parts.reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds),
    0,
  );
}

function makeFolders(
  gym: Gym,
  scratch: string,
  { package: pack, slot, fault, layer, only }: TestOrder,
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
      ...(fault === undefined
        ? []
        : [{ from: writeShown(scratch, "fault", fault.text), to: "/gym/fault" }]),
      ...(only === undefined
        ? []
        : [{ from: writeShown(scratch, "only", JSON.stringify([...only])), to: "/gym/only" }]),
      ...(layer === undefined ? [] : [{ from: layer.folder, to: "/gym/layer" }]),
    ],
  };
}

/** Shown to the sandbox read-only; it is thrown away with the folder that it lies in. */
function writeShown(scratch: string, name: string, text: string): string {
  const file = join(scratch, name);
  onDiskNow(file, "write", () => writeFileSync(file, text));
  return file;
}

function coverageIn(out: string, { language, tests }: GymPackage): Coverage {
  const read = (file: string): unknown => jsonOrNull(readMade(file) ?? "null");
  if (language === "python") {
    const report = read(join(out, "coverage.json"));
    const ids = z
      .array(z.string())
      .catch([])
      .parse(read(join(out, "tests.json")));
    return { reports: report === null ? [] : [{ report, testFile: "" }], tests: ids };
  }
  const reports = tests.flatMap((testFile, at) => {
    const folder = join(out, "v8", String(at));
    if (!existsSync(folder)) return [];
    return readdirSync(folder).map((name) => ({ report: read(join(folder, name)), testFile }));
  });
  return { reports: reports.filter(({ report }) => report !== null), tests: [] };
}

/** null for what was being written when its writer was ended. */
function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
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
