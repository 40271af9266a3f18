/** Running the project's scripts one after the other, each in its own process. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { withoutNpm } from "./npm-flags.ts";

/**
 * Runs scripts/<name>.ts with the terminal handed on; gives its exit code (128 + n for signal n).
 * Ctrl-C reaches the child by the terminal, SIGTERM is passed on: no child is left behind.
 */
export function runChild(name: string, args: readonly string[]): Promise<number> {
  const launcher = fileURLToPath(new URL("../../kingmaker.cjs", import.meta.url));
  const child = spawn(process.execPath, [launcher, name, ...args], {
    stdio: "inherit",
    // npm moved this process to the folder where the person stands; the child stands there already.
    env: withoutNpm(),
  });
  const wait = (): void => {};
  const pass = (): void => void child.kill("SIGTERM");
  process.on("SIGINT", wait);
  process.on("SIGTERM", pass);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      process.off("SIGINT", wait);
      process.off("SIGTERM", pass);
      resolve(code ?? (signal === "SIGINT" ? 130 : 143));
    });
  });
}
