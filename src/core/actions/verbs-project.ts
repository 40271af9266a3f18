/** Verbs of linters, runners of a project's own scripts, and frameworks. */
import { SCRIPTS, type VerbRules } from "./verb-type.ts";
import { wordSet } from "./words-after.ts";

const RAILS: VerbRules = {
  verify: wordSet("test spec t runner r test:all test:system zeitwerk:check check shell"),
  write: wordSet(
    "g generate d destroy new db:schema:dump startapp startproject makemigrations collectstatic make:model make:migration make:controller inspectdb:write",
  ),
  search: wordSet(
    "routes about stats notes db:migrate:status showmigrations inspectdb route:list list diffsettings sqlmigrate",
  ),
  flags: [["verify", /^makemigrations$/, /^(--check|--dry-run)$/]],
  otherwise: "call",
  bare: "search",
};

export const PROJECT_VERBS = {
  ruff: {
    verify: wordSet("check rule"),
    write: wordSet("format clean"),
    flags: [
      ["write", /^check$/, /^(--fix|--fix-only|--unsafe-fixes|--add-noqa)$/],
      ["verify", /^format$/, /^(--check|--diff)$/],
    ],
    search: wordSet("linter config version"),
    otherwise: "verify",
  },
  biome: {
    verify: wordSet("check lint ci"),
    flags: [
      ["write", /^(check|lint|format)$/, /^(--write|--apply|--apply-unsafe|--fix|--unsafe)$/],
    ],
    write: wordSet("init migrate"),
    otherwise: "verify",
  },
  "golangci-lint": {
    verify: wordSet("run"),
    flags: [
      ["write", /^run$/, /^--fix$/],
      ["verify", /^fmt$/, /^(-d|--diff)$/],
    ],
    write: wordSet("fmt"),
    search: wordSet("linters version cache"),
    otherwise: "verify",
  },
  "php-cs-fixer": {
    write: wordSet("fix"),
    flags: [["verify", /^fix$/, /^(--dry-run|--diff)$/]],
    verify: wordSet("check"),
    otherwise: "search",
  },
  pint: { otherwise: "write", bare: "write" },
  sqlfluff: { verify: wordSet("lint parse"), write: wordSet("fix format"), otherwise: "verify" },
  buf: {
    verify: wordSet("lint build breaking"),
    write: wordSet("generate format"),
    otherwise: "call",
  },
  "pre-commit": {
    verify: wordSet("run try-repo validate-config validate-manifest"),
    write: wordSet("autoupdate clean gc sample-config"),
    otherwise: "call",
  },
  just: SCRIPTS,
  task: SCRIPTS,
  rake: { ...SCRIPTS, flags: [["search", /./, /^(-T|-P|-D|--tasks)$/]] },
  invoke: SCRIPTS,
  inv: SCRIPTS,
  poe: SCRIPTS,
  doit: SCRIPTS,
  grunt: SCRIPTS,
  gulp: SCRIPTS,
  rails: RAILS,
  artisan: RAILS,
  "manage.py": RAILS,
  "django-admin": RAILS,
  console: RAILS,
  ng: {
    verify: wordSet("test t build b lint e2e"),
    write: wordSet("generate g new update"),
    otherwise: "call",
  },
  alembic: {
    search: wordSet("current history heads show branches"),
    write: wordSet("revision"),
    verify: wordSet("check"),
    otherwise: "call",
  },
  prisma: {
    verify: wordSet("validate"),
    write: wordSet("generate format init"),
    otherwise: "call",
  },
} satisfies Record<string, VerbRules>;
