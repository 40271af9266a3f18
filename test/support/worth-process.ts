/** worth in a process of its own, as its script runs it, with another Python side: flags as JSON, then that Python. */
import { runInWorkspace, runsInside } from "../../src/command/wiring.ts";
import type { CommonFlags } from "../../src/command/cli.ts";
import { worth, type WorthOptions } from "../../src/stages/worth.ts";

const [, , text = "", python = ""] = process.argv;
const flags = JSON.parse(text) as CommonFlags & WorthOptions;

process.exitCode = await runInWorkspace("worth", flags, (config, deps, options) =>
  worth(config, deps, {
    ...options,
    python,
    agree: () => Promise.resolve(null),
    inside: runsInside(options),
  }),
);
