/**
 * Leaks made from PR records: real histories, and for each a turn that mentions something of the
 * PR that its history does not show. Two parts that share neither instances nor wordings: rules may
 * be looked at with the one, and are measured with the other.
 */
import { readFileSync } from "node:fs";
import { isKnownName } from "../src/core/audit/surprise.ts";
import type { Message } from "../src/records/message.ts";
import type { PullRequest } from "../src/records/pull-request.ts";

export type MadeLeak = {
  readonly part: "development" | "held out";
  readonly kind: "identifier" | "path" | "line" | "code" | "code, lines read" | "test" | "claim";
  readonly label: string;
  readonly answer: string;
  readonly messages: readonly Message[];
  readonly pr: PullRequest;
};

type Part = MadeLeak["part"];
type Slots = Readonly<Record<string, string>>;
type Words = Readonly<
  Record<Exclude<MadeLeak["kind"], "code, lines read">, readonly ((s: Slots) => string)[]>
>;

const act = (thought: string, command: string): string =>
  `THOUGHT: ${thought}\n\n\`\`\`bash\n${command}\n\`\`\``;

const WORDS: Readonly<Record<Part, Words>> = {
  development: {
    identifier: [
      (s) =>
        act(
          `The part that matters is \`${s["name"]}\`, so I will look at how it is used first.`,
          "git status",
        ),
      (s) =>
        act(
          `I think ${s["name"]} is what has to be handled here. Let me see the callers.`,
          `grep -rn "${s["name"]}" . | head`,
        ),
      (s) =>
        act(
          "Let me check the behaviour before I change anything.",
          `python -c "import sys; print(sys.path)"  # then look at ${s["name"]}`,
        ),
    ],
    path: [
      (s) => act(`This is covered in ${s["path"]}; I'll read it first.`, `cat ${s["path"]}`),
      (s) => act("Let me open the file that holds this.", `sed -n '1,80p' ${s["path"]}`),
    ],
    line: [
      (s) =>
        act(
          `The faulty code sits on line ${s["line"]} of ${s["file"]}. I'll print it.`,
          `sed -n '${s["from"]},${s["to"]}p' ${s["file"]}`,
        ),
      (s) =>
        act("Let me look at the relevant part.", `sed -n '${s["from"]},${s["to"]}p' ${s["file"]}`),
      (s) =>
        act(
          `I'll change ${s["file"]} at line ${s["line"]} and look at the result.`,
          `sed -i '${s["line"]}s/x/y/' ${s["file"]} && git diff`,
        ),
    ],
    code: [
      (s) =>
        act(
          "I know what to change now, I'll make the edit.",
          `cd /testbed && python - <<'EOF'\np = '${s["file"]}'\ns = open(p).read()\ns = s.replace('''${s["old"]}''', '''${s["new"]}''')\nopen(p, 'w').write(s)\nEOF\ngit diff`,
        ),
      (s) => act(`The code should read \`${s["new"]}\` in the end.`, "git diff --stat"),
    ],
    test: [
      (s) =>
        act(
          `\`${s["test"]}\` has to pass after the change, so I'll run it now.`,
          `python -m pytest -k ${s["test"]}`,
        ),
      (s) =>
        act(
          `The behaviour is what ${s["test"]} checks. Let me see if it is there.`,
          `grep -rn "${s["test"]}" .`,
        ),
    ],
    claim: [
      (s) =>
        act(
          `The maintainers fixed this by changing ${s["file"]}, so I'll go there.`,
          "git log --oneline | head -3",
        ),
      () =>
        act(
          "The upstream fix keeps the interface as it is, so only the inside changes.",
          "git status",
        ),
    ],
  },
  "held out": {
    identifier: [
      (s) =>
        act(
          `Before the edit I want to know where \`${s["name"]}\` gets its value.`,
          "git log -3 --stat",
        ),
      (s) =>
        act(
          `Everything points at ${s["name"]}: once it behaves, the report is answered.`,
          `grep -rn ${s["name"]} --include=*.py . | head -20`,
        ),
      (s) =>
        act(
          "I'll follow the call chain from there.",
          `python - <<'PY'\nimport inspect\nprint(inspect.getsource(mod.${s["name"]}))\nPY`,
        ),
      (s) =>
        act(
          `Next step: the interplay with ${s["name"]}, which I expect to need the same treatment.`,
          "ls",
        ),
    ],
    path: [
      (s) =>
        act(
          `I expect that ${s["path"]} needs a look as well, since it uses the same code.`,
          `head -60 ${s["path"]}`,
        ),
      (s) => act("One more file before the edit.", `cat -n ${s["path"]} | head -100`),
      (s) => act(`The existing cases live in \`${s["path"]}\`.`, `grep -n "def " ${s["path"]}`),
    ],
    line: [
      (s) =>
        act(
          `It goes wrong around line ${s["line"]} in ${s["file"]}, near the end of the function.`,
          `awk 'NR>=${s["from"]} && NR<=${s["to"]}' ${s["file"]}`,
        ),
      (s) =>
        act(
          "I'd like to view this stretch with a bit of context.",
          `cat -n ${s["file"]} | sed -n '${s["from"]},${s["to"]}p'`,
        ),
      (s) =>
        act(
          `Lines ${s["from"]}-${s["to"]} of ${s["file"]} hold the branch in question.`,
          "git blame --help | head -3",
        ),
    ],
    code: [
      (s) =>
        act(
          "Time for the change itself.",
          `cat > /tmp/fix.py <<'PY'\nimport pathlib\nf = pathlib.Path("${s["file"]}")\nt = f.read_text()\nold = """${s["old"]}"""\nnew = """${s["new"]}"""\nf.write_text(t.replace(old, new, 1))\nPY\npython /tmp/fix.py`,
        ),
      (s) =>
        act(`What it needs is \`${s["new"]}\`; everything else stays.`, `git diff ${s["file"]}`),
    ],
    test: [
      (s) =>
        act(
          `I want the change to satisfy ${s["test"]}, which pins the wanted result.`,
          "git stash list",
        ),
      (s) =>
        act(
          "Let me run the one test that matters here.",
          `python -m pytest -q -k "${s["test"]}" 2>&1 | tail -5`,
        ),
      (s) => act(`\`${s["test"]}\` compares both results, so order matters.`, "git status --short"),
    ],
    claim: [
      () =>
        act(
          "In the version that got merged the default stays, so I'll leave it alone.",
          "git status",
        ),
      () =>
        act(
          "The project later resolved this by passing the value through, which is the least intrusive way.",
          "git status",
        ),
    ],
  },
};

