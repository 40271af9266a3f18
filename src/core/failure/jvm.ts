/** JUnit 4 and 5, surefire and Maven's compiler, a Java program that died. */
import type { Category } from "./categories.ts";
import { ofJava } from "./compiler.ts";
import { lineAt, nextFilled, seek } from "./log.ts";
import { categoryOfMessage, isException } from "./message.ts";
import type { Finding, Log } from "./types.ts";

export function readJvm(log: Log): Finding | null {
  return (
    surefire(log) ??
    junit5(log) ??
    junit4(log) ??
    mavenCompiler(log) ??
    mavenOther(log) ??
    program(log)
  );
}

// ---------------------------------------------------------------------------------------------

const FRAME =
  /^\s*(?:at )?(?:[\w.$/]{1,300}?\/)?([\w.$]{1,300})\.[\w$<>]{1,100}\((\w[\w.]{0,120}\.(?:java|kt|scala)):(\d+)\)/;
const LIBRARY = /^(?:org\.(?:junit|opentest4j|hamcrest|apache\.maven)|java\.|jdk\.|sun\.|junit\.)/;

/** The first frame that is not JUnit's or Java's. */
function placeBelow(log: Log, at: number): { file?: string; line?: number } {
  const frame = seek(log, at + 1, 80, (line) => {
    const found = FRAME.exec(line);
    return found !== null && !LIBRARY.test(found[1] ?? "");
  });
  const found = FRAME.exec(lineAt(log, frame));
  return found === null ? {} : { file: found[2] ?? "", line: Number(found[3]) };
}

function raised(log: Log, runner: string, at: number, tests: readonly string[]): Finding {
  const text = lineAt(log, at).trim().replace(/^=> /, "").replace(CAUGHT, "");
  const isLimit = /\btimed out after\b|^org\.junit\.runners\.model\.TestTimedOut/.test(text);
  const category: Category = isLimit ? "timeout" : categoryOfMessage(text);
  return { runner, at, category, strength: "test", tests, ...placeBelow(log, at) };
}

/** "name(Class)  Time elapsed: … <<< FAILURE!", then the exception; else the summary's line. */
function surefire(log: Log): Finding | null {
  const heads = log.at("surefire").filter((at) => /<<< (?:FAILURE|ERROR)!/.test(lineAt(log, at)));
  const tests = heads.flatMap(
    (at) =>
      /^(?:\[ERROR\] )?\s*(\S{1,300}?) +(?:--)? ?Time elapsed/.exec(lineAt(log, at))?.[1] ?? [],
  );
  for (const head of heads.slice(0, 20)) {
    if (/Tests run: /.test(lineAt(log, head))) continue;
    const at = nextFilled(log, head + 1, 2);
    if (at >= 0 && !lineAt(log, at).startsWith("[")) return raised(log, "surefire", at, tests);
  }
  const row = log.at("maven").find((at) => SUMMARY.test(lineAt(log, at)));
  if (row !== undefined) {
    const text = SUMMARY.exec(lineAt(log, row))?.[1] ?? "";
    const name = text
      .replace(/^» /, "")
      .replace(/^(?:[\w.]+\.)?(\w+?)(?:Error|Exception)?\b.*$/, "$1Exception");
    const category = text.startsWith("»")
      ? ofShortName(text, name)
      : categoryOfMessage(text, "assertion");
    return { runner: "surefire", at: row, category, strength: "test", tests };
  }
  const died = log
    .at("maven")
    .find((at) =>
      /The forked VM terminated without|ExecutionException.{0,80}forked/.test(lineAt(log, at)),
    );
  if (died !== undefined)
    return { runner: "surefire", at: died, category: "runtime", strength: "test" };
  return null;
}

const SUMMARY = /^\[ERROR\] {3}(?!symbol:|location:)(?=[\w$]{1,200}[.:])\S{1,400} (» .+|\S.*)$/;

/** "» NullPointer", "» TestTimedOut": the summary cuts the name's end off. */
function ofShortName(text: string, name: string): Category {
  if (/^» \w*(?:Timeout|TimedOut)/.test(text)) return "timeout";
  if (/^» (?:Assertion|Comparison)/.test(text)) return "assertion";
  const asError = categoryOfMessage(`${name.replace(/Exception$/, "Error")}: x`);
  return asError === "runtime" ? categoryOfMessage(`${name}: x`) : asError;
}

