/**
 * node kingmaker.cjs bench/make-confusables FILE: src/core/text/confusables.json from Unicode's confusables.txt
 * (UTS 39): single characters beyond ASCII that look like one Latin letter or digit. What NFKD makes
 * plain is left out, since folding does that first.
 */
import { readFileSync, writeFileSync } from "node:fs";

const text = readFileSync(process.argv[2] ?? "", "utf8");
const version = /^# Version: (\S+)/m.exec(text)?.[1] ?? "";
const looksLike = new Map<string, string[]>();
for (const [, from = "", to = ""] of text.matchAll(/^([0-9A-F]+) ;\t([0-9A-F]+) ;/gm)) {
  const [char, target] = [from, to].map((code) => String.fromCodePoint(Number.parseInt(code, 16)));
  if (char === undefined || target === undefined) continue;
  const plain = char.normalize("NFKD").replace(/\p{M}/gu, "");
  if (!/^[a-z0-9]$/i.test(target) || !/[^\0-\x7f]/.test(plain)) continue;
  const latin = target.toLowerCase();
  looksLike.set(latin, [...(looksLike.get(latin) ?? []), char]);
}
const sorted = [...looksLike].sort(([a], [b]) => (a < b ? -1 : 1));
const table = {
  source: `Unicode confusables.txt, version ${version}`,
  looks_like: Object.fromEntries(sorted.map(([latin, chars]) => [latin, chars.join("")])),
};
writeFileSync("src/core/text/confusables.json", `${JSON.stringify(table, null, 2)}\n`);
console.log(`${[...looksLike.values()].flat().length} characters, Unicode ${version}`);
