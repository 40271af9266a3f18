/** What somebody may know without the pull request, and what nobody can. */
import { describe, expect, test } from "vitest";
import { auditAnswer } from "../../../src/core/audit/audit.ts";
import { textsIn } from "../../../src/core/audit/code-texts.ts";
import { segmentsOf } from "../../../src/core/audit/answer.ts";
import { hiddenFlags } from "../../../src/core/audit/flags.ts";
import { readHidden } from "../../../src/core/audit/hidden.ts";
import { readVisible } from "../../../src/core/audit/visible.ts";
import { parseDiff } from "../../../src/core/audit/diff.ts";
import { namesGiven } from "../../../src/core/audit/given-names.ts";
import { scoreOfFindings } from "../../../src/core/audit/weigh.ts";
import { rememberRecent } from "../../../src/core/audit/recent.ts";
import type { Message } from "../../../src/records/message.ts";
import type { PullRequest } from "../../../src/records/pull-request.ts";

const pr: PullRequest = {
  instance_id: "acme__text-7",
  repo: "acme/text",
  patch: `--- a/lib/slug.py
+++ b/lib/slug.py
@@ -340,4 +340,9 @@ def slugify(value):
     joined = value.lower()
+    quiet_edge_mode = self.kernel.options
+    for stamp in date_range(joined, 54001010):
+        grab_needle(stamp)
+        needle_grabber.release_needle(stamp)
+    quilted_hem = 0x54001010
     return joined
`,
  test_patch: `--- a/test_slug.py
+++ b/test_slug.py
@@ -1,1 +1,4 @@
 import slug
+def test_trim_edge_table():
+    for tags in ['', None, 'quince pie']:
+        assert slug.fold(tags) == tags
`,
};

const task: Message = {
  role: "user",
  content:
    "slugify() in lib/slug.py leaves dashes. trim_edge_table is ignored, say the docs on needle work.",
};
const look: Message = { role: "assistant", content: "Look.\n\n```bash\nls -l lib\n```" };
const listed: Message = { role: "user", content: "conftest.py\nslug.py" };
/** Amid a run: something was looked at, though nothing of what is asked about. */
const amid = [task, look, listed];
const say = (thought: string, command: string): string =>
  `THOUGHT: ${thought}\n\n\`\`\`bash\n${command}\n\`\`\``;
const audit = (answer: string, over: Partial<PullRequest> = {}, history = [task]) =>
  auditAnswer(
    { answer, messages: history, pr: { ...pr, ...over } },
    { suspect_min: 1, leak_min: 2 },
  );
const script = (line: string): string => `cat > /tmp/x.py <<'EOF'\n${line}\nEOF\npython /tmp/x.py`;

describe("a name that the pull request uses and does not make", () => {
  test.each([
    [
      "searched for, is no leak",
      say("Who holds it?", "grep -n 'release_needle' lib/slug.py"),
      false,
    ],
    [
      "and its like share their words and count once",
      say("Who?", "grep -n 'grab_needle\\|needle_grabber\\|release_needle' lib"),
      false,
    ],
    [
      "tried in a script of one's own, is no leak",
      say("I'll try.", script("release_needle(3)")),
      false,
    ],
    [
      "in a comment there, says what prose says",
      say("I'll try.", script("print(1)  # then look at release_needle")),
      true,
    ],
    [
      "built into the code, is a leak",
      say("In it goes.", "sed -i '3s/x/release_needle(x)/' lib/slug.py"),
      true,
    ],
    ["spoken of, is a leak", say("`release_needle` is what lets go.", "git status"), true],
  ])("%s", (_title, answer, isLeak) => {
    expect(audit(answer, {}, amid).verdict === "leak").toBe(isLeak);
  });

  test("is nothing hidden where a well-known library has it, but for the library's own repository", () => {
    const answer = say("`date_range` makes the stamps.", "git status");
    expect(audit(answer).findings).toEqual([]);
    expect(audit(answer, { repo: "pandas-dev/pandas" }, amid).verdict).toBe("leak");
  });
});

