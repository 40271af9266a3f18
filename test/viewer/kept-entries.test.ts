/** The list of a large workspace, as the viewer before this one left it. */
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { FACTS_FILES } from "../../src/io/facts/facts.ts";
import { TEXTS_FILE } from "../../src/io/facts/texts.ts";
import { openStore } from "../../src/io/store.ts";
import { openCatalog } from "../../src/viewer/catalog.ts";
import { editIndex } from "../support/fact-lines.ts";
import { tempProject } from "../support/project.ts";

const RULES = { bucket: { by: "score", final_min: 80, defeat_max: 66 }, mode: 2 } as const;

const answer = (n: number, challenger: string): string =>
  JSON.stringify({
    instance_id: `instance-${n}`,
    repo: "owner/read",
    king: `king ${n}`,
    challenger,
    assistant: "",
    messages: [],
  });

/** Files that the disk's clock has left behind. */
async function workspace(turns: number): Promise<string> {
  const root = tempProject();
  mkdirSync(join(root, "answer"));
  for (let n = 0; n < turns; n++)
    writeFileSync(join(root, "answer", `t_${n}.json`), answer(n, `challenger ${n}`));
  await sleep(80);
  return root;
}

async function seen(root: string) {
  const catalog = openCatalog(openStore(root), RULES);
  await catalog.refresh(true);
  const finding = async (word: string): Promise<string[]> => {
    const has = await catalog.holding([word]);
    return catalog.entries().flatMap(({ file }) => (has?.(file) === true ? [file] : []));
  };
  const result = {
    repos: [...new Set(catalog.entries().map(({ row }) => row.repo))],
    n: catalog.entries().length,
    challenger: await finding("challenger 7"),
    edited: await finding("edited words"),
  };
  catalog.close();
  return result;
}

const SEVENS = (n: number): boolean => String(n).startsWith("7");

test("what is known of a thousand turns is taken as it was, and what changed since is read", async () => {
  const root = await workspace(1000);
  const first = await seen(root);
  const sevens = Array.from({ length: 1000 }, (_, n) => n).filter(SEVENS);
  expect(first).toMatchObject({ n: 1000, repos: ["owner/read"], edited: [] });
  expect(first.challenger).toEqual(sevens.map((n) => `t_${n}.json`));
  // Told apart from what is in the files: so it is seen that these are not read again.
  const index = join(root, "answer/.facts.jsonl");
  editIndex(index, (text) => text.replaceAll("owner/read", "owner/kept"));
  const second = await seen(root);
  expect(second).toEqual({ ...first, repos: ["owner/kept"] });
  writeFileSync(join(root, "answer/t_7.json"), answer(7, "edited words"));
  rmSync(join(root, "answer/t_70.json"));
  const third = await seen(root);
  expect(third).toMatchObject({ n: 999, edited: ["t_7.json"] });
  expect(third.repos.toSorted()).toEqual(["owner/kept", "owner/read"]);
  expect(third.challenger).not.toContain("t_7.json");
  // Without the texts nothing that was kept can be searched: all is read.
  rmSync(join(root, TEXTS_FILE));
  expect((await seen(root)).repos).toEqual(["owner/read"]);
});

test("of few turns nothing is left beside the answers", async () => {
  const root = await workspace(20);
  expect(await seen(root)).toMatchObject({ n: 20, challenger: ["t_7.json"] });
  expect(FACTS_FILES.filter((file) => existsSync(join(root, file)))).toEqual([]);
});
