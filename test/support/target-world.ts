/** Sources of numbered turns, every second of them good, and models that answer by the number. */
import type { ItemRef, ChatRequest } from "../../src/work.ts";

export const METRIC_NAMES = ["correctness", "grounding", "progress", "protocol", "efficiency"];

const said = (command: string): string => `THOUGHT: look.\n\n\`\`\`bash\n${command}\n\`\`\``;

/** `rows` turns, five to a repository (or all of one), each with a pull request of its own. */
export function targetSources(rows: number, repositories = rows / 5): Record<string, string> {
  const all = Array.from({ length: rows }, (_, n) => n + 1);
  const repo = (n: number): string => `owner/repo${n % repositories}`;
  const lines = (rowOf: (n: number) => object): string =>
    all.map((n) => `${JSON.stringify(rowOf(n))}\n`).join("");
  return {
    "turns.jsonl": lines((n) => ({
      instance_id: `owner__repo-${n}`,
      repo: repo(n),
      turn: 1,
      messages: [
        { role: "system", content: "rules" },
        { role: "user", content: `task ${n}: slugs keep their dashes, please mend that` },
      ],
      assistant: said(`cat reference${n}`),
    })),
    "prs.jsonl": lines((n) => ({
      instance_id: `owner__repo-${n}`,
      repo: repo(n),
      patch: `--- a/slug.py\n+++ b/slug.py\n@@ -1,1 +1,1 @@\n-    return joined\n+    return trim_table_${n}(joined)\n`,
    })),
  };
}

/** chain.toml beside the sources; `more`: further sections. Models of `provider`. */
export function targetToml(target: string, more = "", provider = "chutes", perFile = 5): string {
  return `[source]
trajectories = "turns.jsonl"
prs = "prs.jsonl"
per_file = ${perFile}
[target]
${target}
[king]
provider = "${provider}"
model = "king"
[challenger]
provider = "${provider}"
model = "challenger"
[judge]
provider = "${provider}"
models = ["judge-a", "judge-b"]
thinking_models = []
quorum = 2
${more}`;
}

/** Good turns have even numbers: the challenger wins them 5 to 0, and draws the others. */
export function answerByNumber(model: string, text: string): string {
  const n = Number(/task (\d+)/.exec(text)?.[1] ?? 0);
  if (model === "king") return said(`cat king${n}`);
  if (model === "challenger") return said(`cat second${n}`);
  const first = text.lastIndexOf(`second${n}`) < text.lastIndexOf(`king${n}`);
  const vote = n % 2 === 1 ? 0 : first ? 1 : 2;
  return JSON.stringify({
    ...Object.fromEntries(METRIC_NAMES.map((name) => [name, vote])),
    reason: "It looks at what is there.",
  });
}

export const scriptedAnswer = (request: ChatRequest, _item: ItemRef): string =>
  answerByNumber(request.model, request.messages.map(({ content }) => content).join("\n"));
