/** Node itself: an error nobody caught, and the test runner's readable form. */
import { lineAt, nextFilled, seek, seekBack } from "./log.ts";
import { categoryOfMessage, isException } from "./message.ts";
import type { Finding, Log } from "./types.ts";

/** `node --test --test-reporter=spec`, and into a terminal. */
export function readNodeSpec(log: Log): Finding | null {
  const heads = log.at("spec").filter((at) => SPEC.test(lineAt(log, at)));
  const tests = [...new Set(heads.flatMap((at) => SPEC.exec(lineAt(log, at))?.[1] ?? []))];
  for (const head of heads.slice(0, 50)) {
    const at = nextFilled(log, head + 1, 2);
    const text = lineAt(log, at).trim();
    if (at < 0 || /^(?:✖|✔|▶|ℹ|﹣|'\d+ subtests? failed')/.test(text)) continue;
    if (text === "'test failed'") {
      const found = uncaughtNear(log, Math.max(0, head - 400), head);
      if (found !== null) return { ...found, runner: "node --test", strength: "test", tests };
      continue;
    }
    if (lineAt(log, at).search(/\S/) <= lineAt(log, head).search(/\S/)) continue;
    const category = categoryOfMessage(text.replace(/^'/, ""));
    return { runner: "node --test", at, category, strength: "test", tests, ...frameBelow(log, at) };
  }
  return null;
}

/** A script that died of an error: the place, the source line, the error, its frames. */
export function readNode(log: Log): Finding | null {
  return uncaughtNear(log, 0, log.lines.length);
}

/** The first error with frames below it in [from, end); comment marks before its lines are passed over. */
export function uncaughtNear(log: Log, from: number, end: number): Finding | null {
  const [frame] = log
    .at("jsFrame")
    .concat(commentFrames(log))
    .filter((at) => at > from && at < end)
    .sort((a, b) => a - b);
  if (frame === undefined) return syntaxOnly(log, from, end);
  const at = seekBack(log, frame - 1, Math.min(60, frame - from), (line) => isNamed(plain(line)));
  if (at < 0) return null;
  const text = plain(lineAt(log, at));
  return {
    runner: "node",
    at,
    category: categoryOfMessage(text),
    strength: "build",
    ...frameBelow(log, at),
  };
}

/** The first frame under an error that lies in the project. */
export function frameBelow(log: Log, at: number): { file?: string; line?: number } {
  const frame = seek(log, at + 1, 60, (line) => {
    const found = FRAME.exec(line);
    return found !== null && !/^node:|node_modules/.test(found[1] ?? "");
  });
  const found = FRAME.exec(lineAt(log, frame));
  return found === null
    ? {}
    : { file: (found[1] ?? "").replace(/^file:\/\//, ""), line: Number(found[2]) };
}

// ---------------------------------------------------------------------------------------------

const SPEC = /^\s*✖ (.{1,300}?) \(\d[\d.]*ms\)$/;
const FRAME =
  /^\s*(?:# +)?(?:at |❯ |› |\()?(?:[^()\n]{0,200} )?\(?((?:file:\/\/)?[\w./@+-]{1,300}\.\w{1,5}):(\d+):\d+\)?$/;
const plain = (line: string): string => line.replace(/^\s*# ?/, "").trim();

/** "TypeError: x", "Error [ERR_X]: y", also a class of the project's own. */
const isNamed = (text: string): boolean =>
  isException(text) ||
  (/^[A-Z]\w{1,60}(?: \[\w+\])?: \S/.test(text) &&
    !/^(?:Expected|Received|Time|Tests|Snapshots)/.test(text));

function commentFrames(log: Log): readonly number[] {
  return log.at("perl").filter((at) => /^\s*# {2,}at /.test(lineAt(log, at)));
}

/** A module's SyntaxError may have no frame: "file:///a.mjs:1", the source, a caret, the error. */
function syntaxOnly(log: Log, from: number, end: number): Finding | null {
  const at = log
    .at("pyError")
    .find((one) => one >= from && one < end && /^\s*SyntaxError: /.test(lineAt(log, one)));
  if (at === undefined || seekBack(log, at - 1, 5, (line) => /^\s*\^+$/.test(line)) < 0)
    return null;
  if (seekBack(log, at - 1, 8, (line) => /^\s*File "/.test(line)) >= 0) return null;
  const category = categoryOfMessage(lineAt(log, at).trim());
  return { runner: "node", at, category, strength: "build" };
}
