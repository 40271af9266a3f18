/** Verbs of the package managers of Node, Python, Ruby and PHP. */
import { SCRIPTS, type VerbRules } from "./verb-type.ts";
import { wordSet } from "./words-after.ts";

const NODE_INSTALLS =
  "install i add ci remove rm uninstall un update up upgrade link unlink publish login logout dedupe prune rebuild cache deprecate import";

const NODE: VerbRules = {
  verify: wordSet("test t tst it install-test audit doctor pack:check"),
  write: wordSet("init create pack patch patch-commit"),
  search: wordSet(
    "list ls la ll info view v show why explain outdated search find root bin prefix licenses get whoami ping fund docs repo query sbom versions",
  ),
  call: wordSet(NODE_INSTALLS),
  scripts: wordSet("run run-script rum"),
  groups: wordSet("config pkg workspace workspaces"),
  valued: wordSet("--prefix -C --dir --cwd --filter -F --workspace -w --silent="),
  flags: [
    ["write", /^version$/, /^[^-]/],
    ["write", /^pkg$/, /^(set|delete|fix)$/],
    ["search", /^cache$/, /^(ls|list|dir)$/],
    ["call", /^audit$/, /^(fix|--fix)$/],
  ],
  otherwise: "call",
  ownScripts: true,
};

const PIP: VerbRules = {
  verify: wordSet("check"),
  search: wordSet("list show freeze index search debug inspect hash config cache tree"),
  flags: [
    ["call", /^config$/, /^(set|unset|edit)$/],
    ["call", /^cache$/, /^(purge|remove)$/],
  ],
  groups: wordSet("pip"),
  otherwise: "call",
};

const PYTHON_PROJECT: VerbRules = {
  verify: wordSet("check build test typecheck"),
  write: wordSet("init new version"),
  search: wordSet("show list env info search tree graph scripts find"),
  groups: wordSet("pip python tool self cache"),
  call: wordSet("install add remove sync lock update venv"),
  scripts: wordSet("run"),
  flags: [
    ["search", /^version$/, /^(-s|--short)$/],
    ["call", /^env$/, /^(use|remove|create)$/],
  ],
  otherwise: "call",
  bare: "search",
};

export const PACKAGE_VERBS = {
  npm: NODE,
  pnpm: NODE,
  yarn: { ...NODE, bare: "call" },
  bun: { ...NODE, verify: wordSet("test build run:check"), bare: "search" },
  lerna: { ...NODE, scripts: wordSet("run exec") },
  nx: {
    ...SCRIPTS,
    search: wordSet("show graph list report affected:graph"),
    scripts: wordSet("run run-many affected"),
    write: wordSet("g generate format:write format migrate reset"),
  },
  turbo: { ...SCRIPTS, scripts: wordSet("run") },
  deno: {
    verify: wordSet("test run check lint bench compile doc serve"),
    write: wordSet("fmt init bundle"),
    flags: [
      ["verify", /^fmt$/, /^--check$/],
      ["write", /^lint$/, /^--fix$/],
    ],
    search: wordSet("info types"),
    scripts: wordSet("task"),
    otherwise: "call",
    bare: "verify",
  },
  pip: PIP,
  pip3: PIP,
  pipx: PIP,
  conda: {
    ...PIP,
    search: wordSet("list info search env config"),
    flags: [["call", /^env$/, /^(create|remove|update)$/]],
  },
  mamba: PIP,
  poetry: PYTHON_PROJECT,
  pipenv: PYTHON_PROJECT,
  pdm: PYTHON_PROJECT,
  rye: {
    ...PYTHON_PROJECT,
    verify: wordSet("test lint build"),
    write: wordSet("init fmt format"),
  },
  hatch: {
    ...PYTHON_PROJECT,
    verify: wordSet("test build"),
    write: wordSet("new fmt version"),
    flags: [["verify", /^fmt$/, /^--check$/]],
  },
  uv: {
    ...PYTHON_PROJECT,
    write: wordSet("init format"),
    flags: [["verify", /^format$/, /^(--check|--diff)$/]],
  },
  gem: {
    search: wordSet(
      "list search info which environment contents specification dependency outdated",
    ),
    verify: wordSet("build check"),
    otherwise: "call",
  },
  bundle: {
    verify: wordSet("check doctor audit"),
    search: wordSet("list show info outdated platform env open"),
    write: wordSet("init gem"),
    otherwise: "call",
  },
  composer: {
    verify: wordSet("test validate check diagnose check-platform-reqs audit"),
    search: wordSet("show info outdated search depends why why-not licenses status"),
    write: wordSet("init dump-autoload dumpautoload"),
    scripts: wordSet("run run-script"),
    call: wordSet("install require update remove create-project global config i u"),
    otherwise: "call",
    ownScripts: true,
  },
} satisfies Record<string, VerbRules>;
