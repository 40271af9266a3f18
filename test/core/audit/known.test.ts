/** What somebody may know without the pull request, and what nobody can. */
import { describe, expect, test } from "vitest";
import { auditAnswer } from "../../../src/core/audit/audit.ts";
import { parseDiff } from "../../../src/core/audit/diff.ts";
import { namesGiven } from "../../../src/core/audit/given-names.ts";
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
    expect(weighs(answer, amid)).toBeGreaterThan(1.5 * weighs(answer, [task]));
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
    audit(say(answer, "git status"), {}, [task, look, words]).verdict;
  expect(weigh("The release needle goes.")).toBe("suspect");
  expect(weigh("The releaseNeedle goes.")).toBe("leak");
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
