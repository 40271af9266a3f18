/**
 * The one place of the product where commands of a run are executed. In bubblewrap: no network, nothing
 * of the machine but its programs, limits of time, memory, processes, files and output. Where that is not to be
 * had: a plain folder and an environment with nothing in it, which is no wall, and is said to be none.
 */
import { existsSync, readlinkSync } from "node:fs";
import { dirname } from "node:path";
import { runConfined, type ConfinedEnd } from "../io/confined.ts";
import { UserError } from "../errors.ts";

export type Mount = { readonly from: string; readonly to: string; readonly writable?: boolean };

export type SandboxLimits = {
  /** Of one command, seconds of its own: waiting for a processor does not count. */
  readonly seconds: number;
  /** Data of one process, MB; /tmp has as much in all. */
  readonly memoryMb: number;
  readonly processes: number;
  /** Of one file, and of what a run wrote in all, MB. */
  readonly diskMb: number;
  /** Kept of a command's output, bytes; ended at 64 times as much. */
  readonly outputBytes: number;
};

export type SandboxCall = {
  /** Given to bash. */
  readonly command: string;
  /** Where the command stands, in the sandbox's paths. */
  readonly cwd: string;
  readonly mounts: readonly Mount[];
  readonly env?: Readonly<Record<string, string>>;
  readonly limits: SandboxLimits;
  /** Ends the command when it gives a reason. */
  readonly watch?: () => string | null;
  readonly signal?: AbortSignal | undefined;
};

export type Sandbox = {
  readonly kind: "bubblewrap" | "plain";
  /** What a plain sandbox does not hold back; null in bubblewrap. */
  readonly warning: string | null;
  /** Whom commands run as, where we are root: files they write have to be theirs. null: as ourselves. */
  uidOf(slot: number): number | null;
  run(call: SandboxCall, slot?: number): Promise<ConfinedEnd>;
};

export const PLAIN_WARNING =
  "bubblewrap is not there: commands run in a plain folder, with the network and every file of yours within reach; install bubblewrap (Debian, Ubuntu: apt install bubblewrap) or run it in a machine of its own";

/**
 * Opens the sandbox that this machine can give.
 * @param want "auto": bubblewrap, else plain; "bubblewrap": that or nothing; "plain": never bubblewrap.
 * @throws UserError when bubblewrap is wanted and does not work.
 */
export async function openSandbox(want: "auto" | "bubblewrap" | "plain"): Promise<Sandbox> {
  if (want === "plain") return plainSandbox();
  const asOther = process.getuid?.() === 0;
  for (const drops of asOther ? [true, false] : [false]) {
    if (await starts(drops)) return bubblewrap(drops);
  }
  if (want === "auto") return plainSandbox();
  throw new UserError(
    "bubblewrap does not start on this machine",
    'install it (Debian, Ubuntu: apt install bubblewrap; user namespaces have to be allowed), or set [gym].sandbox = "plain" in a machine of its own',
  );
}

// ---------------------------------------------------------------------------------------------

const PATH = "/gym/bin:/usr/local/bin:/usr/bin:/bin";

/** Programs and libraries; no home, no /etc but what programs need to start, no other disk. */
const SYSTEM = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"];
const SETTINGS = ["/etc/ld.so.cache", "/etc/alternatives", "/etc/localtime"];

const BASE_ENV: Readonly<Record<string, string>> = {
  PATH,
  HOME: "/tmp",
  LANG: "C.UTF-8",
  LC_ALL: "C.UTF-8",
  TZ: "UTC",
  PYTHONHASHSEED: "0",
  PYTHONDONTWRITEBYTECODE: "1",
};

/** Users that no machine has: the kernel counts the processes of each by itself. */
const FIRST_UID = 2_000_000;

function bubblewrap(drops: boolean): Sandbox {
  const uidOf = (slot: number): number | null =>
    drops ? FIRST_UID + (process.pid % 100_000) * 64 + (slot % 64) : null;
  return {
    kind: "bubblewrap",
    warning: null,
    uidOf,
    run(call, slot = 0) {
      const uid = uidOf(slot);
      const args = [...walls(call, uid), "bash", "-c", `${limitsOf(call)}exec bash -c "$1"`];
      return start("bwrap", [...args, "bash", call.command], call);
    },
  };
}

async function starts(drops: boolean): Promise<boolean> {
  const limits = { seconds: 20, memoryMb: 256, processes: 20, diskMb: 10, outputBytes: 100 };
  const call = { command: "echo in", cwd: "/tmp", mounts: [], limits };
  const { output } = await bubblewrap(drops).run(call);
  return output === "in\n";
}

