/** A row as its line. Numbers that may have a fraction always show one: loaders take 66 for a whole number, and then refuse 66.5. */

/** Keys of metadata and of steps whose numbers may have a fraction. */
export const REAL_KEYS: ReadonlySet<string> = new Set([
  "score",
  "margin",
  "judges_agreeing",
  "rewards",
]);

/**
 * @param hasFractions weights of messages are such numbers too.
 * @throws Error, a bug of the builder: a fraction under a key that has whole numbers.
 */
export function rowText(row: Readonly<Record<string, unknown>>, hasFractions = false): string {
  const { metadata, rewards, ...rest } = row;
  if (hasFractions) return weightedText(row);
  if (metadata === undefined && rewards === undefined) return JSON.stringify(row);
  const parts = [
    JSON.stringify(rest).slice(1, -1),
    ...(rewards === undefined ? [] : [`"rewards":${realsText(rewards)}`]),
    ...(metadata === undefined ? [] : [`"metadata":${metadataText(metadata)}`]),
  ];
  return `{${parts.filter((part) => part !== "").join(",")}}`;
}

// ---------------------------------------------------------------------------------------------

function metadataText(metadata: unknown): string {
  const entries = Object.entries(metadata as Readonly<Record<string, unknown>>);
  if (!entries.some(([, value]) => typeof value === "number")) return JSON.stringify(metadata);
  const parts = entries.map(([key, value]) => {
    if (typeof value !== "number") return `${JSON.stringify(key)}:${JSON.stringify(value)}`;
    if (REAL_KEYS.has(key)) return `${JSON.stringify(key)}:${realText(value)}`;
    if (!Number.isInteger(value)) throw new Error(`metadata ${key} is ${value}: name it a real`);
    return `${JSON.stringify(key)}:${value}`;
  });
  return `{${parts.join(",")}}`;
}

/** Of rows of messages alone. */
function weightedText({ messages, ...rest }: Readonly<Record<string, unknown>>): string {
  const texts = (messages as readonly { readonly weight?: number }[]).map(
    ({ weight, ...message }) => {
      const text = JSON.stringify(message);
      return weight === undefined ? text : `${text.slice(0, -1)},"weight":${realText(weight)}}`;
    },
  );
  const more = JSON.stringify(rest).slice(1, -1);
  return `{"messages":[${texts.join(",")}]${more === "" ? "" : `,${more}`}}`;
}

const realsText = (values: unknown): string =>
  `[${(values as readonly (number | null)[]).map((value) => (value === null ? "null" : realText(value))).join(",")}]`;

const realText = (value: number): string =>
  Number.isInteger(value) ? value.toFixed(1) : JSON.stringify(value);