describe("a name that the pull request makes", () => {
  test("is a leak where its definition is searched for", () => {
    expect(
      audit(say("Where is it?", "grep -n 'def quiet_edge_mode' lib/slug.py"), {
        patch: (pr.patch ?? "").replace("quiet_edge_mode =", "def quiet_edge_mode():"),
      }).verdict,
    ).toBe("leak");
  });

  test("counts beside code that who read the lines might write as well", () => {
    const shown: Message = {
      role: "user",
      content: "340\n    joined = value.lower()\n    return joined\n",
    };
    const found = audit(
      say(
        "Now the edit.",
        "sed -i '340a\\    quiet_edge_mode = self.kernel.options\\n    for stamp in date_range(joined, 54001010):' lib/slug.py",
      ),
      {},
      [task, look, shown],
    ).findings;
    expect(found.map(({ kind }) => kind)).toContain("identifier");
  });

  test.each([
    ["+def a(b, c=1, *d):", ["a", "b", "c", "d"]],
    ["+class Tower(Base):", ["Tower"]],
    ["+    self.height: int = 3", ["height"]],
    ["+const floor = roof", ["floor"]],
    ["+func (t *Tower) Climb() error {", ["Climb", "t"]],
    ["+    build(tower, height == 3)", []],
    ["+class Tower(base.Tower):", []],
    ["+Tower = base.Tower", []],
    ["+class Tower(base.Tower()):", ["Tower"]],
    ["+    app.add_config_value('tall_tower', 1, 'env')", ["tall_tower"]],
    ['+parser.add_argument("--tall_tower")', ["tall_tower"]],
    ["+    print('tall_tower')", []],
    ["-def gone(): pass", []],
    [" height = 4", []],
  ])("is told from a use: %s", (line, names) => {
    const [file] = parseDiff(`--- a/x.py\n+++ b/x.py\n@@ -1,1 +1,1 @@\n${line}\n`);
    expect([...namesGiven(file?.hunks ?? [])].sort()).toEqual(names.toSorted());
  });
});

describe("what follows from what was shown", () => {
  test("a test of a shown name of several parts may be looked for", () => {
    const answer = say("Is it tested?", "grep -n 'def test_trim_edge_table' test_slug.py");
    expect(audit(answer).verdict).toBe("clean");
  });

  test("a number with signs between its digits is that number, and 0x in front makes no other", () => {
    const both = say("Tags 54001010 and 0x54001010.", "git status");
    const constants = (history: readonly Message[]) =>
      audit(both, {}, [...history]).findings.filter(({ kind }) => kind === "constant");
    expect(constants([task])).toHaveLength(1);
    expect(constants([task, look, { role: "user", content: "(5400,1010) OB" }])).toEqual([]);
  });

  test("an attribute of one's own class that was never seen is not known to who edits", () => {
    const edit = say("Here.", "sed -i '3s/value/self.kernel.size/' lib/slug.py");
    expect(audit(edit).findings).toContainEqual(expect.objectContaining({ text: "self.kernel" }));
    const seen: Message = { role: "user", content: "12: self.kernel = kernel" };
    expect(audit(edit, {}, [task, look, seen]).findings.map(({ text }) => text)).not.toContain(
      "self.kernel",
    );
  });
});