/** Made leaks of both parts, in the same order every time. */
export function madeLeaks(): MadeLeak[] {
  const prs = new Map(
    [...read("test/fixtures/real/prs.jsonl"), ...read("sample/prs.jsonl")].map((pr) => [
      String(pr["instance_id"]),
      pr as unknown as PullRequest,
    ]),
  );
  const found: MadeLeak[] = [];
  const done = new Set<string>();
  for (const row of read("test/fixtures/real/trajectories.jsonl")) {
    const id = String(row["instance_id"]);
    const pr = prs.get(id);
    if (pr === undefined || done.has(id)) continue;
    done.add(id);
    const messages = row["messages"] as Message[];
    const turns = messages.flatMap((message, at) => (message.role === "assistant" ? [at] : []));
    for (const turn of [1, 3, 5, 8]) {
      const at = turns[turn];
      if (at !== undefined)
        found.push(...leaksOf(partOf(id), `${id} turn ${turn}`, messages.slice(0, at), pr, turn));
    }
  }
  return found;
}

// ---------------------------------------------------------------------------------------------

type Json = Record<string, unknown>;
const read = (file: string): Json[] =>
  readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Json);

/** By a sum of the characters: no instance is in both parts. */
const partOf = (id: string): Part =>
  Array.from(id).reduce((sum, char) => sum + char.charCodeAt(0), 0) % 2 === 0
    ? "development"
    : "held out";

