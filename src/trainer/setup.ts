/** npm run setup:training: the environment of the trainers, with the build of torch that was asked for. */
import { arch, platform } from "node:process";
import { join } from "node:path";
import { UserError } from "../errors.ts";
import { fill, makeEmpty, pipFinds, readMark } from "./environment.ts";
import { LOCKED_PYTHONS, trainingFolder, trainingVenv } from "./house.ts";
import { hashOf, megabytes, readLock, type Build, type LockFile } from "./lock-file.ts";
import { findPython } from "./python.ts";

export type SetupOptions = {
  readonly project: string;
  /** The index's build of torch (CUDA on Linux) instead of PyTorch's CPU build. */
  readonly cuda: boolean;
  readonly python?: string;
  /** Go on with the index's build where the CPU build is not to be had. */
  readonly yes: boolean;
  /** Node's names, "linux-x64"; tests give another. */
  readonly machine?: string;
};

export type SetupVoice = {
  say(line: string): void;
  /** Asks a yes-or-no question; false where nobody can be asked. */
  agree(question: string): Promise<boolean>;
};

/** How pip comes to find PyTorch's CPU build, for a command such as "setup:training". */
export const nameCpuIndex = (command: string): string =>
  `give pip PyTorch's CPU index, whose address PyTorch's site shows under Get Started (PIP_EXTRA_INDEX_URL=ADDRESS npm run ${command}, or \`pip config set global.extra-index-url ADDRESS\`), or a folder with the wheel (PIP_FIND_LINKS=FOLDER)`;

/** Makes training/.venv where it is not made yet. @throws UserError for all that a user can mend. */
export async function setupTraining(options: SetupOptions, voice: SetupVoice): Promise<void> {
  const { project, cuda } = options;
  const machine = options.machine ?? `${platform}-${arch}`;
  const venv = trainingVenv(project);
  const base = readLock(join(trainingFolder(project), "requirements.lock"));
  const withCuda = [base, readLock(join(trainingFolder(project), "cuda.lock"))];
  refuseMachine(machine, base, cuda);

  const mark = readMark(venv);
  const made = mark?.build === "index" && machine.startsWith("linux") ? withCuda : [base];
  if (mark !== null && mark.lock === hashOf(made) && (!cuda || mark.build === "index")) {
    voice.say(
      `${venv} is set up already (Python ${mark.python}, ${buildName(mark.build, machine)})`,
    );
    return;
  }

  const python = await findPython(LOCKED_PYTHONS, options.python);
  voice.say(`making ${venv} with Python ${python.version}`);
  await makeEmpty(venv, python);
  const build = await chooseBuild(venv, base, machine, options, voice);
  const locks = build === "index" && machine.startsWith("linux") ? withCuda : [base];
  voice.say(
    `installing torch ${torchOf(base)} (${buildName(build, machine)}) and ${packages(locks) - 1} more packages: up to ${megabytes(locks, machine, build)} MB to fetch; it takes minutes`,
  );
  const source = join(trainingFolder(project), "src");
  await fill(
    venv,
    locks,
    { lock: hashOf(locks), build, python: python.version },
    { beside: [source] },
  );
  voice.say(`${venv} is set up`);
}

/** Which torch; on macOS the index's build is a CPU build, and the only one. */
async function chooseBuild(
  venv: string,
  base: LockFile,
  machine: string,
  { cuda, yes, project }: SetupOptions,
  voice: SetupVoice,
): Promise<Build> {
  if (cuda || machine.startsWith("darwin")) return "index";
  const torch = torchOf(base);
  if (await pipFinds(venv, `torch==${torch}+cpu`)) return "cpu";
  const cudaLock = readLock(join(trainingFolder(project), "cuda.lock"));
  const size = `${(megabytes([base, cudaLock], machine, "index") / 1000).toFixed(1)} GB`;
  const gap = `pip does not find torch ${torch}'s CPU build; what the index has is the CUDA build, ${size} to fetch instead of ${megabytes([base], machine, "cpu")} MB`;
  if (yes || (await voice.agree(`${gap}. Take it? [y/N] `))) return "index";
  throw new UserError(gap, `${nameCpuIndex("setup:training")}; or take the large one with --cuda`);
}

function refuseMachine(machine: string, base: LockFile, cuda: boolean): void {
  if (megabytes([base], machine, "cpu") === 0) {
    throw new UserError(
      `training does not run on ${machine}: torch ${torchOf(base)} is not built for it`,
      "set it up on Linux (x64, arm64) or on a Mac with Apple silicon; under Windows in WSL",
    );
  }
  if (cuda && !machine.startsWith("linux")) {
    throw new UserError(`--cuda: there is no CUDA on ${machine}`, "leave --cuda out");
  }
}

const torchOf = (base: LockFile): string => base.pins.get("torch") ?? "";

const packages = (locks: readonly LockFile[]): number =>
  locks.reduce((sum, { pins }) => sum + pins.size, 0);

const buildName = (build: Build | null, machine: string): string =>
  build === "index" && machine.startsWith("linux") ? "CUDA build" : "CPU build";
