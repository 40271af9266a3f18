/**
 * Runs test files of a JavaScript package, each in a process of its own: node run-tests.cjs RUNNER FILE...
 * Writes [{file, code, output}] to the file that KINGMAKER_RESULTS names. RUNNER: "tap" for files that print
 * TAP, "script" for files whose exit code is all, "mocha" or "mocha-tdd" for mocha's own results. Below
 * NODE_V8_COVERAGE each file has a folder of its own, its number. Ends with 152 and without results where a file used up
 * its processor time: what is endless says nothing.
 */
const { spawnSync } = require("node:child_process");
const { writeFileSync } = require("node:fs");

const [runner, ...files] = process.argv.slice(2);
const mocha = ["/node_modules/mocha/bin/mocha.js", "--reporter", "json", "--ui"];
const argumentsOf = {
  tap: (file) => [file],
  script: (file) => [file],
  mocha: (file) => [...mocha, "bdd", file],
  "mocha-tdd": (file) => [...mocha, "tdd", file],
};
const coverage = process.env.NODE_V8_COVERAGE;
const results = files.map((file, at) => {
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    argumentsOf[runner](file),
    {
      encoding: "utf8",
      maxBuffer: 16 << 20,
      stdio: ["ignore", "pipe", "pipe"],
      env: coverage ? { ...process.env, NODE_V8_COVERAGE: `${coverage}/${at}` } : process.env,
    },
  );
  if (signal === "SIGXCPU") process.exit(152);
  return { file, code: status ?? 137, output: stdout ?? "", errors: (stderr ?? "").slice(-4000) };
});
writeFileSync(process.env.KINGMAKER_RESULTS, JSON.stringify(results));
