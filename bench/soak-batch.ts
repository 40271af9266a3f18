/**
 * npm run soak:batch [-- --kills 200 --seed 1]: stage:king over a provider's batch API on the loopback, killed
 * with SIGKILL at drawn moments, some started twice at once. The server books batches and answers errors, loses
 * lines, lets batches expire and lies about counts. What was paid twice is counted; ends with 1 when anything was.
 */
import { parseArgs } from "node:util";
import { killed } from "../test/support/batch-kills.ts";

const { values } = parseArgs({
  options: { kills: { type: "string", default: "200" }, seed: { type: "string", default: "1" } },
});
const { rounds, ...counts } = await killed({
  kills: Number(values.kills),
  seed: Number(values.seed),
});

console.log(
  "| kills | workspaces | turns | started twice | refused as second | posts | batches | answers without one | paid | paid twice | answered |",
);
console.log("|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
const { kills, turns, twice, refused, posts, batches, unclear, paid, paidTwice, answered } = counts;
console.log(
  `| ${[kills, rounds, turns, twice, refused, posts, batches, unclear, paid, paidTwice, answered].join(" | ")} |`,
);
if (paidTwice > 0 || answered < turns) process.exitCode = 1;
