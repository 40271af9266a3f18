/**
 * A scripted agent of known skill: it has the fault before it, and at each choice does the right thing with
 * probability s, else something plausible that is wrong. It reads its own past from the conversation alone, so it can go
 * on from any turn of any agent. Shipped, so that everything in the gym runs without a model.
 */
import type { GymTask, Mutation } from "../../records/gym-task.ts";
import type { Message } from "../../records/message.ts";
import { randomIndex, type Rng } from "../random.ts";
import { isReversal } from "./fixes.ts";
import { stepsOf, SUBMIT, type GymStep } from "./trajectory.ts";

/** The five skills of the tables. */
export const SKILLS = [0.05, 0.25, 0.5, 0.75, 0.95] as const;

/** What a task looks like to who knows it: shell commands that mend it and that break other places. */
export type KnownTask = {
  readonly task: GymTask;
  readonly fix: SedEdit;
  readonly decoys: readonly SedEdit[];
};

export type SedEdit = {
  readonly file: string;
  readonly line: number;
  /** Does it, and takes it back. */
  readonly command: string;
  readonly undo: string;
};

/** `textOf`: a file as released. Places that sed cannot name by their line are left out of the decoys. */
export function knowTask(task: GymTask, textOf: (file: string) => string): KnownTask | null {
  const edit = (place: Mutation, toFault: boolean): SedEdit | null => {
    const breaking = sedOf(textOf(place.file), place, true);
    const mending = sedOf(textOf(place.file), place, false);
    if (breaking === null || mending === null) return null;
    const [command, undo] = toFault ? [breaking, mending] : [mending, breaking];
    return { file: place.file, line: place.line, command, undo };
  };
  const fix = edit(task.mutation, false);
  const decoys = task.decoys.flatMap((place) => edit(place, true) ?? []);
  return fix === null ? null : { task, fix, decoys };
}

/** The agent's next reply. `rng`: its chance at this step; the same numbers give the same reply. */
export function scriptedReply(
  known: KnownTask,
  skill: number,
  messages: readonly Message[],
  rng: Rng,
): string {
  const state = stateOf(known, stepsOf(messages));
  const isRight = rng() < skill;
  const choice = rng();
  const pick = rng;
  if (state.isGreen) return say("The tests pass now, so this is done.", `echo ${SUBMIT}`);
  if (state.isUntested) return say("See what the tests say to that.", known.task.test_command);
  if (!state.hasLooked && isRight) {
    return say("The trace leads to this part of the code.", view(known.fix));
  }
  if (!state.hasLooked && choice < LOOKS_ELSEWHERE) {
    return say("First an overview of the package.", "ls");
  }
  if (isRight) {
    const undone = state.broken.map(({ undo }) => undo);
    return say("This is where it goes wrong.", [...undone, known.fix.command].join(" && "));
  }
  const decoy = known.decoys[randomIndex(pick, Math.max(1, known.decoys.length))];
  if (choice < TRIES_WRONG && decoy !== undefined) {
    return say("This looks wrong; change it and see.", decoy.command);
  }
  if (choice < LOOKS_ON) {
    const at = decoy ?? known.fix;
    return say("Look at another part of it first.", view(at));
  }
  return say("That should do.", `echo ${SUBMIT}`);
}

/** How good a command is for the task, for judges that know it: 1 mends it, 0 breaks something, between them the rest. */
export function worthOf(known: KnownTask, command: string | null): number {
  if (command === null) return 0;
  if (command.includes(known.fix.command)) return 1;
  if (known.decoys.some((decoy) => command.includes(decoy.command))) return 0;
  if (command.includes(SUBMIT)) return GIVES_UP;
  if (command === view(known.fix) || command.includes(known.task.test_command)) return LOOKS_RIGHT;
  return LOOKS_AROUND;
}

// ---------------------------------------------------------------------------------------------

const LOOKS_ELSEWHERE = 0.4;
const TRIES_WRONG = 0.6;
const LOOKS_ON = 0.85;

const GIVES_UP = 0.1;
const LOOKS_AROUND = 0.4;
const LOOKS_RIGHT = 0.6;

const AROUND = 8;

