import { readFileSync, readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { schemaFiles } from "../../../src/core/training/schema-files.ts";

test("training/schemas/ is what src/records/ says now (npm run schemas writes it)", () => {
  const held = Object.fromEntries(
    readdirSync("training/schemas").map((name) => [
      name,
      readFileSync(`training/schemas/${name}`, "utf8"),
    ]),
  );
  expect(held).toEqual(schemaFiles());
});
