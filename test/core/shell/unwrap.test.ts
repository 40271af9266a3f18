import { expect, test } from "vitest";
import { parseShell } from "../../../src/core/shell/parse.ts";
import { unwrapCommand } from "../../../src/core/shell/unwrap.ts";

const unwrapped = (source: string): string[] => {
  const parsed = parseShell(source);
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.commands
    .flatMap(unwrapCommand)
    .map((command) => [...command.assigns, command.program, ...command.args].join(" "));
};

test.each([
  ["pytest -q", ["pytest -q"]],
  ["sudo -u root ls -l", ["ls -l"]],
  ["timeout -k 5 60 python x.py", ["python x.py"]],
  ["env A=1 B=2 pytest", ["A=1 B=2 pytest"]],
  ["nohup nice -n 5 make test", ["make test"]],
  ["bash -lc 'cd x && pytest'", ["cd x", "pytest"]],
  [`bash -c "bash -c 'ls'"`, ["ls"]],
  ["sudo timeout 5 sh -c 'ls | wc'", ["ls", "wc"]],
  ["find . | xargs -0 -n 1 grep -l foo", ["find .", "grep -l foo"]],
  ["env", ["env"]],
  ["command -v python", ["command -v python"]],
  ["bash script.sh", ["bash script.sh"]],
  ["bash -c 'if ('", ["bash -c if ("]],
  ["constructor x", ["constructor x"]],
])("%s runs what is behind its wrappers", (source, expected) => {
  expect(unwrapped(source)).toEqual(expected);
});
