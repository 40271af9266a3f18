/** core is pure: no clock and no chance but what is passed in. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const files = readdirSync("src/core", { recursive: true, encoding: "utf8" }).filter((name) =>
  name.endsWith(".ts"),
);

test.each(files)("core/%s takes time and chance as arguments", (name) => {
  const code = readFileSync(join("src/core", name), "utf8").replace(
    /\/\*[\s\S]*?\*\/|\/\/.*$/gm,
    "",
  );
  expect(code).not.toMatch(
    /Math\.random|Date\.now|new Date\(\)|performance\.now|process\.|\bfetch\(/,
  );
});
