/** What the doctor asks: short questions whose answers show what a server carries. */

/** Room for a model that thinks first. */
export const MOST_TOKENS = 512;

/** Long enough that a provider caches it, so that the second call shows whether it does. */
const LONG_BEGINNING = `These lines are filler for a test of prompt caching. ${"A line of no meaning follows another one. ".repeat(120)}`;

/** Asked twice: a model that samples says another noun. */
export const QUESTION = [
  { role: "system", content: LONG_BEGINNING },
  { role: "user", content: "Write one random English noun and nothing else." },
] as const;

/** Stands in the arguments of the one call of CALL_HISTORY, and nowhere else. */
export const MARK = "zebra-4711";

export const TOOLS = [
  {
    type: "function",
    function: {
      name: "run",
      description: "Runs a shell command.",
      parameters: {
        type: "object",
        properties: { command: { type: "string" } },
        required: ["command"],
      },
    },
  },
];

const ASKED = { role: "user", content: "Look at the folder." } as const;
const ASKED_BACK = {
  role: "user",
  content: "Which command was run? Answer with the command alone.",
} as const;

/** A history with one call; what is lost from it cannot be answered. */
export const CALL_HISTORY = [
  ASKED,
  {
    role: "assistant",
    content: "",
    tool_calls: [{ id: "call_1", name: "run", arguments: { command: `ls ${MARK}` } }],
  },
  { role: "tool", content: "setup.py", tool_call_id: "call_1", name: "run" },
  ASKED_BACK,
] as const;

/** The same without the call: so many tokens less show that it was in the prompt. */
export const BARE_HISTORY = [ASKED, ASKED_BACK] as const;
