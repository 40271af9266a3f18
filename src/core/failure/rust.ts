/** cargo, rustc and doctests: a panic's message, an error's first line. */
import type { Category } from "./categories.ts";
import { lineAt, nextFilled, seek } from "./log.ts";
import { categoryOfMessage } from "./message.ts";
import type { Finding, Log } from "./types.ts";

export function readRust(log: Log): Finding | null {
  const tests = log
    .at("rustTest")
    .flatMap((at) => /^---- (.{1,300}) stdout ----$/.exec(lineAt(log, at))?.[1] ?? []);
  const found = panicked(log) ?? ofTest(log) ?? notBuilt(log) ?? ended(log);
  return found === null ? null : { ...found, tests };
}

// ---------------------------------------------------------------------------------------------

const rust = (at: number, category: Category, strength: Finding["strength"] = "test"): Finding => ({
  runner: "cargo test",
  at,
  category,
  strength,
});

const HEADER =
  /^\s*(?:# )?thread '.{0,300}?'(?: \(\d+\))? panicked at (?:'(.{0,600})', )?(\S{1,300}?):(\d+):\d+:?$/;

function panicked(log: Log): Finding | null {
  const at = log.at("panicked").find((one) => HEADER.test(lineAt(log, one)));
  if (at === undefined) return overflowed(log);
  const found = HEADER.exec(lineAt(log, at));
  const place = { file: found?.[2], line: Number(found?.[3]) };
  const old = found?.[1];
  const next = old === undefined ? nextFilled(log, at + 1, 3) : at;
  const shown = next < 0 ? at : next;
  const text = old ?? lineAt(log, shown).trim();
  return { ...rust(shown, ofPanic(text)), ...place };
}

function ofPanic(text: string): Category {
  if (/^assertion (?:failed|`)/.test(text)) return "assertion";
  const said = categoryOfMessage(`panic: ${text}`, "runtime", "Panic");
  return said === "environment" ? "environment" : "runtime";
}

function overflowed(log: Log): Finding | null {
  const [at] = log.at("overflowed");
  return at === undefined ? null : rust(at, "runtime");
}

/** A test that returned an error, or did not panic as it should. */
function ofTest(log: Log): Finding | null {
  const should = log
    .at("rustTest")
    .find((at) => lineAt(log, at).startsWith("note: test did not panic"));
  if (should !== undefined) return rust(should, "assertion");
  const head = log.at("rustTest").find((at) => /^---- .{1,300} stdout ----$/.test(lineAt(log, at)));
  const isTest =
    head !== undefined ||
    log.at("rustTest").some((at) => lineAt(log, at).startsWith("test result: FAILED"));
  if (!isTest) return null;
  const error = log
    .at("rustTest")
    .find((at) => at > (head ?? -1) && lineAt(log, at).startsWith("Error: "));
  if (error === undefined) return null;
  const category = categoryOfMessage(lineAt(log, error));
  return rust(error, category === "environment" ? category : "runtime");
}

const ECHO =
  /^error: (?:test failed|doctest failed|could not compile|aborting due to|build failed|process didn't exit|\d+ targets? failed|bench failed|failed to run custom|[a-z0-9_.-]{1,80}: )/;

function notBuilt(log: Log): Finding | null {
  const isCargo = isRust(log);
  const at = log.at("rustError").find((one) => {
    const line = lineAt(log, one);
    return (
      /^error(?:\[E\d{4}\])?: /.test(line) &&
      !ECHO.test(line) &&
      (isCargo || line.startsWith("error[E"))
    );
  });
  if (at === undefined) return null;
  const place = /^\s*--> (.{1,300}?):(\d+):\d+$/;
  const where = place.exec(
    lineAt(
      log,
      seek(log, at + 1, 6, (line) => place.test(line)),
    ),
  );
  return {
    ...rust(at, ofError(lineAt(log, at), where !== null), "build"),
    ...(where === null ? {} : { file: where[1], line: Number(where[2]) }),
  };
}

/** rustc's and cargo's `error:` is git's too: something else has to be theirs. */
function isRust(log: Log): boolean {
  return log
    .at("rustError")
    .some(
      (at) =>
        seek(log, at + 1, 3, (line) =>
          /^\s*(?:--> \S|\|$|location searched: |required by package)/.test(line),
        ) >= 0 ||
        /^error: (?:could not compile|test failed|no matching package|failed to (?:get|download|parse manifest|load source|select a version)|could not find `Cargo|linking with|no (?:test|bin|example) target|package `|manifest path|no such command)/.test(
          lineAt(log, at),
        ),
    );
}

function ofError(line: string, hasPlace: boolean): Category {
  if (/^error\[E0(?:432|433|463|583|460|461|462)\]/.test(line)) return "import";
  if (line.startsWith("error[E")) return "attribute_type";
  if (/^error: (?:linking with|couldn't read|no such file)/.test(line)) return "import";
  if (/^error: (?:cannot find|no rules expected|use of undeclared|unresolved)/.test(line))
    return "attribute_type";
  if (
    /^error: (?:expected|unexpected|unclosed|mismatched|this file contains|unknown start|unterminated|missing|invalid|`|prefix|unmatched|found|macro expansion|unknown prefix|incorrect|leading|character|consider)/.test(
      line,
    )
  ) {
    return "syntax";
  }
  return hasPlace ? "attribute_type" : "environment";
}

/** The test process died, or all that is left is the count. */
function ended(log: Log): Finding | null {
  const died = log
    .at("rustTest")
    .find((at) => /process didn't exit successfully: /.test(lineAt(log, at)));
  if (died !== undefined) return rust(died, "runtime", "summary");
  const [result] = log
    .at("rustTest")
    .filter((at) => lineAt(log, at).startsWith("test result: FAILED"));
  if (result === undefined) return null;
  const side = seek(log, 0, 20_000, (line) => /^ {1,4}(?:left|right): /.test(line));
  if (side >= 0) return rust(side, "assertion", "summary");
  const test = seek(log, 0, 20_000, (line) => /^\S.{0,300} (?:\.\.\.|---) FAILED$/.test(line));
  return test < 0 ? null : rust(test, "runtime", "wrapper");
}
