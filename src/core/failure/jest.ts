/** jest: the message under the first bullet, and what fails a run whose tests all pass. */
import type { Category } from "./categories.ts";
import { lineAt, nextFilled, seek } from "./log.ts";
import { categoryOfMessage } from "./message.ts";
import { frameBelow } from "./node.ts";
import type { Finding, Log } from "./types.ts";

export function readJest(log: Log): Finding | null {
  const bullets = log.at("bullet").filter((at) => isFailure(lineAt(log, at)));
  const names = bullets.map((at) => lineAt(log, at).trim().slice(2));
  const tests = [...new Set(names.filter((name) => name !== SUITE))];
  for (const bullet of bullets.slice(0, 20)) {
    const first = nextFilled(log, bullet + 1, 6);
    if (first < 0) continue;
    const found = underBullet(log, first, lineAt(log, bullet).includes(SUITE));
    return { runner: "jest", strength: "test", tests, ...found, ...frameBelow(log, found.at) };
  }
  const [coverage] = log.at("jest").filter((at) => /^\s*Jest: /.test(lineAt(log, at)));
  if (coverage !== undefined) return whole(coverage, "runtime");
  const [none] = log.at("jest").filter((at) => /No tests found/.test(lineAt(log, at)));
  if (none !== undefined) return whole(none, "runtime");
  return null;
}

// ---------------------------------------------------------------------------------------------

const SUITE = "Test suite failed to run";
const whole = (at: number, category: Category): Finding => ({
  runner: "jest",
  at,
  category,
  strength: "summary",
});

/** Not the captured console, nor an advice. */
function isFailure(line: string): boolean {
  return (
    /^\s*● \S/.test(line) &&
    !/● (?:Console$|Deprecation Warning|Validation Warning|Multiple configs)/.test(line)
  );
}

function underBullet(
  log: Log,
  first: number,
  isSuite: boolean,
): { at: number; category: Category } {
  const text = lineAt(log, first).trim();
  if (text.startsWith("expect(")) return { at: compared(log, first), category: "assertion" };
  if (/^thrown: "Exceeded timeout|^Exceeded timeout of/.test(text))
    return { at: first, category: "timeout" };
  if (/^Jest encountered an unexpected token|^Details:/.test(text)) {
    const at = seek(log, first, 60, (line) => /SyntaxError: /.test(line));
    return {
      at: at < 0 ? first : at,
      category: at < 0 ? "syntax" : categoryOfMessage(lineAt(log, at).trim()),
    };
  }
  if (isSuite && /^(?:SyntaxError|\S.{0,200}: (?:Unexpected|Missing|Unterminated))/.test(text)) {
    return { at: first, category: categoryOfMessage(text, "syntax") };
  }
  if (isSuite && TS_DIAGNOSTIC.test(text)) return { at: first, category: "attribute_type" };
  return { at: first, category: categoryOfMessage(text) };
}

/** ts-jest shows what the compiler said. */
const TS_DIAGNOSTIC = /:\d+:\d+ - error TS\d+:/;

/** Of an expectation, the line with what came instead; a diff's first line of it. */
function compared(log: Log, first: number): number {
  const end = seek(log, first + 1, 80, (line) => /^\s*(?:>?\s*\d+ \|| +at )/.test(line));
  const reach = (end < 0 ? first + 80 : end) - first - 1;
  const value = seek(log, first + 1, reach, (line) => /^\s*Received[^:]{0,40}: /.test(line));
  if (value >= 0) return value;
  const legend = seek(log, first + 1, reach, (line) => /^\s*\+ Received/.test(line));
  const added =
    legend < 0
      ? -1
      : seek(log, legend + 1, reach - (legend - first), (line) => /^\s*\+ /.test(line));
  return added < 0 ? first : added;
}
