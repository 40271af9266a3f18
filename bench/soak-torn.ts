/**
 * npm run soak:torn [-- --kills 40 --seed 1]: writers of the facts' index and of the journal of replies, killed with
 * SIGKILL while a long line is being written. What a later reader finds is counted; ends with 1 when a whole
 * line was lost or a torn one taken.
 */
import { parseArgs } from "node:util";
import { tornBy, WRITERS } from "../test/support/torn.ts";

const { values } = parseArgs({
  options: { kills: { type: "string", default: "40" }, seed: { type: "string", default: "1" } },
});

console.log("| writer | kills | left a torn line | whole lines lost | torn lines taken |");
console.log("| --- | ---: | ---: | ---: | ---: |");
for (const writer of WRITERS) {
  const { kills, torn, found, spoiled } = await tornBy(
    writer,
    Number(values.kills),
    Number(values.seed),
  );
  console.log(`| ${writer} | ${kills} | ${torn} | ${kills - found} | ${spoiled} |`);
  if (found < kills || spoiled > 0) process.exitCode = 1;
}