/** The console launcher: "=> exception" in the list of failures, else the tree's "✘ message". */
function junit5(log: Log): Finding | null {
  const crosses = log.at("javaMark").filter((at) => TREE.test(lineAt(log, at)));
  const tests = crosses.flatMap((at) => TREE.exec(lineAt(log, at))?.[1] ?? []);
  const arrow = log
    .at("javaArrow")
    .find(
      (at) =>
        /^\s+=> \S/.test(lineAt(log, at)) &&
        /MethodSource|ClassSource|Source \[/.test(lineAt(log, at - 1)),
    );
  if (arrow !== undefined) return raised(log, "junit5", arrow, tests);
  // --details verbose shows the tree's exceptions by themselves.
  const caught = log.at("caught").find((at) => CAUGHT.test(lineAt(log, at)));
  if (caught !== undefined) return raised(log, "junit5", caught, tests);
  const [cross] = crosses;
  if (cross === undefined) return null;
  const text = TREE.exec(lineAt(log, cross))?.[2] ?? "";
  const isCompared = /expected: |==> /.test(text);
  const category = /timed out after/.test(text)
    ? "timeout"
    : categoryOfMessage(text, isCompared ? "assertion" : "runtime");
  return { runner: "junit5", at: cross, category, strength: "test", tests };
}

const CAUGHT = /^[ │├└─╷'+|-]{2,60}caught: /u;
const TREE = /^[ │├└─╷'+|-]{2,60}(\S.{0,300}?) (?:✘|\[X\]) (.+)$/u;

function junit4(log: Log): Finding | null {
  if (log.at("junit").length === 0) return null;
  const heads = log.at("numbered").filter((at) => /^\d\) \S.{0,300}\)$/.test(lineAt(log, at)));
  const tests = heads.map((at) => lineAt(log, at).slice(3));
  const [head] = heads;
  const at = head === undefined ? -1 : nextFilled(log, head + 1, 2);
  return at < 0 ? null : raised(log, "junit4", at, tests);
}

const MAVEN_ERROR = /^\[ERROR\] (\S{1,300}\.(?:java|kt)):\[(\d+),\d+\] (?:error: )?(.+)$/;

function mavenCompiler(log: Log): Finding | null {
  const at = log.at("maven").find((one) => MAVEN_ERROR.test(lineAt(log, one)));
  if (at === undefined) return null;
  const found = MAVEN_ERROR.exec(lineAt(log, at));
  return {
    runner: "javac",
    at,
    category: ofJava(found?.[3] ?? ""),
    strength: "build",
    file: found?.[1],
    line: Number(found?.[2]),
  };
}

function mavenOther(log: Log): Finding | null {
  const at = log
    .at("maven")
    .find((one) =>
      /^\[ERROR\] (?:Failed to execute goal(?!.*There are test failures)|Non-resolvable|Unknown lifecycle|The goal you specified|Could not (?:find|resolve)|Non-parseable|Malformed POM|No goals)/.test(
        lineAt(log, one),
      ),
    );
  if (at === undefined) return null;
  const isMissing =
    /Could not (?:resolve|find|transfer)|Non-resolvable|offline mode|No plugin found|requires a project/.test(
      lineAt(log, at),
    );
  return {
    runner: "maven",
    at,
    category: isMissing ? "environment" : "runtime",
    strength: "wrapper",
  };
}

/** A main that threw; a class that is not there. */
function program(log: Log): Finding | null {
  const [at] = log
    .at("javaThread")
    .filter((one) => /^(?:Exception in thread|Error: Could not find)/.test(lineAt(log, one)));
  if (at === undefined) return null;
  const text = lineAt(log, at).replace(/^Exception in thread ".{0,200}?" /, "");
  const category = text.startsWith("Error: Could not find") ? "import" : categoryOfMessage(text);
  return {
    runner: "java",
    at,
    category,
    strength: isException(text) ? "build" : "summary",
    ...placeBelow(log, at),
  };
}
