/** Texts that lie on the disk and are searched there. */
import { existsSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openTexts, TEXTS_FILE, type Texts } from "../../../src/io/facts/texts.ts";
import { openStore } from "../../../src/io/store.ts";
import { tempProject } from "../../support/project.ts";

const project = (): string => tempProject({ "answer/.gitkeep": "" });

/** Numbers of the texts that have the word. */
async function found(texts: Texts, word: string, places: readonly unknown[]): Promise<number[]> {
  const has = await texts.holding(word);
  return places.flatMap((place, at) => (has(place as Parameters<typeof has>[0]) ? [at] : []));
}

test("a word is found in the texts that have it, by this opening and by the next", async () => {
  const store = openStore(project());
  const texts = openTexts(store);
  const places = ["grep -rn x", "", "a\0grep", "größe ≥ 3", "gre", "p grep grep"].map((text) =>
    texts.put(text),
  );
  expect(await found(texts, "grep", places)).toEqual([0, 2, 5]);
  // Not across the end of one text into the next.
  expect(await found(texts, "gre\0p", places)).toEqual([]);
  expect(await found(texts, "öße ≥", places)).toEqual([3]);
  texts.close();
  const again = openTexts(store);
  expect(places.map((place) => again.has(place))).toEqual(places.map(() => true));
  expect(await found(again, "grep", places)).toEqual([0, 2, 5]);
  expect(again.has({ block: "0123456789abcdef", at: 0, bytes: 1 })).toBe(false);
  expect(again.has({ block: places[0]?.block ?? "", at: 0, bytes: 1_000_000 })).toBe(false);
  again.close();
});

test("two that add at once find each their own, and who comes later finds all", async () => {
  const store = openStore(project());
  const first = openTexts(store);
  first.put("zero");
  first.flush();
  const second = openTexts(store);
  const places = ["one", "two", "three", "four"].map((text, at) => {
    const texts = at % 2 === 0 ? first : second;
    const place = texts.put(`${text} word`);
    texts.flush();
    return place;
  });
  expect(await found(first, "word", places)).toEqual([0, 2]);
  expect(await found(second, "word", places)).toEqual([1, 3]);
  const last = openTexts(store);
  expect(await found(last, "word", places)).toEqual([0, 1, 2, 3]);
  for (const texts of [first, second, last]) texts.close();
});

test.each(["torn by a kill", "another's file"])("a file that is %s is begun anew", async (how) => {
  const root = project();
  const store = openStore(root);
  const texts = openTexts(store);
  const place = texts.put("some words");
  texts.close();
  const path = join(root, TEXTS_FILE);
  if (how === "another's file") writeFileSync(path, "not ours\n");
  else truncateSync(path, readFileSync(path).length - 3);
  const again = openTexts(store);
  expect(again.has(place)).toBe(false);
  const fresh = again.put("some words");
  expect(await found(again, "words", [fresh])).toEqual([0]);
  again.close();
});

test("texts are found where nothing can be written, and where nothing is to be kept", async () => {
  const store = openStore(tempProject({ answer: "a file where the folder should be" }));
  const unwritable = openTexts(store);
  expect(await found(unwritable, "word", [unwritable.put("a word")])).toEqual([0]);
  const root = project();
  const unkept = openTexts(openStore(root), () => false);
  expect(await found(unkept, "word", [unkept.put("a word")])).toEqual([0]);
  unkept.close();
  expect(existsSync(join(root, TEXTS_FILE))).toBe(false);
});

test("nothing is written through a link, and what was discarded is not there for the next", () => {
  const root = project();
  const other = join(root, "other");
  writeFileSync(other, "");
  symlinkSync(other, join(root, TEXTS_FILE));
  const texts = openTexts(openStore(root));
  const place = texts.put("words");
  texts.flush();
  expect(readFileSync(other, "utf8")).toBe("");
  expect(texts.bytes()).toBe(6);
  texts.discard();
  texts.close();
  expect(openTexts(openStore(root)).has(place)).toBe(false);
});
