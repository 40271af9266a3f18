/** go build, vet and test; events of `-json` were turned into their output before. */
import type { Category } from "./categories.ts";
import { lineAt, nextFilled, seek, seekBack } from "./log.ts";
import { categoryOfMessage } from "./message.ts";
import type { Finding, Log } from "./types.ts";

export function readGo(log: Log): Finding | null {
  const tests = log.at("goFail").flatMap((at) => FAIL.exec(lineAt(log, at))?.[1] ?? []);
  const found = testFailure(log) ?? panicked(log) ?? notBuilt(log) ?? exited(log);
  return found === null ? null : { ...found, tests };
}

// ---------------------------------------------------------------------------------------------

const FAIL = /^\s*--- FAIL: (\S{1,300})/;
const MESSAGE = /^\s+([\w./-]{1,200}\.go):(\d+): ?(.*)$/;
const BUILD = /^(?:vet: )?(\S{1,300}\.go):(\d+)(?::\d+)?: (.+)$/;

const go = (at: number, category: Category, strength: Finding["strength"] = "test"): Finding => ({
  runner: "go test",
  at,
  category,
  strength,
});

/** The first message of the first failing test: below its line, or with -v above it. */
function testFailure(log: Log): Finding | null {
  const [first] = log.at("goFail");
  if (first === undefined) return null;
  const below = seek(
    log,
    first + 1,
    400,
    (line) => ENDS.test(line) || MESSAGE.test(line) || /^got:$/.test(line),
  );
  if (below >= 0 && lineAt(log, below) === "got:") {
    const got = nextFilled(log, below + 1, 3);
    return go(got < 0 ? below : got, "assertion");
  }
  if (below >= 0 && MESSAGE.test(lineAt(log, below))) return messageAt(log, below);
  if (below >= 0 && /^(?:panic: |fatal error: )/.test(lineAt(log, below))) return null;
  const run = seekBack(log, first - 1, 400, (line) => /^\s*=== (?:RUN|CONT)/.test(line));
  const above = run < 0 ? -1 : seek(log, run + 1, first - run - 1, (line) => MESSAGE.test(line));
  if (above >= 0) return messageAt(log, above);
  const near = run < 0 ? seekBack(log, first - 1, 5, (line) => MESSAGE.test(line)) : -1;
  return near < 0 ? null : messageAt(log, near);
}

const ENDS = /^(?:FAIL\b|panic: |fatal error: |ok\s|=== RUN|PASS$|exit status)/;

function messageAt(log: Log, at: number): Finding {
  const found = MESSAGE.exec(lineAt(log, at));
  const place = { file: found?.[1], line: Number(found?.[2]) };
  const text = (found?.[3] ?? "").trim();
  const error = seek(log, at, 12, (line) => /^\s*Error:\s+\S/.test(line));
  if ((text === "" || text.startsWith("Error Trace:")) && error >= 0) {
    return { ...go(error, "assertion"), ...place };
  }
  const shown = text === "" ? nextFilled(log, at + 1, 3) : at;
  return { ...go(shown < 0 ? at : shown, ofMessage(text)), ...place };
}

/** What a test says is its own assertion, but for the race detector and the machine. */
function ofMessage(text: string): Category {
  if (text.startsWith("race detected during execution")) return "runtime";
  const said = categoryOfMessage(`Error: ${text}`, "assertion");
  return said === "environment" && !/\b(?:want|expected|got)\b/i.test(text) ? said : "assertion";
}

function panicked(log: Log): Finding | null {
  const at = log.at("goPanic").find((one) => /^(?:panic|fatal error): /.test(lineAt(log, one)));
  if (at === undefined) return null;
  const text = lineAt(log, at);
  const isLimit = text.startsWith("panic: test timed out after");
  const frame = /^\s+(\S{1,300}_test\.go|\/(?!usr\/)\S{1,300}\.go):(\d+)/;
  const place = frame.exec(
    lineAt(
      log,
      seek(log, at, 80, (line) => frame.test(line)),
    ),
  );
  const category = categoryOfMessage(text.replace(/^(?:panic|fatal error): /, ""));
  return {
    ...go(at, isLimit ? "timeout" : category === "environment" ? "environment" : "runtime"),
    ...(place === null ? {} : { file: place[1], line: Number(place[2]) }),
  };
}

/** What the compiler, vet or the module loader says. */
function notBuilt(log: Log): Finding | null {
  const at = log
    .at("place")
    .concat(log.at("goPackage"))
    .sort((a, b) => a - b)
    .find((one) => BUILD.test(lineAt(log, one)));
  if (at !== undefined) {
    const found = BUILD.exec(lineAt(log, at));
    const category = ofBuild(found?.[3] ?? "");
    return { ...go(at, category, "build"), file: found?.[1], line: Number(found?.[2]) };
  }
  const said = log.at("goPackage").find((one) => TOOL.test(lineAt(log, one)));
  if (said === undefined) return null;
  const isMissing =
    /cannot find (?:package|module)|no required module|is not in (?:GOROOT|std)|finding module/.test(
      lineAt(log, said),
    );
  return go(said, isMissing ? "import" : "environment", "build");
}

const TOOL =
  /^(?:go: (?!downloading |extracting |found |upgraded |added )\S|pattern \S+: |no required module provides|package \S+ is not in )/;

function ofBuild(text: string): Category {
  if (
    /^(?:syntax error|expected |missing '|illegal character|unexpected |imported and not used|.{1,100} declared (?:but|and) not used|".{1,200}" imported and not used|non-declaration statement|.{0,60}literal not terminated)/.test(
      text,
    )
  )
    return "syntax";
  return /cannot find (?:package|module)|no required module|is not in (?:GOROOT|std)|import cycle|could not import|cannot query module/.test(
    text,
  )
    ? "import"
    : "attribute_type";
}

/** TestMain, or a program that ended itself: the line before the package's own. */
function exited(log: Log): Finding | null {
  const end = log
    .at("goPackage")
    .find((at) => /^FAIL\t\S+\s+(?:[\d.]+s|\[(?:build|setup) failed\])/.test(lineAt(log, at)));
  if (end === undefined) return null;
  const at = seekBack(
    log,
    end - 1,
    20,
    (line) => line.trim() !== "" && !/^(?:FAIL|PASS|exit status|coverage:|=== )/.test(line),
  );
  if (at < 0) return null;
  const text = lineAt(log, at).trim();
  return go(at, categoryOfMessage(text), "summary");
}