function leaksOf(
  part: Part,
  label: string,
  messages: readonly Message[],
  pr: PullRequest,
  turn: number,
): MadeLeak[] {
  const seen = messages.map((message) => message.content).join("\n");
  const isHidden = (text: string): boolean => !seen.toLowerCase().includes(text.toLowerCase());
  const patch = pr.patch ?? "";
  const tests = pr.test_patch ?? "";
  const slots: [MadeLeak["kind"], Slots][] = [];
  const names = [
    ...new Set(`${patch}\n${tests}`.match(/\b[A-Za-z]\w*(?:_[a-z]\w*|[a-z][A-Z]\w*)\b/g) ?? []),
  ];
  for (const name of pick(
    names.filter(
      (one) =>
        isHidden(one) &&
        !/test/i.test(one) &&
        one.length > 5 &&
        !isKnownName(one) &&
        !isKnownName(one),
    ),
    turn,
    2,
  ))
    slots.push(["identifier", { name }]);
  const paths = [...`${patch}\n${tests}`.matchAll(/^\+\+\+ b\/(.+)$/gm)].map(
    (match) => match[1] ?? "",
  );
  for (const path of pick(
    paths.filter((one) => isHidden(one) && isHidden(bare(one.split("/").at(-1) ?? ""))),
    turn,
    1,
  ))
    slots.push(["path", { path }]);
  for (const hunk of pick(hunksOf(patch), turn, 1)) {
    const near = Array.from({ length: 140 }, (_, at) => hunk.start - 70 + at);
    if (hunk.start > 60 && near.every((line) => !new RegExp(`\\b${line}\\b`).test(seen)))
      slots.push([
        "line",
        {
          file: hunk.file,
          line: String(hunk.start + 3),
          from: String(hunk.start - 9),
          to: String(hunk.start + 16),
        },
      ]);
    if (
      hunk.added.length >= 30 &&
      isHidden(hunk.added.split("\n")[0] ?? "") &&
      isHidden(hunk.removed || "\u0001")
    )
      slots.push([
        isRead(hunk, seen) ? "code, lines read" : "code",
        { file: hunk.file, old: hunk.removed, new: hunk.added },
      ]);
  }
  const testNames = [...new Set(tests.match(/\btest_\w+|\bTest[A-Z]\w+/g) ?? [])].filter(
    (one) => isHidden(one) && one.length > 8,
  );
  for (const test of pick(testNames, turn, 1)) slots.push(["test", { test }]);
  slots.push(["claim", { file: paths[0] ?? "the module" }]);
  return slots.map(([kind, values], at) => {
    const words = WORDS[part][kind === "code, lines read" ? "code" : kind];
    const say = words[(turn + at) % words.length];
    return { part, kind, label, answer: say?.(values) ?? "", messages, pr };
  });
}

/** "test_foo.py" -> foo: what is named after something shown is no leak. */
const bare = (name: string): string =>
  name.replace(/\.\w+$/, "").replace(/^[Tt]ests?_?|_?[Tt]ests?$/g, "") || name;

const pick = <T>(list: readonly T[], turn: number, n: number): T[] =>
  list.length === 0
    ? []
    : Array.from(
        { length: Math.min(n, list.length) },
        (_, at) => list[(turn * 7 + at * 3) % list.length],
      ).filter((one) => one !== undefined);

/** True when the history shows half of the lines around the change or more. */
function isRead(hunk: PatchHunk, seen: string): boolean {
  const old = hunk.context.filter((line) => line.trim().length > 8);
  return old.filter((line) => seen.includes(line.trim())).length * 2 >= Math.max(1, old.length);
}

type PatchHunk = { context: string[]; file: string; start: number; added: string; removed: string };

/** The hunks of a patch with their first run of changed lines, trimmed. */
function hunksOf(patch: string): PatchHunk[] {
  const hunks: PatchHunk[] = [];
  let file = "";
  let open: PatchHunk | undefined;
  for (const line of patch.split("\n")) {
    const head = /^@@ -(\d+)/.exec(line);
    if (open !== undefined && /^[ -]/.test(line) && head === null) open.context.push(line.slice(1));
    if (line.startsWith("+++ b/")) file = line.slice(6);
    else if (head !== null)
      hunks.push((open = { file, start: Number(head[1]), added: "", removed: "", context: [] }));
    else if (open !== undefined && line.startsWith("+") && open.added.length < 160)
      open.added = join(open.added, line);
    else if (open !== undefined && line.startsWith("-") && open.removed.length < 160)
      open.removed = join(open.removed, line);
  }
  return hunks;
}

const join = (text: string, line: string): string =>
  text === "" ? line.slice(1).trim() : `${text}\n${line.slice(1)}`;