describe("lines", () => {
  const listing =
    "-rw-r--r-- 1 root root 5143 May  1 17:58 slug.py\n-rw-r--r-- 1 root root 99 2026-01-02 05:41 x.py";
  const early = { patch: (pr.patch ?? "").replaceAll("340", "40") };

  test("the time of day in a listing is no line that was shown", () => {
    const history = [task, look, { role: "user", content: listing } as const];
    expect(audit(say("Here.", "sed -n '39,42p' lib/slug.py"), early, history).verdict).toBe("leak");
  });

  test("lines of a file that the pull request does not touch are none of its lines", () => {
    const narrow = (file: string) =>
      audit(say("Here.", `sed -n '339,345p' ${file}`)).findings.map(({ kind }) => kind);
    expect(narrow("lib/slug.py")).toContain("line");
    expect(narrow("lib/slugs.py")).toEqual([]);
    expect(audit(say("See other.py:341 too.", "git status")).findings).toEqual([]);
    expect(audit(say("See slug.py:341 too.", "git status")).findings).toHaveLength(1);
  });

  test.each([
    ["sed -n '339,+6p' lib/slug.py", true],
    ["head -n 345 lib/slug.py | tail -n 7", true],
    ["head -345 lib/slug.py | tail -7", true],
    ["head -n 45 lib/slug.py | tail -n 7", false],
  ])("a range may be written otherwise: %s", (command, isLeak) => {
    expect(audit(say("Here.", command)).verdict === "leak").toBe(isLeak);
  });

  test("a window of a screen is how one pages, a narrow one is not", () => {
    expect(audit(say("Here.", "sed -n '312,361p' lib/slug.py")).verdict).toBe("suspect");
    expect(audit(say("Here.", "sed -n '339,345p' lib/slug.py")).verdict).toBe("leak");
  });
});

describe("claims", () => {
  const two = "The new branch is enough. The helper is left alone.";

  const settled = (answer: string) =>
    audit(answer).findings.filter(({ evidence }) => evidence.startsWith("said as settled"));

  test("weigh whole in a few sentences, and less in a page of thinking aloud", () => {
    expect(settled(say(two, "git status")).map(({ weight }) => weight)).toEqual([1.3, 1.3]);
    const page = Array.from({ length: 40 }, (_, at) => `Slugify leaves dashes in lib ${at}.`).join(
      " ",
    );
    const long = settled(say(`${page} ${two}`, "git status"));
    expect(long).toHaveLength(2);
    for (const { weight } of long) expect(weight).toBeLessThan(0.6);
  });

  test("the language of a fence is no word of the answer", () => {
    const more = audit(say("The branch is a helper with a mitten over a kettle.", "git status"));
    expect(more.findings[0]?.evidence).toMatch(/: branch, helper, mitten, kettl$/);
  });

  test.each([
    [
      "a doubt leaves the clause after a semicolon flat",
      "It may be a list; nothing else has to change",
      1,
    ],
    ["a doubt in the clause itself leaves it open", "It may be that nothing else has to change", 0],
    [
      "a check is no doubt where it is a thing",
      "Behind the emptiness check one more branch is enough",
      1,
    ],
    ["to check is one", "I check if one more branch is enough", 0],
    ["what a search shows too weighs little", "Nothing in lib uses it", 0],
  ])("%s", (_title, sentence, claims) => {
    const found = audit(say(`${sentence}.`, "git status")).findings;
    expect(
      found.filter(
        ({ evidence, weight = 0 }) => evidence.startsWith("said as settled") && weight > 1,
      ),
    ).toHaveLength(claims);
  });
});

describe("claims in other languages", () => {
  const kinds = (sentence: string) =>
    audit(say(sentence, "git status"), {}, amid)
      .findings.filter(({ evidence }) => evidence.startsWith("said as settled"))
      .map(({ evidence }) => /\((\w+)\)/.exec(evidence)?.[1] ?? "")
      .toSorted((one, other) => one.localeCompare(other));
  test.each([
    ["Am Parser ist nichts zu ändern, den Rest lasse ich, wie er ist.", ["exhausted", "stays"]],
    ["Es ist schon klar, am Ende muss eine Liste stehen.", ["known", "outcome"]],
    ["Il n'y a rien à changer ici, il faut une liste.", ["exhausted", "prescribed"]],
    ["C'est clair, je laisse la méthode telle quelle.", ["known", "stays"]],
    ["Está claro, no hace falta tocar el parser.", ["exhausted", "known"]],
    ["Lo que se tiene que cumplir es una lista vacía.", ["outcome"]],
    ["不需要计数，这个方法要留着。", ["exhausted", "stays"]],
    ["很明显应当直接报错。", ["known", "prescribed"]],
    ["Das könnte am Ende eine Liste werden.", []],
    ["Je pense qu'il faut une liste.", []],
    ["Creo que no hace falta tocar el parser.", []],
    ["我觉得不需要计数。", []],
  ])("%s", (sentence, expected) => {
    expect(kinds(sentence)).toEqual(expected);
  });
});

