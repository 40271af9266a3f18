/** What registries do not have, or have otherwise, and a sandbox that is not there: the whole command, on loopback. */
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { PACKAGES } from "../../src/core/tasks/packages.ts";
import { PROGRAMS } from "../../src/gym/world.ts";
import { runProgram } from "../../src/io/program.ts";
import { findPython } from "../../src/trainer/python.ts";
import { tempProject } from "../support/project.ts";
import { runScriptFile } from "../support/scripts.ts";

/** null: the machine has none, and the gym says so by itself. */
const python = await findPython({ oldest: 11, newest: 14 }).then(
  async ({ program }) => {
    const said = await runProgram(program, ["-I", "-c", "import sys; print(sys.executable)"]);
    return said.stdout.trim();
  },
  () => null,
);

const [NPM, PYPI] = ["minimist", "addict"].map((name) => PACKAGES.find((one) => one.name === name));

/** A workspace that has what tests need, so that a build begins with its packages. */
async function ready(toml = ""): Promise<string> {
  const root = tempProject({ "chain.toml": toml });
  const code = "import sys; print(sys.version.split()[0])";
  const { stdout } = await runProgram(python ?? "", ["-I", "-c", code]);
  const lock = readFileSync(join(PROGRAMS, "requirements.lock"), "utf8");
  mkdirSync(join(root, ".cache/gym/site"), { recursive: true });
  writeFileSync(join(root, ".cache/gym/site.lock"), `${stdout.trim()} compiled\n${lock}`);
  return root;
}

/** Both registries: without the packages, or with other archives under their names. */
async function registry(has: "nothing" | "others", root: string): Promise<string> {
  mkdirSync(join(root, "package"));
  writeFileSync(join(root, "package/package.json"), '{"name":"minimist","version":"0.0.0"}');
  await runProgram("tar", ["-czf", join(root, "other.tgz"), "-C", root, "package"]);
  const bytes = readFileSync(join(root, "other.tgz"));
  const digest = (name: string, as: "base64" | "hex"): string =>
    createHash(name).update(bytes).digest(as);
  const server = createServer((request, response) => {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const say = (type: string, body: unknown): void => {
      response.setHeader("content-type", type);
      response.end(JSON.stringify(body));
    };
    if (has === "nothing") return void response.writeHead(404).end();
    if (request.url === "/other.tgz") return void response.end(bytes);
    if (request.url?.startsWith("/simple/") === true) {
      const filename = `addict-${PYPI?.version ?? ""}.tar.gz`;
      const file = { filename, url: "/other.tgz", hashes: { sha256: digest("sha256", "hex") } };
      return say("application/vnd.pypi.simple.v1+json", {
        meta: { "api-version": "1.0" },
        name: "addict",
        files: [file],
      });
    }
    const version = NPM?.version ?? "";
    const dist = {
      tarball: `${url}/other.tgz`,
      integrity: `sha512-${digest("sha512", "base64")}`,
      shasum: digest("sha1", "hex"),
    };
    say("application/json", {
      name: "minimist",
      "dist-tags": { latest: version },
      versions: { [version]: { name: "minimist", version, dist } },
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test.skipIf(python === null).each([
  [
    "nothing",
    "not_found 2",
    [
      `minimist ${NPM?.version ?? ""}: not_found (404 Not Found`,
      `addict ${PYPI?.version ?? ""}: not_found (no index that pip asks has a source archive of addict)`,
    ],
  ],
  [
    "others",
    "other_hash 2",
    [NPM, PYPI].map(
      (one) =>
        `${one?.name ?? ""} ${one?.version ?? ""}: other_hash (the registry's archive is not the pinned one)`,
    ),
  ],
] as const)("registries that have %s of both packages: %s", async (has, said, lines) => {
  const root = await ready();
  const url = await registry(has, root);
  const args = ["build", "--root", root, "--packages", "minimist,addict", "--python", python ?? ""];
  const ended = await runScriptFile("gym", args, {
    npm_config_registry: url,
    npm_config_cache: join(root, "npm"),
    PIP_INDEX_URL: `${url}/simple`,
    PIP_CONFIG_FILE: "/dev/null",
    PIP_EXTRA_INDEX_URL: "",
    PIP_RETRIES: "0",
  });
  expect(ended.stdout + ended.stderr).toContain(`2 read, 0 kept, 2 dropped (${said})`);
  for (const line of lines) expect(ended.stdout).toContain(`no task from ${line}`);
});

test.skipIf(python === null)("a sandbox that is not there is said with its way out", async () => {
  const root = await ready('[gym]\nsandbox = "bubblewrap"\n');
  const args = ["build", "--root", root, "--packages", "minimist", "--python", python ?? ""];
  const ended = await runScriptFile("gym", args, { PATH: "/nowhere" });
  expect(ended.code).toBe(1);
  expect(ended.stderr).toContain("bubblewrap does not start on this machine");
  expect(ended.stderr).toContain("apt install bubblewrap");
});

test.skipIf(python === null)(
  "a package that is not in the list is an error with a guess",
  async () => {
    const root = await ready();
    const args = ["build", "--root", root, "--packages", "minimst", "--python", python ?? ""];
    const ended = await runScriptFile("gym", args);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain("gym: minimst is not among the gym's packages");
    expect(ended.stderr).toContain("did you mean minimist?");
  },
);
