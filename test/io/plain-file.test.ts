/** What is written on or read by lines is a file: a pipe in its place is refused in words, and nobody waits for it. */
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { tempProject } from "../support/project.ts";

const KIND = `{ name: "n", folder: "answer", schema: (await import("zod")).z.number() }`;
const open = "const store = openStore(root);";
const FILES = [
  [
    "answer/.facts.jsonl",
    `${open} const facts = openFacts(store, []); facts.keep(${KIND}, "a", "k", 2); console.log(await facts.save());`,
    "could not be kept, so the next run reads them all again: cannot use ROOT/answer/.facts.jsonl: it is no file but a pipe or a device",
  ],
  [
    "answer/.replies.jsonl",
    "await openJournal(root);",
    "UserError cannot use ROOT/answer/.replies.jsonl: it is no file",
  ],
  [
    "report/ledger.jsonl",
    "openLedger(root, () => new Date());",
    "UserError cannot use ROOT/report/ledger.jsonl: it is no file",
  ],
  [
    "report/ledger.jsonl",
    `${open} for await (const line of readLedger(store)) console.log(line);`,
    "UserError cannot use ROOT/report/ledger.jsonl: it is no file",
  ],
  [
    "answer/.texts",
    `${open} const texts = openTexts(store); texts.put("x"); texts.flush(); console.log("no wait");`,
    "no wait",
  ],
] as const;

test.skipIf(process.platform === "win32")(
  "a pipe in place of a file is not waited for",
  () => {
    const acts = FILES.map(([file, act]) => {
      const root = tempProject({});
      mkdirSync(dirname(join(root, file)), { recursive: true });
      spawnSync("sh", ["-c", `mkfifo "$0"`, join(root, file)]);
      return { root, act };
    });
    const code = `
      const { openFacts } = await import("./src/io/facts/facts.ts");
      const { openTexts } = await import("./src/io/facts/texts.ts");
      const { openStore } = await import("./src/io/store.ts");
      const { openJournal } = await import("./src/io/journal.ts");
      const { openLedger } = await import("./src/io/ledger.ts");
      const { readLedger } = await import("./src/io/read-ledger.ts");
      ${acts.map(tried).join("\n")}`;
    const args = ["--import", "tsx", "--input-type=module", "-e", code];
    const child = spawnSync(process.execPath, args, {
      encoding: "utf8",
      timeout: 60_000,
      killSignal: "SIGKILL",
    });
    const lines = child.stdout.trim().split("\n");
    expect(lines.map((line, at) => line.replace(acts[at]?.root ?? "", "ROOT"))).toEqual(
      FILES.map(([, , says]) => expect.stringContaining(says)),
    );
    expect(child).toMatchObject({ status: 0, signal: null });
  },
  120_000,
);

const tried = ({ root, act }: { root: string; act: string }): string =>
  `{ const root = ${JSON.stringify(root)};
     try { ${act} } catch (error) { console.log(error.name, error.message); } }`;
