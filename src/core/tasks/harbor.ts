/**
 * A task in Harbor's form (task.toml, instruction.md, environment/, solution/, tests/), and back. The image fetches the
 * package by its version and hash: nothing of it stands in the task. The record itself lies in tests/, which an agent
 * never sees. Built from Harbor's documentation; no image of it was built here.
 */
import { gymTaskSchema, type GymTask } from "../../records/gym-task.ts";
import { mainOfRunner, type GymPackage } from "./packages.ts";

/** Path -> text. */
export type HarborFiles = ReadonlyMap<string, string>;

/** Files of ours that an image or a verifier runs. */
export type HarborPrograms = {
  readonly put: string;
  readonly check: string;
  readonly report: string;
  readonly lock: string;
};

/** Why a task is not written, or a folder is not read. */
export const HARBOR_DROPS = ["needs_own_reader", "no_record", "other_package"] as const;
export type HarborDrop = (typeof HARBOR_DROPS)[number];

export type HarborResult<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: HarborDrop };

/** `testRoots`: tests that are put back before the verdict. */
export function toHarbor(
  task: GymTask,
  pack: GymPackage,
  programs: HarborPrograms,
  testRoots: readonly string[],
): HarborResult<HarborFiles> {
  const isPython = task.language === "python";
  // Without our reader of TAP and mocha only whole files can be told.
  if (!isPython && task.unsteady > 0) return { ok: false, reason: "needs_own_reader" };
  const { file, start, before, after } = task.mutation;
  const change = (old: string, fresh: string): string =>
    `${JSON.stringify({ file, start, old, new: fresh })}\n`;
  return {
    ok: true,
    value: new Map([
      ["task.toml", configOf(task)],
      ["instruction.md", `${task.issue}\n\nThe package lies in /testbed.\n`],
      ["environment/Dockerfile", isPython ? pythonImage(task) : nodeImage(task, pack)],
      ["environment/put.py", programs.put],
      ["environment/fault.json", change(before, after)],
      ...(isPython ? ([["environment/requirements.lock", programs.lock]] as const) : []),
      ["solution/solve.sh", SOLVE],
      ["solution/put.py", programs.put],
      ["solution/mend.json", change(after, before)],
      ["tests/test.sh", isPython ? pythonTests(testRoots) : nodeTests(pack, testRoots)],
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

const KEEP = "RUN cp -a /testbed /opt/released && python3 /tmp/put.py /tmp/fault.json && rm /tmp/*";

function pythonImage({ package: name, version, hash, runtime }: GymTask): string {
  const minor = /(\d+\.\d+)/.exec(runtime)?.[1] ?? "3.11";
  return `FROM python:${minor}-slim
WORKDIR /testbed
COPY requirements.lock put.py fault.json /tmp/
RUN pip install --no-cache-dir --no-deps --require-hashes -r /tmp/requirements.lock
RUN pip download --no-cache-dir --no-deps --no-binary :all: -d /tmp/archive ${name}==${version} \\
 && echo "${hash.replace("sha256-", "")}  $(ls /tmp/archive/*.tar.gz)" | sha256sum -c \\
 && tar -xzf /tmp/archive/*.tar.gz --strip-components=1 -C /testbed && rm -r /tmp/archive
ENV PYTHONPATH=/testbed/src:/testbed PYTHONHASHSEED=0 TZ=UTC
${KEEP}
`;
}

function nodeImage({ package: name, version, hash }: GymTask, pack: GymPackage): string {
  const wanted = [...mainOfRunner(pack), ...pack.needs].join(" ");
  return `FROM node:20-slim
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends python3 openssl
WORKDIR /testbed
COPY put.py fault.json /tmp/
RUN npm pack ${name}@${version} --silent --pack-destination /tmp \\
 && test "sha512-$(openssl dgst -sha512 -binary /tmp/*.tgz | openssl base64 -A)" = "${hash}" \\
 && tar -xzf /tmp/*.tgz --strip-components=1 -C /testbed && rm /tmp/*.tgz
RUN mkdir /deps && cp package.json /deps/ && cd /deps && npm install --ignore-scripts --omit=dev ${wanted} && mv node_modules /
ENV NODE_PATH=/node_modules NO_COLOR=1 TZ=UTC
${KEEP}
`;
}

const SOLVE = `#!/bin/bash
set -e
cd /testbed
python3 /solution/put.py /solution/mend.json
`;

const restore = (roots: readonly string[]): string =>
  roots
    .map((root) => `rm -rf "/testbed/${root}"; cp -a "/opt/released/${root}" "/testbed/${root}"`)
    .join("\n");

const pythonTests = (roots: readonly string[]): string => `#!/bin/bash
mkdir -p /logs/verifier
cd /testbed
${restore(roots)}
export KINGMAKER_RESULTS=/tmp/results.json PYTHONPATH=/testbed/src:/testbed:/tests
python3 -m pytest -q -o addopts= -p no:cacheprovider -p kingmaker_report
python3 /tests/check.py /tmp/results.json /tests/task.json > /logs/verifier/reward.txt
`;

function nodeTests(pack: GymPackage, roots: readonly string[]): string {
  const start = pack.runner.startsWith("mocha")
    ? `/node_modules/.bin/mocha --ui ${pack.runner === "mocha" ? "bdd" : "tdd"}`
    : "node";
  const files = pack.tests.map((file) => `${start} "${file}" || reward=0`);
  return `#!/bin/bash
mkdir -p /logs/verifier
cd /testbed
${restore(roots)}
reward=1
${files.join("\n")}
echo "$reward" > /logs/verifier/reward.txt
`;
}