const say = (thought: string, command: string): string =>
  `THOUGHT: ${thought}\n\n\`\`\`bash\n${command}\n\`\`\``;

const view = ({ file, line }: SedEdit): string =>
  `sed -n '${Math.max(1, line - AROUND)},${line + AROUND}p' ${file}`;

type State = {
  /** The last tests passed, and nothing was changed since. */
  readonly isGreen: boolean;
  /** Something was changed since the last tests. */
  readonly isUntested: boolean;
  readonly hasLooked: boolean;
  /** Places that were broken on the way and not mended again. */
  readonly broken: readonly SedEdit[];
};

function stateOf(known: KnownTask, steps: readonly GymStep[]): State {
  let isGreen = false;
  let isUntested = false;
  let hasLooked = false;
  const broken = new Set<SedEdit>();
  for (const { command, observation } of steps) {
    if (command === null) continue;
    for (const decoy of known.decoys) {
      if (command.includes(decoy.command)) broken.add(decoy);
      if (command.includes(decoy.undo)) broken.delete(decoy);
    }
    if (command.includes(known.task.test_command)) {
      isGreen = observation?.includes("<returncode>0</returncode>") === true;
      isUntested = false;
    } else if (CHANGES.test(command)) {
      isGreen = false;
      isUntested = true;
    } else hasLooked = true;
  }
  return { isGreen, isUntested, hasLooked: hasLooked || broken.size > 0, broken: [...broken] };
}

const CHANGES = /\bsed -i|>\s*[\w./]|\bpatch\b|\btee\b|\bgit apply\b|\bmv\b|\brm\b|\bcp\b/;

/** sed's way of saying a place: line, words, and which of several on the line. null: they overlap. */
function sedOf(text: string, place: Mutation, toFault: boolean): string | null {
  if (isReversal(place)) return sedOfLines(text, place, toFault);
  const from = text.lastIndexOf("\n", place.start - 1) + 1;
  const newline = text.indexOf("\n", place.end);
  const line = text.slice(from, newline === -1 ? text.length : newline);
  const column = place.start - from;
  const [old, fresh] = toFault ? [place.before, place.after] : [place.after, place.before];
  const held = toFault
    ? line
    : line.slice(0, column) + place.after + line.slice(column + place.before.length);
  if (old === "" || /[\n\r]/.test(held) || !/^[\w./+-]+$/.test(place.file)) return null;
  let n = 0;
  for (let at = held.indexOf(old); at !== -1; at = held.indexOf(old, at + old.length)) {
    n++;
    if (at === column) {
      const which = n === 1 ? "" : String(n);
      return `sed -i ${shellWord(`${place.line}s/${sedPattern(old)}/${sedText(fresh)}/${which}`)} ${place.file}`;
    }
    if (at > column) return null;
  }
  return null;
}

/** Whole lines for other whole lines: all of a fix between two releases. */
function sedOfLines(text: string, place: Mutation, toFault: boolean): string | null {
  const [old, fresh] = toFault ? [place.before, place.after] : [place.after, place.before];
  const isWhole = [old, fresh].every((lines) => lines === "" || lines.endsWith("\n"));
  // A fence would end the block that the command stands in.
  if (!isWhole || fresh.includes("```") || !/^[\w./+-]+$/.test(place.file)) return null;
  const last = place.line + old.split("\n").length - 2;
  const lines = fresh.replaceAll("\\", "\\\\").replace(/\n$/, "").replaceAll("\n", "\\\n");
  if (old !== "") {
    const said = fresh === "" ? "d" : `c\\\n${lines}`;
    return `sed -i ${shellWord(`${place.line},${last}${said}`)} ${place.file}`;
  }
  // Nothing stands there: before the line that is there now, or behind the last.
  const where = place.start >= text.length ? "$a" : `${place.line}i`;
  return `sed -i ${shellWord(`${where}\\\n${lines}`)} ${place.file}`;
}

const sedPattern = (text: string): string => text.replaceAll(/[\\/.*[\]^$]/g, "\\$&");
const sedText = (text: string): string => text.replaceAll(/[\\/&]/g, "\\$&");
const shellWord = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
