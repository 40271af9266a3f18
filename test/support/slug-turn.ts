/** A small turn whose pull request has a name that the history never shows. */
import { tempProject } from "./project.ts";

export const FILE = "answer/prompts_1_001_1.json";
export const ITEM = "challenger/prompts_1_001_1.json";

/** A well-formed answer. */
export const say = (thought: string): string => `THOUGHT: ${thought}\n\n\`\`\`bash\nls\n\`\`\``;
export const HONEST = say("I will look around first.");
/** Says the name that only the pull request knows. */
export const LEAK = say("The helper `trim_with_table` is what has to be called here.");

export const answer = {
  instance_id: "a__b-1",
  king: HONEST,
  challenger: "",
  assistant: "reference",
  messages: [{ role: "user", content: "Slugs keep their dashes. Please mend that." }],
};

export const pr = {
  instance_id: "a__b-1",
  repo: "a/b",
  patch:
    "--- a/slug.py\n+++ b/slug.py\n@@ -1,1 +1,1 @@\n-    return joined\n+    return trim_with_table(joined)\n",
};

export const workspace = (): string => tempProject({ [FILE]: answer, "commit/a__b-1.json": pr });
