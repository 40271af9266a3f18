/** A model that its server does not know: the key that named it is told, whichever it is. */
import { expect, onTestFinished, test } from "vitest";
import { openModels } from "../../src/command/models.ts";
import { loadConfig } from "../../src/config.ts";
import type { Role, Stage, WorkItem } from "../../src/work.ts";
import { silentProgress } from "../support/chat.ts";
import { KEY, loopToml } from "../support/client.ts";
import { OPTIONS } from "../support/deps.ts";
import { startLlmServer } from "../support/llm-server.ts";
import { tempProject } from "../support/project.ts";

const MODELS = `[king]\nprovider = "loop"\nmodel = "k"\n[challenger]\nprovider = "loop"\nmodel = "c"\nstrategy = "select"\nrank_model = "r"\n[audit]\ngrounding_model = "g"\n[refine]\nmodel = "f"\n[judge]\nprovider = "loop"\nmodels = ["j", "j2"]\n`;
const WORTH = `${MODELS}[worth]\njudges = ["w"]\n`;

async function hintFor(
  stage: Stage,
  role: Role,
  model: string,
  { status, message }: { status: number; message: string },
): Promise<string> {
  const server = await startLlmServer({ answer: () => ({ status, body: { error: { message } } }) });
  onTestFinished(() => server.close());
  const env = `LOOP_KEY=${KEY}\n`;
  const outer = tempProject({ "chain.toml": `${loopToml(server.url)}${WORTH}`, ".env": env });
  const inner = MODELS.replace('["j", "j2"]', '["w", "w2"]');
  const root =
    model === "w"
      ? tempProject({ "chain.toml": `${loopToml(server.url)}${inner}`, ".env": env })
      : outer;
  const models = openModels({
    config: loadConfig(root, {}),
    written: loadConfig(outer, {}),
    stage,
    now: () => new Date(),
    progress: silentProgress,
    signal: new AbortController().signal,
    flags: OPTIONS,
  });
  const item = (n: number): WorkItem => ({
    stage,
    role,
    key: `${stage}/t${n}/1`,
    request: {
      provider: "loop",
      model,
      messages: [{ role: "user", content: `task ${n}` }],
      temperature: 0,
      max_tokens: 5,
      tag: { role, history_hash: String(n), attempt: 1 },
    },
  });
  try {
    const { to_mend } = await models.engine([1, 2, 3, 4].map(item), () => Promise.resolve([]));
    expect(to_mend).toHaveLength(1);
    return to_mend?.[0]?.hint ?? "";
  } finally {
    await models.close();
  }
}

const UNKNOWN = { status: 404, message: "The model does not exist" };
const EMPTY = { status: 402, message: "Insufficient Balance" };

test.each([
  ["king", "king", "k", UNKNOWN, "look at [king].model (it says k)"],
  ["challenger", "challenger", "c", UNKNOWN, "look at [challenger].model (it says c)"],
  ["challenger", "ranker", "r", UNKNOWN, "look at [challenger].rank_model (it says r)"],
  ["challenger", "grounding", "g", UNKNOWN, "look at [audit].grounding_model (it says g)"],
  ["refine", "challenger", "f", UNKNOWN, "look at [refine].model (it says f)"],
  ["refine", "grounding", "g", UNKNOWN, "look at [audit].grounding_model (it says g)"],
  ["validate", "judge", "j", UNKNOWN, "look at [judge].models (it says j)"],
  ["validate", "judge", "w", UNKNOWN, "look at [worth].judges (it says w)"],
  ["challenger", "grounding", "g", EMPTY, "name another provider in [challenger].provider"],
] as const)(
  "%s, asking as %s for %s, is refused: %o -> %s",
  async (...[stage, role, model, refusal, told]) => {
    expect(await hintFor(stage, role, model, refusal)).toContain(told);
  },
  60_000,
);
