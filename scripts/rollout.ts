/** npm run stage:rollout: plays answers on in the gym, and files what the tests say. */
import { InvalidArgumentError } from "commander";
import {
  parseFlags,
  runScript,
  stageCommand,
  wholeNumber,
  type CommonFlags,
} from "../src/command/cli.ts";
import { ANSWERS, type AnswerName } from "../src/records/answer-names.ts";

const command = stageCommand({
  name: "stage:rollout",
  about:
    "Reads answer/. For every turn of a gym task: runs the commands of its history again in the sandbox, goes on from each answer so often with a policy, and writes what the tests say of the end to outcome/, with each run as a trajectory. Plays what is missing; --retry takes up turns that were dropped, --force plays all anew.",
  example: "npm run stage:rollout -- --policy scripted:0.5 --k 8",
  flags: ["limit", "only", "force", "retry", "concurrency", "json"],
})
  .option("--k <n>", "rollouts of each answer (default: [gym].rollouts)", wholeNumber)
  .option("--policy <name>", "scripted:SKILL, or king for its model", policy)
  .option("--answers <names>", `of ${ANSWERS.join(", ")}`, answers, ["challenger", "king"])
  .option("--python <program>", "a Python 3.11 or newer with pip");

type Flags = CommonFlags & { k?: number; policy?: string; answers: AnswerName[]; python?: string };

await runScript(async () => {
  const flags = parseFlags<Flags>(command, process.argv.slice(2));
  const [{ runInWorkspace }, { findPython }, { rollout }] = await Promise.all([
    import("../src/command/wiring.ts"),
    import("../src/trainer/python.ts"),
    import("../src/stages/rollout.ts"),
  ]);
  const { program } = await findPython({ oldest: 11, newest: 14 }, flags.python);
  return runInWorkspace("rollout", { ...flags, python: program }, rollout);
});

function answers(value: string): AnswerName[] {
  return value.split(",").map((name) => {
    const known = ANSWERS.find((one) => one === name.trim());
    if (known === undefined)
      throw new InvalidArgumentError(`${name} is none of ${ANSWERS.join(", ")}.`);
    return known;
  });
}

function policy(value: string): string {
  if (value === "king" || /^scripted:(?:0?\.\d+|0|1)$/.test(value)) return value;
  throw new InvalidArgumentError("expected scripted:0.5 (a skill from 0 to 1) or king.");
}
