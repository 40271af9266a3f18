/** Pythons that are shell scripts: they say a version, make environments of themselves and log what pip is told. */
import { chmodSync, mkdirSync, readFileSync, existsSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

export type FakePython = {
  readonly version: string;
  /** What pip does: shell lines that see the arguments; they end with exit. */
  readonly pip?: string;
  /** What -m venv does instead of making an environment. */
  readonly venv?: string;
  /** What it does with any other module; it says its version otherwise. */
  readonly other?: string;
};

/** Writes the script; what it was asked is in the log beside it. */
export function fakePython(path: string, { version, pip = "", venv, other }: FakePython): void {
  mkdirSync(dirname(path), { recursive: true });
  const make = 'mkdir -p "$3/bin" "$3/site" && cp "$0" "$3/bin/python" && exit 0';
  const log = join(dirname(path), "log.txt");
  const lines = [
    "#!/bin/sh",
    `echo "$@" >> "${log}"`,
    `case "$1 $2" in`,
    `  "-m venv") ${venv ?? make} ;;`,
    `  "-m pip") ${pip}`,
    `    exit 0 ;;`,
    `  "-c "*sysconfig*) echo "$(dirname "$0")/../site" ;;`,
    `  *) ${other ?? `echo "${version}"`} ;;`,
    "esac",
  ];
  writeFileSync(path, `${lines.join("\n")}\n`);
  chmodSync(path, 0o755);
}

/** What a fake in that folder was asked, a line a call. */
export function asked(folder: string): string[] {
  const path = join(folder, "log.txt");
  return existsSync(path) ? readFileSync(path, "utf8").trim().split("\n") : [];
}
