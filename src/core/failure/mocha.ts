/** mocha, ava and jasmine: the error under the first numbered or titled failure. */
import { lineAt, nextFilled, seek } from "./log.ts";
import { categoryOfMessage, isException } from "./message.ts";
import { frameBelow, uncaughtNear } from "./node.ts";
import type { Finding, Log } from "./types.ts";

export function readMocha(log: Log): Finding | null {
  const [load] = log.at("mochaLoad");
  if (load !== undefined) {
    const text = lineAt(log, load).trim().replace("Exception during run: ", "");
    const below = isException(text) ? null : uncaughtNear(log, load, load + 40);
    if (below !== null) return { ...below, runner: "mocha", strength: "test" };
    return {
      runner: "mocha",
      at: load,
      category: categoryOfMessage(text),
      strength: "test",
      ...frameBelow(log, load),
    };
  }
  const count = log.at("failing").find((at) => /^\s*\d+ failing$/.test(lineAt(log, at)));
  if (count === undefined) return null;
  const head = log.at("numbered").find((at) => at > count);
  if (head === undefined) return null;
  const title = seek(log, head, 8, (line) => line.endsWith(":"));
  const at = title < 0 ? -1 : nextFilled(log, title + 1, 4);
  if (at < 0) return null;
  const names = log
    .at("numbered")
    .filter((one) => one > count)
    .map((one) => titleOf(log, one));
  const text = lineAt(log, at).trim();
  return {
    runner: "mocha",
    at,
    category: categoryOfMessage(text),
    strength: "test",
    tests: names,
    ...frameBelow(log, at),
  };
}

export function readJasmine(log: Log): Finding | null {
  const [message] = log.at("message");
  if (message === undefined) return null;
  const at = nextFilled(log, message + 1, 3);
  if (at < 0) return null;
  const text = lineAt(log, at).trim();
  const category = categoryOfMessage(text, text.startsWith("Expected ") ? "assertion" : "runtime");
  const isLimit = /Timeout - Async function did not complete/.test(text);
  const tests = log.at("numbered").map((one) => lineAt(log, one).trim().slice(3));
  return {
    runner: "jasmine",
    at,
    category: isLimit ? "timeout" : category,
    strength: "test",
    tests,
    ...frameBelow(log, at),
  };
}

/** AVA lists its failures first ("✘ [fail]: name") and details them below. */
export function readAva(log: Log): Finding | null {
  const crosses = log.at("spec").filter((at) => /^\s*✘ /.test(lineAt(log, at)));
  if (crosses.length === 0) return null;
  const tests = crosses.flatMap(
    (at) => /✘ \[fail\]: (.{1,300}?)(?: .{1,80}| \(.{1,20}\))?$/.exec(lineAt(log, at))?.[1] ?? [],
  );
  const limit = crosses.find((at) => /✘ Timed out while running tests/.test(lineAt(log, at)));
  if (limit !== undefined)
    return { runner: "ava", at: limit, category: "timeout", strength: "test", tests };
  const first = crosses[0] ?? 0;
  const told = seek(log, first, 3000, (line) => AVA_REASON.test(line));
  if (told >= 0) return { ...detail(log, told), tests };
  const uncaught = uncaughtNear(log, first, log.lines.length);
  if (uncaught !== null) return { ...uncaught, runner: "ava", strength: "test", tests };
  return {
    runner: "ava",
    at: first,
    category: tests.length > 0 ? "assertion" : "runtime",
    strength: "wrapper",
    tests,
  };
}

// ---------------------------------------------------------------------------------------------

/** The suite's and the test's names, a line each, up to the one that ends with a colon. */
function titleOf(log: Log, from: number): string {
  const end = seek(log, from, 8, (line) => line.endsWith(":"));
  const lines = log.lines.slice(from, Math.max(from, end) + 1).map((line) => line.trim());
  return lines.join(" ").slice("1) ".length).replace(/:$/, "");
}

const AVA_REASON =
  /^\s*(?:Difference(?: \(.{1,60}\))?:|Error thrown in (?:test|hook)|Rejected promise returned by test|Value (?:is not|must|does)|Values are |Function returned|Promise resolved|Test (?:finished|was never)|Did not match snapshot|Error:$)/;

function detail(log: Log, told: number): Finding {
  const text = lineAt(log, told);
  if (!/Error thrown|Rejected promise|^\s*Error:$/.test(text)) {
    return {
      runner: "ava",
      at: told,
      category: "assertion",
      strength: "test",
      ...frameBelow(log, told),
    };
  }
  const error = seek(log, told + 1, 40, (line) => isException(line.trim()));
  const message = seek(log, told + 1, 40, (line) => /^\s*message: /.test(line));
  const at = message >= 0 ? message : error >= 0 ? error : told;
  const name = /^\s*([\w.]+)/.exec(lineAt(log, error))?.[1] ?? "";
  const said = lineAt(log, at)
    .trim()
    .replace(/^message: ['"`]?/, "");
  const category = categoryOfMessage(said.startsWith(name) ? said : `${name || "Error"}: ${said}`);
  return { runner: "ava", at, category, strength: "test", ...frameBelow(log, told) };
}
