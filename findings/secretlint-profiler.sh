#!/usr/bin/env bash
# versions: @secretlint/core, @secretlint/profiler, @secretlint/secretlint-rule-preset-recommend 11.7.1 (npm)
# behaviour: the profiler of secretlint's core is always on and keeps its marks for the life of the
#   process, so memory and the time a text takes grow with the texts read. Replacing its `mark` ends it.
# seen: 36 marks after one text, 3636 after 101.
set -euo pipefail
cd "$(mktemp -d)" && trap 'rm -rf "$PWD"' EXIT
npm install --silent --no-fund --no-audit @secretlint/{core,profiler,secretlint-rule-preset-recommend}@11.7.1 || exit 69
cat > run.mjs <<'JS'
import { lintSource } from "@secretlint/core";
import { secretLintProfiler } from "@secretlint/profiler";
import { creator } from "@secretlint/secretlint-rule-preset-recommend";
import { performance } from "node:perf_hooks";
const rules = [{ id: "@secretlint/secretlint-rule-preset-recommend", rule: creator, options: {} }];
const source = { filePath: "a.txt", content: "hello", contentType: "text", ext: ".txt" };
const marksAfter = async (texts) => {
  for (let at = 0; at < texts; at++) await lintSource({ source, options: { config: { rules } } });
  return performance.getEntriesByType("mark").length;
};
const one = await marksAfter(1);
const many = await marksAfter(100);
secretLintProfiler.mark = () => {};
const off = await marksAfter(100);
console.log(`${one} marks after one text, ${many} after 101, ${off} after 201 with mark replaced`);
process.exitCode = one > 0 && many === 101 * one && off === many ? 0 : 1;
JS
node run.mjs
