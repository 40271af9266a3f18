/**
 * A task in Harbor's form (task.toml, instruction.md, environment/, solution/, tests/), and back. The image fetches the
 * package by its version and hash: nothing of it stands in the task. The record itself lies in tests/, which an agent
 * never sees. The image keeps the release's tests alone: its code would be the solution. Built from Harbor's
 * documentation; no image of it was built here.
 */
import { gymTaskSchema, type GymTask } from "../../records/gym-task.ts";
import { AS_OF, mainOfRunner, type GymPackage } from "./packages.ts";
import { isWholeFile } from "./results.ts";

/** Path -> text. */
export type HarborFiles = ReadonlyMap<string, string>;

/** Files of ours that an image or a verifier runs. */
export type HarborPrograms = {
  readonly put: string;
  readonly fetch: string;
  readonly check: string;
  readonly report: string;
  readonly lock: string;
};

/** Why a task is not written, or a folder is not read. */
export const HARBOR_DROPS = ["needs_own_reader", "no_record", "other_package"] as const;
export type HarborDrop = (typeof HARBOR_DROPS)[number];

export type HarborResult<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: HarborDrop };

/** What is put back before the verdict: folders and files, and the sha256 of every file in them, as sha256sum has it. */
export type HarborTests = {
  readonly roots: readonly string[];
  /** Path -> hex. */
  readonly hashes: ReadonlyMap<string, string>;
};

export function toHarbor(
  task: GymTask,
  pack: GymPackage,
  programs: HarborPrograms,
  tests: HarborTests,
): HarborResult<HarborFiles> {
  const isPython = task.language === "python";
  const files = isPython ? [] : wholeFiles(task);
  if (files === null) return { ok: false, reason: "needs_own_reader" };
  const { file, start, before, after } = task.mutation;
  const change = (old: string, fresh: string): string =>
    `${JSON.stringify({ file, start, old, new: fresh })}\n`;
  return {
    ok: true,
    value: new Map([
      ["task.toml", configOf(task)],
      ["instruction.md", `${task.issue}\n\nThe package lies in /testbed.\n`],
      [
        "environment/Dockerfile",
        isPython ? pythonImage(task, tests) : nodeImage(task, pack, tests),
      ],
      ["environment/put.py", programs.put],
      ["environment/fault.json", change(before, after)],
      ...(isPython
        ? ([
            ["environment/requirements.lock", programs.lock],
            ["environment/fetch-sdist.py", programs.fetch],
          ] as const)
        : []),
      ["solution/solve.sh", SOLVE],
      ["solution/put.py", programs.put],
      ["solution/mend.json", change(after, before)],
      ["tests/test.sh", isPython ? pythonTests(tests) : nodeTests(pack, files, tests)],
      ["tests/released.sha256", sumsOf(tests)],
      ["tests/task.json", `${JSON.stringify(task, null, 2)}\n`],
      ...(isPython
        ? ([
            ["tests/check.py", programs.check],
            ["tests/kingmaker_report.py", programs.report],
          ] as const)
        : []),
    ]),
  };
}

/** A folder in Harbor's form that holds a record of the gym; any other needs its image, and is a drop. */
export function fromHarbor(
  files: HarborFiles,
  known: readonly GymPackage[],
): HarborResult<GymTask> {
  const record = files.get("tests/task.json");
  const read = gymTaskSchema.safeParse(record === undefined ? null : jsonOf(record));
  if (!files.has("task.toml") || !read.success) return { ok: false, reason: "no_record" };
  const task = read.data;
  const isKnown = known.some((one) => one.name === task.package && one.hash === task.hash);
  return isKnown ? { ok: true, value: task } : { ok: false, reason: "other_package" };
}

// ---------------------------------------------------------------------------------------------

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // Not a record of ours.
  }
}

