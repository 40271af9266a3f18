/** TAP: node --test into a pipe, tape, tap. Bats and Perl write TAP too, and have readers of their own. */
import type { Category } from "./categories.ts";
import { lineAt, seek } from "./log.ts";
import { categoryOfMessage, isException } from "./message.ts";
import { uncaughtNear } from "./node.ts";
import type { Finding, Log } from "./types.ts";

export function readTap(log: Log): Finding | null {
  const points = log
    .at("notOk")
    .filter((at) => POINT.test(lineAt(log, at)) && !EXCUSED.test(lineAt(log, at)));
  const tests = points.map((at) =>
    (POINT.exec(lineAt(log, at))?.[1] ?? "").replace(/ # time=.*$/, ""),
  );
  let hasYaml = false;
  for (const point of points.slice(0, 50)) {
    const yaml = yamlOf(log, point);
    if (yaml === null) continue;
    hasYaml = true;
    const found = yaml.has("failureType")
      ? nodePoint(log, point, yaml)
      : otherPoint(log, point, yaml);
    if (found !== null) return { ...found, tests };
  }
  if (hasYaml) return fileFailure(log, points[0] ?? 0);
  return log.at("notOk").length === 0 ? orphan(log) : null;
}

// ---------------------------------------------------------------------------------------------

const POINT = /^\s*not ok \d+(?: - | )?(.*)$/;
const EXCUSED = / # (?:TODO|SKIP)\b/i;

type Yaml = ReadonlyMap<string, { readonly value: string; readonly at: number }>;

/** The diagnostic block behind a point: its keys, each with its line. */
function yamlOf(log: Log, point: number): Yaml | null {
  if (lineAt(log, point + 1).trim() !== "---") return null;
  return keysFrom(log, point + 2, lineAt(log, point + 1).search(/\S/));
}

/** A block whose head was cut off: node's keys are known by the failure's type or code. */
function orphan(log: Log): Finding | null {
  const at = log.at("tapYaml").find((one) => /^\s+error: /.test(lineAt(log, one)));
  if (at === undefined) return null;
  const yaml = keysFrom(log, at, lineAt(log, at).search(/\S/));
  return yaml.has("code") && yaml.has("stack") ? nodePoint(log, at, yaml) : null;
}

function keysFrom(log: Log, from: number, indent: number): Yaml {
  const keys = new Map<string, { value: string; at: number }>();
  seek(log, from, 400, (line, at) => {
    if (line.trim() === "..." && line.search(/\S/) <= indent) return true;
    const pair = /^(\s*)([A-Za-z_]\w{0,40}):(?: (.*))?$/.exec(line);
    if (pair === null || (pair[1] ?? "").length > indent + 2) return false;
    const key = pair[2] ?? "";
    if (!keys.has(key)) keys.set(key, { value: pair[3] ?? "", at });
    return false;
  });
  return keys;
}

function nodePoint(log: Log, point: number, yaml: Yaml): Finding | null {
  const type = yaml.get("failureType")?.value ?? "";
  if (type.includes("subtestsFailed")) return null;
  const error = yaml.get("error");
  if (error === undefined) return null;
  if (/^'?test failed'?$/.test(error.value)) return fileFailure(log, point);
  const at = /^[|>]/.test(error.value) ? error.at + 1 : error.at;
  const text = at === error.at ? error.value.replace(/^['"]/, "") : lineAt(log, at).trim();
  const place = /^'?(.{1,300}?):(\d+):\d+'?$/.exec(yaml.get("location")?.value ?? "");
  return {
    runner: "node --test",
    at,
    category: nodeCategory(text, yaml, type),
    strength: "test",
    ...(place === null ? {} : { file: place[1] ?? "", line: Number(place[2]) }),
  };
}

function nodeCategory(text: string, yaml: Yaml, type: string): Category {
  if (/Timeout/.test(type) || text.startsWith("test timed out")) return "timeout";
  if (yaml.get("code")?.value.includes("ERR_ASSERTION") === true) return "assertion";
  const name = (yaml.get("name")?.value ?? "").replace(/'/g, "");
  return categoryOfMessage(`${name === "" ? "" : `${name}: `}${text}`);
}

/** tape and tap: the point's own name says what did not hold; tap marks what was thrown. */
function otherPoint(log: Log, point: number, yaml: Yaml): Finding | null {
  const isTape = yaml.has("operator");
  if (!isTape && yaml.has("exitCode")) return null;
  const name = POINT.exec(lineAt(log, point))?.[1] ?? "";
  const type = yaml.get("type")?.value ?? yaml.get("name")?.value ?? "";
  const isThrown = yaml.has("tapCaught") || type.endsWith("Error");
  const isLimit =
    /^timeout!?$/i.test(name.replace(/ # time=.*$/, "").trim()) ||
    yaml.get("expired") !== undefined;
  const thrown = categoryOfMessage(`${type === "" ? "Error" : type}: ${name}`);
  const error = yaml.get("error");
  const at = isThrown && error !== undefined ? error.at : point;
  return {
    runner: isTape ? "tape" : "tap",
    at,
    category: isLimit ? "timeout" : isThrown ? thrown : "assertion",
    strength: "test",
    ...placeOf(log, yaml),
  };
}

function placeOf(log: Log, yaml: Yaml): { file?: string; line?: number } {
  const at = yaml.get("at");
  if (at === undefined) return {};
  const same = /\(?([^\s()]{1,300}):(\d+):\d+\)?$/.exec(at.value);
  if (same !== null) return { file: same[1] ?? "", line: Number(same[2]) };
  const file = seek(log, at.at + 1, 6, (line) => /^\s+fileName: /.test(line));
  const line = seek(log, at.at + 1, 6, (one) => /^\s+lineNumber: \d+/.test(one));
  if (file < 0 || line < 0) return {};
  return {
    file: lineAt(log, file).replace(/^\s+fileName: /, ""),
    line: Number(lineAt(log, line).replace(/\D/g, "")),
  };
}

/** A file that did not load: the reason stands in the comments, or plain, above its point. */
function fileFailure(log: Log, point: number): Finding | null {
  const found = uncaughtNear(log, Math.max(0, point - 400), point);
  if (found !== null) return { ...found, runner: runnerOf(log), strength: "test" };
  const raised = seek(log, Math.max(0, point - 60), Math.min(60, point), (line) =>
    isException(line.replace(/^# /, "").trim()),
  );
  if (raised < 0) return null;
  const category = categoryOfMessage(lineAt(log, raised).replace(/^# /, "").trim());
  return { runner: runnerOf(log), at: raised, category, strength: "test" };
}

function runnerOf(log: Log): string {
  return log.at("tapHead").some((at) => lineAt(log, at).endsWith("TAP version 14"))
    ? "tap"
    : "node --test";
}
