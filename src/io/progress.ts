/**
 * What a person sees of a running stage, on stderr: on a terminal a bar that is drawn again in
 * place, elsewhere (logs, CI) a line every ten seconds and one at the end.
 */
import type { Usage } from "../records/run-info.ts";
import type { Expected, Progress } from "../work.ts";

export type ProgressOptions = {
  readonly out: {
    write(text: string): unknown;
    readonly isTTY?: boolean;
    readonly columns?: number;
  };
  readonly now: () => Date;
};

const LINE_EVERY_MS = 10_000;
const BAR_EVERY_MS = 200;
const BAR_WIDTH = 24;

/** `out`: process.stderr, so that stdout stays free for --json. */
export function makeProgress({ out, now }: ProgressOptions): Progress {
  const bar = out.isTTY === true;
  let state: State | null = null;
  let timer: NodeJS.Timeout | null = null;

  const draw = (): void => {
    if (state === null) return;
    const text = describe(state, now().getTime());
    if (!bar) out.write(`${text}\n`);
    // Erase the line, and keep within the width: a line that wraps cannot be drawn over.
    else out.write(`\r\x1b[2K${fitted(drawBar(state), text, (out.columns ?? 100) - 1)}`);
  };

  return {
    begin(label, total, done = 0) {
      state = {
        label,
        expected: typeof total === "number" ? () => ({ count: total, exact: true }) : total,
        done,
        before: done,
        failures: 0,
        fault: "",
        calls: 0,
        tokens: 0,
        usd: 0,
        unpriced: 0,
        out: 0,
        startedMs: now().getTime(),
        words: "",
      };
      timer = setInterval(draw, bar ? BAR_EVERY_MS : LINE_EVERY_MS).unref();
      if (bar) draw();
    },
    step() {
      if (state !== null) state.done++;
    },
    tail(words) {
      if (state !== null) state.words = words;
    },
    spent(usage: Usage, usd, fault) {
      if (state === null) return;
      state.calls++;
      state.tokens += usage.prompt_tokens + usage.completion_tokens;
      if (usd === null) state.unpriced++;
      else state.usd += usd;
      if (fault === null) return;
      state.failures++;
      state.fault = fault;
    },
    out() {
      if (state !== null) state.out++;
    },
    note(line) {
      out.write(bar && state !== null ? `\r\x1b[2K${line}\n` : `${line}\n`);
      if (bar) draw();
    },
    end() {
      if (timer !== null) clearInterval(timer);
      draw();
      if (bar && state !== null) out.write("\n");
      state = null;
      timer = null;
    },
  };
}

/** Says nothing: for tests and for stages that a person does not watch. */
export const silent: Progress = { begin() {}, step() {}, spent() {}, note() {}, end() {} };

// ---------------------------------------------------------------------------------------------

type State = {
  readonly label: string;
  readonly expected: () => Expected;
  /** Items that were there when the stage began: they say nothing of its rate. */
  readonly before: number;
  readonly startedMs: number;
  done: number;
  failures: number;
  /** Why the last of them failed. */
  fault: string;
  calls: number;
  tokens: number;
  usd: number;
  unpriced: number;
  /** Items that wait for an answer of a later run. */
  out: number;
  /** What the stage says of where it is. */
  words: string;
};

function describe(state: State, nowMs: number): string {
  const { label, expected, done, before } = state;
  const { count: total, exact } = expected();
  const seconds = Math.max(0.001, (nowMs - state.startedMs) / 1000);
  const rate = (done - before) / seconds;
  const here = total - done - state.out;
  const left = rate > 0 && here > 0 ? `, ${duration(here / rate)} left` : "";
  const out = state.out === 0 ? "" : `, ${state.out} out`;
  const said = state.calls === 0 ? "" : `, ${callsOf(state)}`;
  const tail = state.words === "" ? "" : `, ${state.words}`;
  return `${label} ${done}/${exact ? "" : "~"}${total}${paceOf(rate)}${said}${tail}${out}${left}`;
}

/** @param rate items a second; a slow one is told by the minute, and of none there is nothing to tell */
function paceOf(rate: number): string {
  if (rate === 0) return "";
  return rate < 0.1 ? `, ${(rate * 60).toFixed(1)}/min` : `, ${rate.toFixed(1)}/s`;
}

/** What the calls came to; a stage that has made none says nothing of them. */
function callsOf({ failures, fault, tokens, usd, unpriced }: State): string {
  const money =
    unpriced === 0 ? `$${usd.toFixed(2)}` : usd > 0 ? `$${usd.toFixed(2)} + unpriced` : "unpriced";
  const last = fault === "" ? "" : ` (last: ${fault})`;
  return `${failures} failed call${failures === 1 ? "" : "s"}${last}, ${count(tokens)} tokens, ${money}`;
}

/** The bar goes before a word does: time left and cost stand at the end. */
function fitted(bar: string, text: string, columns: number): string {
  const whole = `${bar} ${text}`;
  return whole.length <= columns ? whole : text.slice(0, columns);
}

function drawBar({ done, expected }: State): string {
  const total = expected().count;
  const filled = total === 0 ? BAR_WIDTH : Math.round((Math.min(done, total) / total) * BAR_WIDTH);
  return `[${"#".repeat(filled)}${".".repeat(BAR_WIDTH - filled)}]`;
}

function count(n: number): string {
  if (n < 10_000) return String(n);
  return n < 10_000_000 ? `${(n / 1000).toFixed(0)}k` : `${(n / 1_000_000).toFixed(1)}M`;
}

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5400 ? `${Math.ceil(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
