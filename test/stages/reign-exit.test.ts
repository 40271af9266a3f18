/**
 * A reign over turns with marked secrets, a marked pull request and answers that repeat the secrets: what it
 * leaves behind is searched, but for what was read and said word for word.
 */
import { expect, onTestFinished, test } from "vitest";
import { runsInside } from "../../src/command/wiring.ts";
import { loadConfig } from "../../src/config.ts";
import { reign } from "../../src/stages/reign.ts";
import { silentProgress } from "../support/chat.ts";
import { OPTIONS, testDeps } from "../support/deps.ts";
import { startLlmServer } from "../support/llm-server.ts";
import { snapshot } from "../support/project.ts";
import {
  CHALLENGER_SAYS,
  heldOutTurns,
  playedBy,
  reignWorkspace,
  trainedCheckpoint,
} from "../support/reign-workspace.ts";

// Put together here so that no scanner takes this file for a leak.
const drawn = ["k7Qz", "3vXp", "9LmT", "wB2c", "8RfN", "y5Hd"].join("");
const SECRET = `export DB_PASSWORD=${drawn}`;
const MAIL = "zoe.quill@mail-of-zoe.org";
/** A name that the pull request alone knows. */
const HIDDEN = "zebra_quux_marker";

const turns = heldOutTurns(12).map((turn, at) => ({
  ...turn,
  messages: [
    { role: "system", content: "You are an agent. Answer with a THOUGHT and one bash block." },
    { role: "user", content: `task ${at}: ${SECRET} ${MAIL}` },
  ],
}));
const commits = Object.fromEntries(
  heldOutTurns(12).map((turn) => {
    const { instance_id, repo } = turn as { instance_id: string; repo: string };
    const patch = `--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n-a\n+${HIDDEN}\n`;
    return [`commit/${instance_id}.json`, { instance_id, repo, patch }];
  }),
);

test("no secret, no address and no word of a pull request is in lineage, duels, reports and sides of a reign", async () => {
  const says = CHALLENGER_SAYS.replace("cat setup.py", `cat setup.py # ${SECRET} ${MAIL}`);
  const judged = playedBy("challenger");
  const server = await startLlmServer({
    models: [{ id: "mine" }],
    answer(request) {
      if (request.model === "mine") return says;
      const word = judged(request);
      return word.replace("It looks", `${SECRET} ${MAIL}: it looks`);
    },
  });
  onTestFinished(() => server.close());
  const root = reignWorkspace({
    url: server.url,
    turns,
    toml: "[audit]\nmask_emails = true\n",
    files: commits,
  });
  await trainedCheckpoint(root);
  const config = loadConfig(root, { PATH: process.env["PATH"] });
  const unused = testDeps(root, () => Promise.reject(new Error("unused")));
  const summary = await reign(
    config,
    { ...unused, progress: silentProgress },
    {
      ...OPTIONS,
      cpu: true,
      allowBenchmarks: false,
      yes: true,
      agree: () => Promise.resolve(null),
      inside: runsInside({ ...OPTIONS, root, json: true, yes: true }),
      checkpoint: "set-sft",
      baseUrl: server.url,
    },
  );
  expect(summary.notes.join("\n")).toContain("set-sft is crowned");

  const files = Object.entries(snapshot(root));
  // What was read and what was said, word for word, also of the duels' workspaces.
  const origins = /(?:^|\/)(?:answer|score|prompt|commit|engine)\//;
  const outside = files.filter(([name]) => !origins.test(name));
  expect(outside.map(([name]) => name)).toEqual(
    expect.arrayContaining(["reign/lineage.json", expect.stringMatching(/^reign\/.+\/report\//)]),
  );
  for (const [name, text] of outside) {
    for (const mark of [drawn, MAIL])
      expect(text.includes(mark), `${name} holds ${mark}`).toBe(false);
    expect(text.includes(HIDDEN), `${name} quotes the pull request`).toBe(false);
  }
  // They were there to be found; and of the pull request nobody in a reign was told.
  const said = files.filter(([name]) => /^reign\/.*(?:answer|score)\//.test(name));
  expect(said.filter(([, text]) => text.includes(drawn)).length).toBeGreaterThan(12);
  for (const [name, text] of files.filter(([one]) => one.startsWith("reign/"))) {
    expect(text.includes(HIDDEN), `${name} quotes the pull request`).toBe(false);
  }
  expect(server.stats.requests).toBeGreaterThan(60);
}, 120_000);
