/** Texts in YAML. A double-quoted scalar is a JSON string, but for characters that YAML takes for line ends or refuses. */

export const yamlText = (value: string): string =>
  JSON.stringify(value).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
