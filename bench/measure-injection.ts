/**
 * npm run measure:injection [-- FILES...]: texts that talk to the judge, each kind in each disguise: found or
 * not; what a text that was missed is worth before judges that obey it; and how many of all texts of real rows are flagged (with FILES: of those rows).
 */
import { readFileSync, readdirSync } from "node:fs";
import { findInjections } from "../src/core/duel/injection.ts";
import { shiftRows } from "./injection-shift.ts";
import { DISGUISES, PROBES } from "../test/support/injection-probes.ts";

console.log(`| kind | ${DISGUISES.map(([name]) => name).join(" | ")} |`);
console.log(`|---|${DISGUISES.map(() => "---").join("|")}|`);
let found = 0;
for (const [kind, text] of PROBES) {
  const cells = DISGUISES.map(([, disguise]) => findInjections(disguise(text)).length > 0);
  found += cells.filter(Boolean).length;
  console.log(`| ${kind} | ${cells.map((is) => (is ? "found" : "**missed**")).join(" | ")} |`);
}
console.log(`\n${found} of ${PROBES.length * DISGUISES.length} found.`);

console.log(
  "\n| missed text names | found | judges | a turn, mean | a turn, most | duel, 1 turn | duel, all |",
);
console.log("|---|---|---|---:|---:|---:|---:|");
for (const row of shiftRows()) console.log(row);

const given = process.argv.slice(2);
const folder = "test/fixtures/real";
const files =
  given.length > 0
    ? given
    : readdirSync(folder)
        .filter((name) => name.endsWith(".jsonl"))
        .map((name) => `${folder}/${name}`);
let texts = 0;
let flagged = 0;
for (const file of files) {
  for (const line of readFileSync(file, "utf8").trim().split("\n")) {
    JSON.parse(line, (_key, value: unknown) => {
      if (typeof value !== "string" || value.length < 30) return value;
      texts++;
      const [first] = findInjections(value);
      if (first === undefined) return value;
      flagged++;
      console.error(`${file}: ${first.kind}: ${JSON.stringify(first.text)}`);
      return value;
    });
  }
}
console.log(`False alarms: ${flagged} of ${texts} texts of real rows.`);
