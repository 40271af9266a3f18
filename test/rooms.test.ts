/**
 * The plan of the house: every file stands in a room, imports run along the arrows alone, and no two
 * files form a circle. AGENTS.md has the plan in words; the linter says the roughest of it sooner.
 */
import { readFileSync, readdirSync } from "node:fs";
import { basename, dirname, join, normalize } from "node:path";
import { expect, test } from "vitest";

/** Room -> the rooms it may import from, beside itself. What stands in no room is in none of the keys. */
const GROUND = ["records", "errors", "packages", "calls", "work"];
const EDGE = [...GROUND, "config-schema", "config"];
const HOUSE = [...EDGE, "core", "io", "deps"];
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  records: [],
  errors: [],
  packages: [],
  work: ["records"],
  calls: ["records", "work"],
  "config-schema": ["core"],
  config: ["config-schema", "calls", "core", "errors"],
  deps: ["core", "io", "work"],
  core: GROUND,
  io: EDGE,
  drawing: HOUSE,
  judging: HOUSE,
  examining: HOUSE,
  builders: HOUSE,
  trainer: HOUSE,
  gym: HOUSE,
  viewer: HOUSE,
  stages: [...HOUSE, "drawing", "judging", "examining", "builders", "trainer", "gym", "viewer"],
  command: [...HOUSE, "stages", "drawing", "judging", "builders", "trainer", "gym", "viewer"],
  scripts: [
    ...HOUSE,
    "command",
    "stages",
    "drawing",
    "judging",
    "builders",
    "trainer",
    "gym",
    "viewer",
  ],
};

const files = ["src", "scripts"].flatMap((top) =>
  readdirSync(top, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => `${top}/${name}`),
);

/** "src/core/turn/form.ts" -> "core"; "src/config.ts" -> "config"; "scripts/king.ts" -> "scripts". */
function roomOf(file: string): string {
  const [top = "", room = ""] = file.split("/");
  return top === "scripts" ? "scripts" : basename(room, ".ts");
}

/** The files of ours that a file names in an import, an export or a worker's URL; types count too. */
function importsOf(file: string): string[] {
  const code = readFileSync(file, "utf8");
  const named = code.matchAll(/(?:\bfrom|\bimport\(?|new URL\()\s*"(\.[^"]*\.ts)"/g);
  return [...named].map(([, path = ""]) => normalize(join(dirname(file), path)));
}

test("every file stands in a room", () => {
  expect(files.filter((file) => !Object.hasOwn(ROOMS, roomOf(file)))).toEqual([]);
});

test("imports run along the arrows", () => {
  const against = files.flatMap((file) =>
    importsOf(file)
      .filter((path) => roomOf(path) !== roomOf(file))
      .filter((path) => ROOMS[roomOf(file)]?.includes(roomOf(path)) !== true)
      .map((path) => `${file} -> ${path}`),
  );
  expect(against).toEqual([]);
});

test("scripts are not imported, not even by scripts", () => {
  expect(
    files.filter((file) => importsOf(file).some((path) => path.startsWith("scripts/"))),
  ).toEqual([]);
});

test("no files form a circle", () => {
  expect(circles(new Map(files.map((file) => [file, importsOf(file)])))).toEqual([]);
});

test("a circle of types is found as well", () => {
  const house = new Map([
    ["a", ["b"]],
    ["b", ["c"]],
    ["c", ["b"]],
  ]);
  expect(circles(house)).toEqual([["b", "c"]]);
});

test("stages hold one file a command, named as it", () => {
  const commands = Object.keys(
    (JSON.parse(readFileSync("package.json", "utf8")) as { scripts: object }).scripts,
  ).map((name) => name.replace(/^stage:/, ""));
  const stages = files
    .filter((file) => roomOf(file) === "stages")
    .map((file) => basename(file, ".ts"));
  expect(stages.filter((name) => !commands.includes(name))).toEqual([]);
});

test("no function of a stage is longer than 70 lines", () => {
  const long = files
    .filter((file) => roomOf(file) === "stages")
    .flatMap((file) =>
      functionsOf(readFileSync(file, "utf8"))
        .filter(({ lines }) => lines > 70)
        .map(({ line, lines }) => `${file}:${line} has ${lines} lines`),
    );
  expect(long).toEqual([]);
});

test("a function that is too long is seen: named, arrow and generator", () => {
  const body = "  work();\n".repeat(80);
  for (const head of [
    "function f() {",
    "const f = () => {",
    "async function* f(): Promise<void> {",
  ])
    expect(functionsOf(`${head}\n${body}}\n`)).toEqual([{ line: 1, lines: 82 }]);
});

// ---------------------------------------------------------------------------------------------

/** Functions by prettier's indentation: the end is the next line that closes at the depth of the head. */
function functionsOf(code: string): { line: number; lines: number }[] {
  const lines = code.split("\n");
  return lines.flatMap((line, index) => {
    if (!/\bfunction\b|=>\s*\{$/.test(line) || /^\s*(\/\/|\*|\/\*)/.test(line)) return [];
    const depth = /^ */.exec(line)?.[0] ?? "";
    const length = lines.slice(index + 1).findIndex((next) => next.startsWith(`${depth}}`));
    return length < 0 ? [] : [{ line: index + 1, lines: length + 2 }];
  });
}

/** Groups of files that reach one another, each sorted (Tarjan's strongly connected components). */
function circles(house: ReadonlyMap<string, readonly string[]>): string[][] {
  const found: string[][] = [];
  const index = new Map<string, number>();
  const stack: string[] = [];
  const visit = (file: string): number => {
    const mine = index.size;
    index.set(file, mine);
    let lowest = mine;
    stack.push(file);
    for (const next of house.get(file) ?? []) {
      if (!index.has(next)) lowest = Math.min(lowest, visit(next));
      else if (stack.includes(next)) lowest = Math.min(lowest, index.get(next) ?? mine);
    }
    if (lowest === mine) {
      const ring = stack.splice(stack.indexOf(file));
      if (ring.length > 1) found.push(ring.toSorted());
    }
    return lowest;
  };
  for (const file of house.keys()) if (!index.has(file)) visit(file);
  return found;
}
