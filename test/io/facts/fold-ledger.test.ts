import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { sumSpending } from "../../../src/core/report/spending.ts";
import { LEDGER_FOLD } from "../../../src/core/spend/ledger-sums.ts";
import { openFacts } from "../../../src/io/facts/facts.ts";
import { foldLedger, LEDGER_KIND } from "../../../src/io/facts/fold-ledger.ts";
import { openStore } from "../../../src/io/store.ts";
import type { LedgerLine } from "../../../src/records/ledger.ts";
import { tempProject } from "../../support/project.ts";
import { LEDGER_CALL } from "../../support/ledger-call.ts";

const call = (id: string, event: "intent" | "outcome", usd = 0.5): string =>
  `${JSON.stringify({
    ...LEDGER_CALL,
    id,
    event,
    item: `king/${id}`,
    usd,
    latency_ms: event === "intent" ? null : 1,
    outcome: event === "intent" ? null : "ok",
  })}\n`;

async function world(text: string) {
  const root = tempProject({ "report/ledger.jsonl": text });
  const store = openStore(root);
  const ledger = join(root, "report/ledger.jsonl");
  /** What is summed up, and how many lines were read for it. */
  const look = async () => {
    await sleep(80);
    const facts = openFacts(store, [LEDGER_KIND], null);
    let read = 0;
    const { spending } = await foldLedger(store, facts, {
      ...LEDGER_FOLD,
      start(state) {
        const sum = LEDGER_FOLD.start(state);
        const add = (line: LedgerLine): void => {
          read++;
          sum.add(line);
        };
        return { ...sum, add };
      },
    });
    await facts.save();
    const [row] = sumSpending(spending).rows();
    return { read, calls: row?.calls ?? 0, usd: row?.usd ?? 0, lost: row?.lost ?? 0 };
  };
  return { ledger, look };
}

test("a ledger is read once; later looks read what came since, and calls in flight stay known", async () => {
  const { ledger, look } = await world(
    call("1", "intent") + call("1", "outcome") + call("2", "intent"),
  );
  expect(await look()).toEqual({ read: 3, calls: 1, usd: 0.5, lost: 1 });
  expect(await look()).toEqual({ read: 0, calls: 1, usd: 0.5, lost: 1 });
  appendFileSync(ledger, call("2", "outcome", 0.25));
  expect(await look()).toEqual({ read: 1, calls: 2, usd: 0.75, lost: 0 });
});

test("a line mended by hand is noticed, though the ledger grew as it should", async () => {
  const { ledger, look } = await world(call("1", "outcome"));
  await look();
  const text = readFileSync(ledger, "utf8").replace('"usd":0.5', '"usd":9.5');
  writeFileSync(ledger, text + call("2", "outcome"));
  expect(await look()).toEqual({ read: 2, calls: 2, usd: 10, lost: 0 });
});

test("a line without its end is not counted twice when it gets one", async () => {
  const { ledger, look } = await world(call("1", "outcome") + call("2", "outcome").slice(0, 40));
  expect(await look()).toMatchObject({ calls: 1 });
  appendFileSync(ledger, call("2", "outcome").slice(40));
  expect(await look()).toMatchObject({ calls: 2 });
  writeFileSync(ledger, (call("1", "outcome") + call("2", "outcome")).trimEnd());
  expect(await look()).toMatchObject({ calls: 2 });
  appendFileSync(ledger, `\n${call("3", "outcome")}`);
  expect(await look()).toMatchObject({ calls: 3, usd: 1.5 });
});

test("a broken line behind what is known is named by its number in the file", async () => {
  const { ledger, look } = await world(call("1", "outcome") + call("2", "outcome"));
  await look();
  appendFileSync(ledger, `{"no": "line"}\n${call("3", "outcome")}`);
  await expect(look()).rejects.toThrow("report/ledger.jsonl line 3 is no ledger line");
});

test("a ledger that shrank, or is not there, is summed up anew", async () => {
  const { ledger, look } = await world(call("1", "outcome") + call("2", "outcome"));
  await look();
  writeFileSync(ledger, call("1", "outcome"));
  expect(await look()).toEqual({ read: 1, calls: 1, usd: 0.5, lost: 0 });
  writeFileSync(ledger, "");
  expect(await look()).toEqual({ read: 0, calls: 0, usd: 0, lost: 0 });
});
