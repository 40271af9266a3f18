/** Whether the model that a reply names is the one that was asked for. */

/**
 * Providers spell one model in several ways: with or without the vendor before it, with a date or a
 * size behind it. True where one name holds the other once that is taken away.
 */
export function isSameModel(asked: string, answered: string): boolean {
  const a = plain(asked);
  const b = plain(answered);
  return (
    a === b ||
    (a.length >= SHORTEST && b.startsWith(a) && VARIANT.test(b.slice(a.length))) ||
    (b.length >= SHORTEST && a.startsWith(b) && VARIANT.test(a.slice(b.length)))
  );
}

// ---------------------------------------------------------------------------------------------

const SHORTEST = 3;

/** What may stand behind a name: a date, a version, a way of serving it; not another size. */
const VARIANT =
  /^(?:[-_:@](?:\d{4}(?:-?\d{2}-?\d{2})?|\d{6,8}|latest|v\d+(?:[.:]\d+)*|tee|fp8|fp4|int8|awq|gptq|bf16|free|online|nitro|floor|turbo|instruct|chat|it|hf|gguf|q\d\w*|maas|thinking))+$/;

function plain(name: string): string {
  const last = name.toLowerCase().split("/").at(-1) ?? "";
  return last.replace(/\.gguf$/, "");
}
