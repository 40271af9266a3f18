/** rspec, minitest, test-unit and ruby itself. */
import type { Category } from "./categories.ts";
import { lineAt, nextFilled, seek } from "./log.ts";
import { categoryOfMessage, exceptionOf, isException } from "./message.ts";
import type { Finding, Log } from "./types.ts";

export function readRuby(log: Log): Finding | null {
  return rspec(log) ?? minitest(log) ?? testUnit(log) ?? ruby(log);
}

// ---------------------------------------------------------------------------------------------

/** "Failure/Error: source", a blank, then an expectation or an exception with its message below. */
function rspec(log: Log): Finding | null {
  const head = log.at("rspec").find((at) => /^\s*Failure\/Error:/.test(lineAt(log, at)));
  const tests = log
    .at("rspec")
    .flatMap((at) => /^rspec (\S{1,300})(?: # .*)?$/.exec(lineAt(log, at))?.[1] ?? []);
  if (head === undefined) return rspecOutside(log);
  const end = seek(log, head + 1, 60, (line) => /^\s*# \S{1,300}:\d+/.test(line));
  const reach = (end < 0 ? head + 60 : end) - head - 1;
  const place = /^\s*# (\S{1,300}?):(\d+)/.exec(lineAt(log, end));
  const where = place === null ? {} : { file: place[1], line: Number(place[2]) };
  const of = (at: number, category: Category): Finding => ({
    runner: "rspec",
    at,
    category,
    strength: "test",
    tests,
    ...where,
  });
  const got = seek(log, head + 1, reach, (line) => /^\s+got: /.test(line));
  if (got >= 0) return of(got, "assertion");
  const named = seek(log, head + 1, reach, (line) => /^\s*(?:[A-Z]\w*(?:::)?)+:$/.test(line));
  if (named >= 0) {
    const name = lineAt(log, named).trim().replace(/:$/, "");
    const at = nextFilled(log, named + 1, 3);
    const text = lineAt(log, at).trim();
    const syntax = seek(log, named + 1, reach - (named - head), (line) =>
      /: syntax errors? |^\s*unexpected .{1,80}(?:expecting|;)/.test(line),
    );
    if (name === "SyntaxError" && syntax >= 0) return of(syntax, "syntax");
    return of(at < 0 ? named : at, categoryOfMessage(`${name}: ${text}`, "runtime", name));
  }
  const blank = seek(log, head, reach + 1, (line) => line.trim() === "");
  // A message of one line stands right under the source.
  const said = nextFilled(log, (blank < 0 ? head : blank) + 1, 4);
  return of(said >= 0 && said < head + 1 + reach ? said : head, "assertion");
}

function rspecOutside(log: Log): Finding | null {
  const [head] = log
    .at("rspec")
    .filter((at) => lineAt(log, at).startsWith("An error occurred while loading"));
  if (head === undefined) return null;
  const named = seek(log, head + 1, 4, (line) => /^(?:[A-Z]\w*(?:::)?)+:$/.test(line.trim()));
  const said = named < 0 ? -1 : nextFilled(log, named + 1, 3);
  if (said < 0) return { runner: "rspec", at: head, category: "import", strength: "summary" };
  const name = lineAt(log, named).trim().slice(0, -1);
  const category = categoryOfMessage(`${name}: ${lineAt(log, said).trim()}`, "runtime", name);
  return { runner: "rspec", at: said, category, strength: "test" };
}

/** "  1) Failure:", the test with its place, then what was expected and what came. */
function minitest(log: Log): Finding | null {
  const heads = log
    .at("minitest")
    .filter((at) => /^\s*\d+\) (?:Failure|Error):$/.test(lineAt(log, at)));
  const [head] = heads;
  if (head === undefined) return null;
  const tests = heads.map((at) =>
    lineAt(log, at + 1)
      .replace(/ \[.*$|:$/, "")
      .trim(),
  );
  const below = nextFilled(log, head + 1, 2);
  const first = isException(lineAt(log, below)) ? below : nextFilled(log, head + 2, 3);
  if (first < 0 || /^\d+ runs, /.test(lineAt(log, first))) return null;
  const isError = lineAt(log, head).endsWith("Error:");
  const actual = isError ? -1 : seek(log, first, 8, (line) => /^\s*Actual: /.test(line));
  const place =
    /\[(\S{1,300}?):(\d+)\]:?$/.exec(lineAt(log, head + 1)) ??
    BACKTRACE.exec(
      lineAt(
        log,
        seek(log, first, 4, (line) => BACKTRACE.test(line)),
      ),
    );
  const text = lineAt(log, first).trim();
  return {
    runner: "minitest",
    at: actual < 0 ? first : actual,
    category: isError ? categoryOfMessage(text) : "assertion",
    strength: "test",
    tests,
    ...(place === null ? {} : { file: place[1], line: Number(place[2]) }),
  };
}

const BACKTRACE = /^\s+(\S{1,300}?):(\d+):in /;

/** "Failure: test_x(T)" under a rule of "=", source, then `<"a"> expected but was`, `<"b">`. */
function testUnit(log: Log): Finding | null {
  const heads = log
    .at("testUnit")
    .filter(
      (at) =>
        /^(?:Failure|Error): \S{1,200}\(.{1,200}\)/.test(lineAt(log, at)) &&
        /^={20,}$/.test(lineAt(log, at - 1)),
    );
  const [head] = heads;
  if (head === undefined) return null;
  const tests = heads.flatMap(
    (at) => /^\w+: (\S{1,200}\(.{1,200}?\))/.exec(lineAt(log, at))?.[1] ?? [],
  );
  const line = lineAt(log, head);
  const place = /^(\S{1,300}?):(\d+):in /.exec(lineAt(log, head + 1));
  const where = place === null ? {} : { file: place[1], line: Number(place[2]) };
  if (line.startsWith("Error: ")) {
    const text = line.replace(/^Error: \S{1,200}\(.{1,200}?\): /, "");
    return {
      runner: "test-unit",
      at: head,
      category: categoryOfMessage(text),
      strength: "test",
      tests,
      ...where,
    };
  }
  const end = seek(log, head + 1, 80, (one) => /^={20,}$/.test(one));
  const reach = (end < 0 ? head + 80 : end) - head;
  const lead = seek(log, head + 1, reach, (one) => /^\s*<.*(?: expected| but was)/.test(one));
  const value = lead < 0 ? -1 : seek(log, lead + 1, 3, (one) => /^\s*</.test(one));
  const said =
    lead >= 0
      ? lead
      : seek(
          log,
          head + 1,
          reach,
          (one) => /^\s*\S/.test(one) && !/^\S+:\d+:in |^\s*(?:=> )?\d+: |^={20,}/.test(one),
        );
  return {
    runner: "test-unit",
    at: value >= 0 ? value : Math.max(said, head),
    category: "assertion",
    strength: "test",
    tests,
    ...where,
  };
}

const RUBY =
  /^(\S{1,300}?\.(?:rb|ru|gemspec)|<internal:[^>\n]{1,200}>|Rakefile|Gemfile|-e):(\d+):(?:in [`'].{0,200}': )?(.+)$/;

/** "t.rb:3:in `f': message (NameError)", or a file that does not parse. */
function ruby(log: Log): Finding | null {
  const at = log
    .at("place")
    .concat(internal(log))
    .sort((a, b) => a - b)
    .find((one) => {
      const found = RUBY.exec(lineAt(log, one));
      return (
        found !== null &&
        /\((?:[A-Z]\w*(?:::)?)+\)$|^\s*syntax error|: syntax error/.test(found[3] ?? "")
      );
    });
  if (at === undefined) return null;
  const found = RUBY.exec(lineAt(log, at));
  const text = found?.[3] ?? "";
  const name = /\(((?:[A-Z]\w*(?:::)?)+)\)$/.exec(text)?.[1] ?? exceptionOf(text);
  const isSyntax = /syntax error/.test(text);
  const category = isSyntax ? "syntax" : categoryOfMessage(`${name}: ${text}`, "runtime", name);
  return {
    runner: "ruby",
    at,
    category,
    strength: "build",
    file: found?.[1],
    line: Number(found?.[2]),
  };
}

/** Ruby's own loader stands in front as "<internal:…>:85:in". */
function internal(log: Log): readonly number[] {
  const at = seek(log, 0, 200, (line) => line.startsWith("<internal:"));
  return at < 0 ? [] : [at];
}
