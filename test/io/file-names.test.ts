import fc from "fast-check";
import { expect, test } from "vitest";
import { openCommits, readCommit } from "../../src/io/commits.ts";
import { apartName, namesFor, safeName } from "../../src/io/file-names.ts";
import { openStore } from "../../src/io/store.ts";
import { snapshot, tempProject } from "../support/project.ts";

test.each([
  ["django__django-11099", "django__django-11099"],
  ["a/b", "a%2Fb"],
  ["../x", "%2E%2E%2Fx"],
  ["a b*c", "a%20b%2Ac"],
  ["v1.2.3", "v1.2.3"],
  ["CON", "%43ON"],
  ["nul.txt", "%6Eul.txt"],
  ["com1", "%63om1"],
  ["console", "console"],
])("the id %j becomes the file name %j", (id, name) => {
  expect(safeName(id)).toBe(name);
});

test("a long id is cut, with a hash that tells it from others", () => {
  const [one, two] = ["漢".repeat(28), `${"漢".repeat(28)}字`].map(safeName);
  expect(one).toMatch(/^(?:%[0-9A-F]{2})+~[0-9a-f]{16}$/);
  expect(one).not.toBe(two);
});

test("names of any two ids are apart, safe and short", () => {
  const id = fc.string({ unit: "binary", minLength: 1, maxLength: 120 });
  fc.assert(
    fc.property(id, id, (a, b) => {
      for (const name of namesFor(a)) {
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(250);
        expect(name).toMatch(/^[A-Za-z0-9_%~-][A-Za-z0-9._%~-]*$/);
      }
      expect(Buffer.byteLength(safeName(a))).toBeLessThanOrEqual(200);
      if (a.toWellFormed() !== b.toWellFormed()) expect(safeName(a)).not.toBe(safeName(b));
    }),
    { numRuns: 500 },
  );
});

const record = (instance_id: string) => ({ instance_id, repo: "r", patch: instance_id });

test("records of ids that differ in case alone have files of their own, and each is found", async () => {
  const root = tempProject();
  const store = openStore(root);
  const write = await openCommits(store);
  for (const id of ["Org__Repo-1", "org__repo-1", "漢".repeat(28)]) await write(id, record(id));
  // A later run finds the names taken as well, and writes the same files.
  const again = await openCommits(openStore(root));
  await again("Org__Repo-1", record("Org__Repo-1"));
  const names = Object.keys(snapshot(root)).map((name) => name.toLowerCase());
  expect(new Set(names).size).toBe(3);
  for (const id of ["Org__Repo-1", "org__repo-1", "漢".repeat(28)]) {
    expect((await readCommit(store, id))?.patch).toBe(id);
  }
  expect(await readCommit(store, "ORG__REPO-1")).toBeNull();
});

test("files that an older build named are still found", async () => {
  const root = tempProject({ "commit/CON.json": record("CON") });
  expect((await readCommit(openStore(root), "CON"))?.patch).toBe("CON");
  expect(namesFor("a__b-1")).toEqual(["a__b-1", apartName("a__b-1")]);
});