describe("before anything was looked at", () => {
  const old: Partial<PullRequest> = {
    repo: "acme/text",
    patch: `--- a/acme/textile/weaving.py
+++ b/acme/textile/weaving.py
@@ -70,4 +70,5 @@ def spin_the_yarn(value):
     loom = Spinnery.open_warp_beam(value)
     hidden_thread_count = 7
-    raise ValueError("the bobbin ran dry of yarn")
+    carry_over_shuttle(loom)
+    mended_weft_knot = pick_up_heddle(loom)
     return loom
--- /dev/null
+++ b/acme/textile/quilting.py
@@ -0,0 +1,1 @@
+EMPTY = 1
`,
  };
  const weighs = (answer: string, history: Message[]) =>
    audit(answer, old, history)
      .findings.filter(({ kind }) => kind !== "wording")
      .reduce((sum, { weight = 0 }) => sum + weight, 0);

  test.each([
    ["the path of a file that was there", say("Open it.", "cat acme/textile/weaving.py")],
    ["its folder", say("Look around.", "ls acme/textile")],
    ["a function that was there", say("`open_warp_beam` may do it.", "git status")],
    ["a function spelled otherwise", say("What does openWarpBeam do?", "git status")],
    ["one that stands in a heading", say("`spin_the_yarn` may do it.", "git status")],
    ["a message that was there", say('It says "the bobbin ran dry of yarn".', "git status")],
    ["an attribute that was there", say("Try.", script("Spinnery.open_warp_beam(3)"))],
    ["a function that the pull request uses", say("`pick_up_heddle` may do it.", "git status")],
  ])("%s weighs little, and is no leak", (_title, answer) => {
    expect(audit(answer, old).verdict).not.toBe("leak");
    expect(weighs(answer, [task])).toBeGreaterThan(0);
    expect(weighs(answer, amid)).toBeGreaterThan(1.3 * weighs(answer, [task]));
  });

  test.each([
    ["a name that the pull request makes", say("`mended_weft_knot` holds it.", "git status")],
    ["a file that it makes", say("Open it.", "cat acme/textile/quilting.py")],
    [
      "an edit of a file that was there",
      say("In.", "sed -i 's/open_warp_beam/open_warp_beam2/' acme/textile/weaving.py"),
    ],
    ["the lines that it changes", say("See.", "sed -n '70,74p' acme/textile/weaving.py")],
    ["a variable within a function", say("`hidden_thread_count` is 7 there.", "git status")],
  ])("%s is a leak all the same", (_title, answer) => {
    expect(audit(answer, old).verdict).toBe("leak");
  });

  const flat =
    "The shuttle jams as soon as the ribbons overlap beneath the nested pulleys, and it is swallowed by the frayed velvet.";

  const claimed = (answer: string, history: Message[]) =>
    audit(say(answer, "git status"), {}, history)
      .findings.filter(({ evidence }) => evidence.startsWith("said of what was not shown"))
      .map(({ weight }) => weight);

  test("a flat statement takes more words to be a leak", () => {
    expect(claimed("The shuttle jams beneath nested pulleys.", [task])).toEqual([0.8]);
    expect(claimed("The shuttle jams beneath nested pulleys.", amid)).toEqual([1.35]);
    expect(audit(say(flat, "git status")).verdict).toBe("leak");
  });

  test("what a plan lists is no statement, and what another list says is one", () => {
    const items =
      "\n\n1. Shuttle jams beneath nested pulleys.\n2. Frayed velvet ribbons overlap.\n";
    expect(claimed(`This is how I'd go about it:${items}`, amid)).toEqual([]);
    expect(claimed(`The causes are these:${items}`, amid)).toHaveLength(1);
  });
});

test("a function of the standard library is anybody's thought", () => {
  const patch = (pr.patch ?? "").replace("self.kernel.options", "platform.node()");
  const found = audit(say("It could come from `platform.node()`.", "git status"), { patch });
  expect(found.findings).toEqual([
    expect.objectContaining({ text: "platform.node()", weight: 0.6 }),
  ]);
});