function walls({ mounts, cwd, env, limits }: SandboxCall, uid: number | null): string[] {
  const size = String(limits.memoryMb * 1024 * 1024);
  const memory = (path: string): string[] => ["--perms", "1777", "--size", size, "--tmpfs", path];
  return [
    ...SYSTEM.flatMap(systemMount),
    // Made with the mode 0700 where nobody says otherwise, and whoever runs there is another user.
    ...["/etc", ...parentsOf(mounts)].flatMap((path) => ["--perms", "0755", "--dir", path]),
    ...SETTINGS.flatMap((path) => ["--ro-bind-try", path, path]),
    "--proc",
    "/proc",
    "--dev",
    "/dev",
    ...memory("/tmp"),
    ...memory("/dev/shm"),
    ...mounts.flatMap(({ from, to, writable = false }) => [
      writable ? "--bind" : "--ro-bind",
      from,
      to,
    ]),
    "--unshare-ipc",
    "--unshare-pid",
    "--unshare-net",
    "--unshare-uts",
    ...(uid === null ? ["--unshare-user"] : ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]),
    "--hostname",
    "gym",
    "--die-with-parent",
    "--new-session",
    "--clearenv",
    ...Object.entries({ ...BASE_ENV, ...env }).flatMap(([name, value]) => [
      "--setenv",
      name,
      value,
    ]),
    "--chdir",
    cwd,
    ...(uid === null
      ? []
      : [
          "setpriv",
          `--reuid=${uid}`,
          `--regid=${uid}`,
          "--clear-groups",
          "--no-new-privs",
          "--inh-caps=-all",
        ]),
  ];
}

/** Every folder above a mount, outermost first. */
function parentsOf(mounts: readonly Mount[]): string[] {
  const found = mounts.flatMap(({ to }) => {
    const parts = to.split("/").slice(1, -1);
    return parts.map((_, at) => `/${parts.slice(0, at + 1).join("/")}`);
  });
  return [...new Set(found)].filter((path) => !/^\/(usr|tmp|proc|dev)(\/|$)/.test(path)).sort();
}

/** Where /bin and its like are links into /usr, they stay so. */
function systemMount(path: string): string[] {
  if (!existsSync(path)) return [];
  const link = linkOf(path);
  return link === null ? ["--ro-bind", path, path] : ["--symlink", link, path];
}

function linkOf(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null; // Not a link.
  }
}

/** Set inside, by the shell that becomes the command: everything that it starts inherits them. */
function limitsOf({ limits }: SandboxCall): string {
  const { memoryMb, processes, diskMb, seconds } = limits;
  return [
    `ulimit -c 0; ulimit -d ${memoryMb * 1024}; ulimit -f ${diskMb * 1024}`,
    `ulimit -t ${Math.ceil(seconds) + 1}; ulimit -u ${processes}; exec 2>&1; `,
  ].join("; ");
}

function start(program: string, args: readonly string[], call: SandboxCall): Promise<ConfinedEnd> {
  const { limits, watch, signal } = call;
  return runConfined(program, args, {
    env: { PATH: process.env["PATH"] ?? PATH },
    seconds: limits.seconds,
    keepBytes: limits.outputBytes,
    mostBytes: limits.outputBytes * 64,
    signal,
    ...(watch === undefined ? {} : { watch }),
  });
}

/**
 * The same paths are not to be had without namespaces: commands stand in the writable folder itself, and
 * the sandbox's paths in command and environment are written as the folders behind them.
 */
function plainSandbox(): Sandbox {
  return {
    kind: "plain",
    warning: PLAIN_WARNING,
    uidOf: () => null,
    async run(call) {
      const { limits, mounts } = call;
      const longest = [...mounts].sort((a, b) => b.to.length - a.to.length);
      const real = (text: string): string =>
        longest.reduce((said, { from, to }) => said.replaceAll(to, from), text);
      const shown = (text: string): string =>
        longest.reduce((said, { from, to }) => said.replaceAll(from, to), text);
      const home = dirname(mounts.find(({ writable }) => writable === true)?.from ?? "/tmp/gym");
      const env = Object.fromEntries(
        Object.entries({ ...BASE_ENV, HOME: home, ...call.env }).map(([name, value]) => [
          name,
          real(value),
        ]),
      );
      // Others of the same user count as well, so the limit stands on top of what runs already.
      const limit = `ulimit -c 0; ulimit -d ${limits.memoryMb * 1024}; ulimit -f ${limits.diskMb * 1024}; ulimit -t ${Math.ceil(limits.seconds) + 1}; p=(/proc/[0-9]*); ulimit -u $(( \${#p[@]} + ${limits.processes} )); exec 2>&1; `;
      const ended = await runConfined(
        "bash",
        ["-c", `${limit}exec bash -c "$1"`, "bash", real(call.command)],
        {
          env,
          cwd: real(call.cwd),
          seconds: limits.seconds,
          keepBytes: limits.outputBytes,
          mostBytes: limits.outputBytes * 64,
          signal: call.signal,
          ...(call.watch === undefined ? {} : { watch: call.watch }),
        },
      );
      return { ...ended, output: shown(ended.output) };
    },
  };
}
