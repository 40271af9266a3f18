/** What a server may refuse, and the setting that leaves it out; the doctor tries one after the other. */

export type Remedy = {
  /** What to write into chain.toml. */
  readonly line: (provider: string) => string;
  /** Settings of [provider.NAME] that are tried in place of its own. */
  readonly over: object;
  /** What is changed of the call itself. */
  readonly call: { readonly temperature?: "default"; readonly stream?: "yes" | "bare" };
};

export const REMEDIES: readonly Remedy[] = [
  {
    line: () => 'set temperature = "default" for its role: it refuses other temperatures',
    over: {},
    call: { temperature: "default" },
  },
  {
    line: (name) => `set [provider.${name}].max_tokens_field = "max_completion_tokens"`,
    over: { max_tokens_field: "max_completion_tokens" },
    call: {},
  },
  {
    line: (name) => `set [provider.${name}].system_role = "user": it refuses a system message`,
    over: { system_role: "user" },
    call: {},
  },
  {
    line: (name) => `take its fields out of [provider.${name}].body: it refuses one of them`,
    over: { body: {} },
    call: {},
  },
  {
    line: (name) => `set [provider.${name}].stream = true: it refuses whole replies`,
    over: {},
    call: { stream: "yes" },
  },
  {
    line: (name) =>
      `set [provider.${name}].stream = true: it refuses whole replies, and the count of tokens at a stream's end`,
    over: {},
    call: { stream: "bare" },
  },
];