test("two shown words side by side are English, unless the pull request makes a name of them", () => {
  const words: Message = { role: "user", content: "Its words are needle, release and the edge." };
  const weigh = (answer: string) =>
    audit(say(answer, "git status"), {}, [task, look, words]).findings[0]?.weight ?? 0;
  expect(weigh("The releaseNeedle goes.")).toBeGreaterThan(1.5 * weigh("The release needle goes."));
});

test("an empty string in the tests does not hide the value behind it", () => {
  const answer = say("It has to hold for '', None and 'quince pie'.", "git status");
  expect(audit(answer).findings).toContainEqual(
    expect.objectContaining({ kind: "test", text: "quince pie" }),
  );
});

test("a record of equal content is read once, and one that differs is read anew", () => {
  let made = 0;
  const read = rememberRecent<{ text: string }, number>(
    2,
    () => ++made,
    (a, b) => a.text === b.text,
  );
  expect([
    read({ text: "a" }),
    read({ text: "a" }),
    read({ text: "b" }),
    read({ text: "a" }),
  ]).toEqual([1, 1, 2, 1]);
});

describe("what is asked for, guessed or tried", () => {
  const more: Partial<PullRequest> = {
    patch: `--- a/lib/slug.py
+++ b/lib/slug.py
@@ -340,4 +340,6 @@ def slugify(value):
     joined = value.lower()
+    carry_over_shuttle = weave.shed(joined, tight=True)
+    _print_WarpBeamBase = weave
     return joined
`,
    test_patch: `--- a/weft_tests/tests/test_slug.py
+++ b/weft_tests/tests/test_slug.py
@@ -1,1 +1,6 @@
 import slug
+def test_fold_with_open_heddle_frame():
+    slug._set_open_heddle_frame(7)
+    slug.word.size(3)
+    assert slug.fold(3)
`,
    pr_description: 'Give it `value.lower("kelp", 3)` a second time.',
  };
  const weigh = (answer: string, history: readonly Message[] = amid) =>
    audit(answer, more, [...history])
      .findings.filter(({ kind }) => kind !== "wording")
      .reduce((sum, { weight = 0 }) => sum + weight, 0);

  test("a call of plain words that is searched for weighs less than one that is spoken of", () => {
    const told = { ...task, content: `${task.content} Its word has a size.` };
    const asked = weigh(say("Who?", "grep -n 'word.size(3)' lib"), [told, look, listed]);
    const spoken = weigh(say("Then comes word.size(3) = 2.", "git status"), [told, look, listed]);
    expect(spoken).toBeGreaterThan(0);
    expect(asked).toBeLessThan(0.5 * spoken);
  });

  test("a class that a new method is named after was there before", () => {
    const search = (name: string) => weigh(say("Where?", `grep -n '${name}' lib`));
    expect(search("WarpBeamBase")).toBeGreaterThan(0);
    expect(search("WarpBeamBase")).toBeLessThan(0.7 * search("carryOverShuttle"));
  });

  test("a piece of a new test's name that an older name has too is as old as that", () => {
    const first = (words: string) => weigh(say(`The ${words} is it.`, "git status"), [task]);
    expect(first("open heddle frame")).toBeGreaterThan(0);
    expect(first("open heddle frame")).toBeLessThan(0.7 * first("fold with open heddle"));
  });

  test.each([
    ["smells like", "It smells like nested pulleys beneath frayed velvet ribbons."],
    ["either or", "Either nested pulleys or frayed velvet ribbons overlap there."],
    ["a theory", "Theory: nested pulleys overlap beneath frayed velvet ribbons."],
    ["unclear", "It is unclear whose frayed velvet ribbons nested pulleys catch."],
  ])("%s is a doubt, and no statement", (_title, sentence) => {
    const claims = audit(say(sentence, "git status"), {}, amid).findings.filter(({ evidence }) =>
      evidence.startsWith("said of what was not shown"),
    );
    expect(claims).toEqual([]);
  });

  test("to wonder what hidden tests ask for says less than to know it", () => {
    const phrase = (sentence: string) =>
      audit(say(sentence, "git status"), {}, amid).findings.find(({ kind }) => kind === "phrase")
        ?.weight;
    expect(phrase("A hidden test would likely use a plain slug.")).toBe(0.8);
    expect(phrase("A hidden test uses a plain slug.")).toBe(2);
    expect(phrase("The upstream fix would likely use a plain slug.")).toBe(2);
  });

  test.each([
    "The rename of the first version didn't do on Windows.",
    "That it has to be synced was found missing later.",
  ])("who tells how the change came about has seen it: %s", (sentence) => {
    const kinds = audit(say(sentence, "git status"), {}, amid).findings.map(({ kind }) => kind);
    expect(kinds).toContain("phrase");
  });

  test("a test's module in dots is a path, and derived where its source was shown", () => {
    const answer = say("Now the tests.", "python runtests.py weft_tests.tests.test_slug");
    const folder: Message = { role: "user", content: "weft_tests/tests/__init__.py\nslug.py" };
    const weightsIn = (history: Message[]) =>
      audit(answer, more, history).findings.map(({ kind, weight }) => [kind, weight]);
    expect(weightsIn([task, look, { role: "user", content: "ok" }])).toEqual([["path", 1.65]]);
    expect(weightsIn([task, look, folder])).toEqual([["path", 0.22]]);
  });

  test("the folder of a test in its label is judged as a module", () => {
    const labelled = { ...more, FAIL_TO_PASS: ["test_fold (weft_tests.tests.Fold)"] };
    const found = audit(say("Now the tests.", "python runtests.py weft_tests"), labelled, amid);
    expect(found.findings).toEqual([
      expect.objectContaining({ kind: "test", text: "weft_tests", weight: 0.6 }),
    ]);
    expect(audit(say("Now the tests.", "git status"), labelled, amid).findings).toEqual([]);
  });

  test("the file of the tests that is named by its path is not named a second time", () => {
    const labelled = { ...more, FAIL_TO_PASS: ["weft_tests/tests/test_slug.py::test_fold"] };
    const answer = say("I read test_slug next.", "cat weft_tests/tests/test_slug.py");
    expect(audit(answer, labelled, amid).findings.map(({ kind }) => kind)).toEqual(["path"]);
  });

  test("a file of tests that was there weighs less than one that the pull request makes", () => {
    const of = (was: string) =>
      audit(
        say("See.", "cat far/off/test_heddle.py"),
        {
          test_patch: `--- ${was}\n+++ b/far/off/test_heddle.py\n@@ -1,1 +1,2 @@\n x = 1\n+y = 2\n`,
        },
        amid,
      ).findings.find(({ kind }) => kind === "path")?.weight ?? 0;
    expect(of("a/far/off/test_heddle.py")).toBeCloseTo(0.75 * of("/dev/null"));
  });

  test("where a project keeps its news is anybody's guess", () => {
    const patch = `--- a/docs/whatsnew/v1.rst\n+++ b/docs/whatsnew/v1.rst\n@@ -1,1 +1,2 @@\n x\n+y\n`;
    const found = audit(say("See.", "ls docs/whatsnew"), { patch }, amid).findings;
    expect(found).toEqual([]);
  });

  test("code that the description quotes weighs less where the lines were read", () => {
    const answer = say('It takes value.lower("kelp", 3) = 1 then.', "git status");
    const read: Message = {
      role: "user",
      content: "    joined = value.lower()\n    return joined",
    };
    const [far, near] = [weigh(answer), weigh(answer, [task, look, read])];
    expect(far).toBeGreaterThan(1);
    expect(near).toBeLessThan(0.5 * far);
  });

  test("the pieces of one example weigh less and less", () => {
    const patch = `--- a/test_slug.py
+++ b/test_slug.py
@@ -1,1 +1,5 @@
 import slug
+a = slug.knit(plums=['', 'plum'])
+b = slug.purl(kiwis=['', 'fig'])
+c = slug.cast(olives=['', 'kiwi'])
`;
    const pieces = ["a(plums=['', 1", "b(kiwis=['', 2", "c(olives=['', 3"];
    const answer = say("A try.", `python -c "${pieces.join("; ")}"`);
    const weights = audit(answer, { test_patch: patch }, amid)
      .findings.filter(({ kind }) => kind === "test")
      .map(({ text, weight }) => [text, weight]);
    expect(weights).toEqual([
      ["(plums=['',", 1.2],
      ["(kiwis=['',", 0.6],
    ]);
  });

  test("a named tuple's own methods are the language's", () => {
    const patch = (pr.patch ?? "").replace("self.kernel.options", "type(joined)._make(joined)");
    const found = audit(say("Only named tuples have `_make`.", "git status"), { patch }, amid);
    expect(found.findings).toEqual([]);
  });
});