function configOf(task: GymTask): string {
  const name = task.id
    .replace("gym__", "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]/g, "-");
  return `schema_version = "1.4"

[task]
name = "kingmaker/${name}"
description = "A fault in ${task.package} ${task.version} that its tests see"
keywords = ["gym", "${task.language}"]

[metadata]
package = "${task.package}"
version = "${task.version}"
hash = "${task.hash}"
licence = "${task.licence}"
operator = "${task.mutation.operator}"

[agent]
timeout_sec = 1800.0

[verifier]
timeout_sec = ${Math.ceil(120 + 10 * task.test_seconds)}.0

[environment]
build_timeout_sec = 600.0
cpus = 1
memory_mb = 2048
`;
}

/**
 * Files of tests that end badly exactly when the task is not solved: without our reader of TAP and mocha only whole
 * files can be told. null where a listed test stands in a file that is in no list itself.
 */
function wholeFiles({ fail_to_pass, pass_to_pass }: GymTask): string[] | null {
  const listed = [...fail_to_pass, ...pass_to_pass];
  const fileOf = (id: string): string => id.slice(0, id.indexOf("::"));
  const whole = new Set(listed.filter(isWholeFile).map(fileOf));
  return listed.every((id) => whole.has(fileOf(id))) ? [...whole].sort() : null;
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** The release's tests stay where the verdict takes them from, its code goes; the fault is put in. */
const keep = ({ roots }: HarborTests): string =>
  [
    "RUN mkdir /opt/released",
    ...(roots.length === 0
      ? []
      : [`cp -a --parents ${roots.map(quoted).join(" ")} /opt/released/`]),
    "python3 /opt/gym/put.py /opt/gym/fault.json",
    "rm -r /opt/gym",
  ].join(" \\\n && ");

/** pip keeps no copy of the release, and builds nothing to learn a name. */
function pythonImage(
  { package: name, version, hash, runtime }: GymTask,
  tests: HarborTests,
): string {
  const minor = /(\d+\.\d+)/.exec(runtime)?.[1] ?? "3.11";
  return `# ${name} ${version}
FROM python:${minor}-slim
WORKDIR /testbed
COPY requirements.lock fetch-sdist.py put.py fault.json /opt/gym/
ENV PIP_NO_CACHE_DIR=1
RUN pip install --no-deps --require-hashes -r /opt/gym/requirements.lock
RUN python3 /opt/gym/fetch-sdist.py ${name} ${hash.replace("sha256-", "")} /opt/gym/archive.tar.gz \\
 && tar -xzf /opt/gym/archive.tar.gz --strip-components=1 --no-same-owner -C /testbed
ENV PYTHONPATH=/testbed/src:/testbed PYTHONHASHSEED=0 PYTHONDONTWRITEBYTECODE=1 TZ=UTC
${keep(tests)}
`;
}

/** npm keeps a copy of all that it fetched, the release too: gone in the same layer. */
function nodeImage(task: GymTask, pack: GymPackage, tests: HarborTests): string {
  const { package: name, version, hash, runtime } = task;
  const major = /(\d+)\./.exec(runtime)?.[1] ?? "20";
  const wanted = [...mainOfRunner(pack), ...pack.needs].join(" ");
  const own = 'JSON.stringify({ dependencies: require("/testbed/package.json").dependencies })';
  return `# ${name} ${version}
FROM node:${major}-slim
RUN apt-get update -qq \\
 && apt-get install -y -qq --no-install-recommends openssl python3 \\
 && rm -rf /var/lib/apt/lists/*
WORKDIR /testbed
COPY put.py fault.json /opt/gym/
RUN npm pack ${name}@${version} --silent --ignore-scripts --pack-destination /opt/gym \\
 && test "sha512-$(openssl dgst -sha512 -binary /opt/gym/*.tgz | openssl base64 -A)" = "${hash}" \\
 && tar -xzf /opt/gym/*.tgz --strip-components=1 --no-same-owner -C /testbed \\
 && npm cache clean --force
RUN mkdir -p /deps/node_modules \\
 && node -p '${own}' > /deps/package.json \\
 && npm install --prefix /deps --ignore-scripts --no-audit --no-fund --before=${AS_OF} ${wanted} \\
 && mv /deps/node_modules / \\
 && rm -r /deps \\
 && npm cache clean --force
ENV NODE_PATH=/node_modules NO_COLOR=1 TZ=UTC
${keep(tests)}
`;
}

const SOLVE = `#!/bin/bash
set -e
cd /testbed
python3 /solution/put.py /solution/mend.json
`;

const sumsOf = ({ hashes }: HarborTests): string =>
  [...hashes].map(([path, hex]) => `${hex}  ${path}\n`).join("");

/** An agent may have changed what the image holds of them as well. */
const restore = ({ roots }: HarborTests): string =>
  [
    ...roots.map((root) => {
      const [from, to] = [quoted(`/opt/released/${root}`), quoted(`/testbed/${root}`)];
      return `rm -rf ${to}; mkdir -p "$(dirname ${to})"; cp -a ${from} ${to}`;
    }),
    "if ! sha256sum --quiet --check /tests/released.sha256; then",
    "  echo 0 > /logs/verifier/reward.txt",
    "  exit 0",
    "fi",
  ].join("\n");

const pythonTests = (tests: HarborTests): string => `#!/bin/bash
mkdir -p /logs/verifier
cd /testbed || exit 1
${restore(tests)}
export KINGMAKER_RESULTS=/tmp/results.json PYTHONPATH=/testbed/src:/testbed:/tests
rm -f "$KINGMAKER_RESULTS"
python3 -m pytest -q -o addopts= -p no:cacheprovider -p kingmaker_report
python3 /tests/check.py "$KINGMAKER_RESULTS" /tests/task.json > /logs/verifier/reward.txt
`;

function nodeTests(pack: GymPackage, files: readonly string[], tests: HarborTests): string {
  const start = pack.runner.startsWith("mocha")
    ? `node /node_modules/mocha/bin/mocha.js --ui ${pack.runner === "mocha" ? "bdd" : "tdd"}`
    : "node";
  return `#!/bin/bash
mkdir -p /logs/verifier
cd /testbed || exit 1
${restore(tests)}
reward=1
${files.map((file) => `${start} ${quoted(file)} || reward=0`).join("\n")}
echo "$reward" > /logs/verifier/reward.txt
`;
}
