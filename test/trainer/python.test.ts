import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { findPython } from "../../src/trainer/python.ts";
import { fakePython } from "../support/fake-python.ts";
import { tempProject } from "../support/project.ts";

const RANGE = { oldest: 11, newest: 13 };
let folder = "";

beforeEach(() => {
  folder = tempProject();
  // The system's own folders hold a Python of this machine.
  vi.stubEnv("PATH", `${folder}/bin:${folder}/sh`);
  vi.stubEnv("PYENV_ROOT", join(folder, "pyenv"));
});
afterEach(() => vi.unstubAllEnvs());

const put = (path: string, version: string): void => fakePython(join(folder, path), { version });

test("the newest Python that fits is taken from PATH", async () => {
  put("bin/python3.11", "3.11.2");
  put("bin/python3.13", "3.13.0");
  put("bin/python3", "3.14.1");
  expect(await findPython(RANGE)).toEqual({ program: "python3.13", version: "3.13.0" });
});

test("a python3 that fits will do, a shim that only complains is passed over", async () => {
  put("bin/python3.12", "pyenv: python3.12: command not found");
  put("bin/python3", "3.11.9");
  expect(await findPython(RANGE)).toEqual({ program: "python3", version: "3.11.9" });
});

test("what pyenv keeps off PATH is found, the newest that fits", async () => {
  put("bin/python3", "3.9.18");
  for (const version of ["3.9.18", "3.12.1", "3.12.10", "3.14.0"])
    put(`pyenv/versions/${version}/bin/python3`, version);
  const program = join(folder, "pyenv/versions/3.12.10/bin/python3");
  expect(await findPython(RANGE)).toEqual({ program, version: "3.12.10" });
});

test("without any Python that fits it says where it looked and how to get one", async () => {
  put("bin/python3", "3.10.13");
  await expect(findPython(RANGE)).rejects.toMatchObject({
    message:
      "no Python 3.11 to 3.13 found: not as python3.13, python3.12, python3.11, python3, python on PATH, nor in pyenv",
    hint: expect.stringContaining("apt install python3 python3-venv"),
  });
});

test.each([
  ["3.9.1", "is Python 3.9.1, and 3.11 to 3.13 is wanted"],
  ["3.14.0", "is Python 3.14.0, and 3.11 to 3.13 is wanted"],
  ["no version", "does not start as a Python"],
])("--python with %s is refused", async (version, why) => {
  put("bin/mine", version);
  const path = join(folder, "bin/mine");
  await expect(findPython(RANGE, path)).rejects.toMatchObject({
    message: `--python ${path} ${why}`,
    hint: "name a Python 3.11 to 3.13, or leave --python out to have one looked for",
  });
});

test("--python that is not there is refused", async () => {
  await expect(findPython(RANGE, "/no/such/python")).rejects.toThrow(
    "--python /no/such/python does not start as a Python",
  );
});