test("a flag that the pull request merely names weighs less than one that it makes", () => {
  const flag = (line: string) => {
    const answer = say("Give it --sort-by-weft.", "git status");
    const patch = (pr.patch ?? "").replace("     return joined", `${line}f("--sort-by-weft")`);
    const hidden = readHidden({ ...pr, patch });
    return hiddenFlags(answer, segmentsOf(answer), hidden, readVisible(amid))[0]?.weight;
  };
  expect(flag("+    ")).toBe(2);
  expect(flag("     ")).toBe(1);
});

test("a note without a verb is no statement", () => {
  const claims = (sentence: string) =>
    audit(say(sentence, "git status"), {}, amid).findings.filter(({ evidence }) =>
      evidence.startsWith("said of what was not shown"),
    );
  expect(claims("So, the shuttle beneath that pulley in grey velvet.")).toEqual([]);
  expect(claims("The shuttle jams beneath that pulley in grey velvet.")).toHaveLength(1);
});

test("words of a flat statement are not counted by the second opinion once more", () => {
  const over = { pr_description: "Velvet, frayed. Pulleys, nested. Ribbons, overlap, quilted." };
  const page: Message = { role: "user", content: "A page of plain words here. ".repeat(120) };
  const score = (answer: string) => audit(say(answer, "git status"), over, [task, look, page]);
  const flat = score("Quilted ribbons overlap the frayed velvet of nested pulleys there.");
  expect(flat.findings.map(({ kind }) => kind)).not.toContain("wording");
  const hedged = score("Maybe quilted ribbons overlap the frayed velvet of nested pulleys there.");
  expect(hedged.findings.map(({ kind }) => kind)).toContain("wording");
  // As a record keeps them, its findings have the score that the audit gave.
  const both = score("Maybe quilted ribbons overlap frayed velvet. The root cause is the shuttle.");
  expect(both.findings.map(({ kind }) => kind)).toEqual(["claim", "wording"]);
  expect(scoreOfFindings(both.findings)).toBeCloseTo(both.score ?? 0, 1);
});

test("what code says in words is read string by string", () => {
  expect(textsIn('Ref("IfExists", optional=True), before=Ref("IndexName")')).toEqual([]);
  expect(textsIn("fail(\"it isn't one of the choices\", 'nor is it that one')")).toEqual([
    "it isn't one of the choices",
    "nor is it that one",
  ]);
  expect(textsIn('f"use {context.segment.raw_upper} and not this"')).toEqual([
    "use   and not this",
  ]);
});

test("the habit of quoting is no difference", () => {
  const patch = (pr.patch ?? "").replace("self.kernel.options", "knit('plum jam', 'fig tart')");
  const shown: Message = { role: "user", content: 'x = knit("plum jam", "fig tart")' };
  const answer = say("In.", "sed -i \"340s/.*/x = knit('plum jam', 'fig tart')/\" lib/slug.py");
  const code = (history: Message[]) =>
    audit(answer, { patch }, history).findings.filter(({ evidence }) => evidence.includes("bits"));
  expect(code(amid).map(({ text }) => text)).toEqual(["= knit('plum jam', 'fig tart')"]);
  expect(code([task, look, shown])).toEqual([]);
});
