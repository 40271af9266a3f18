/** Options of formatters and linters. */
import { short, type FlagRules } from "./flag-type.ts";

const DRY =
  /^(--check|--check-only|--diff|--dry-run|--list-different|--verify|--lint|-check|-diff|--fail-on-change)(=.*)?$/;
const FIX =
  /^(--fix|--fix=.*|--fix-type.*|--write|-w|--in-place|-i|--inplace|--apply|--apply-unsafe|--unsafe|--autocorrect.*|--auto-correct.*|--safe-auto-correct|--format)$/;

/** Rewrites files unless told to look only. */
const FORMATTER: FlagRules = { kinds: [["verify", DRY]], otherwise: "write" };
/** Checks unless told to mend. */
const LINTER: FlagRules = { kinds: [["write", FIX]], otherwise: "verify" };
/** Prints the changed text unless told to write it. */
const PRINTER: FlagRules = {
  kinds: [
    ["write", FIX],
    ["verify", DRY],
  ],
  otherwise: "read",
};

export const FORMAT_FLAGS = {
  black: FORMATTER,
  isort: {
    kinds: [["verify", /^(--check|--check-only|-c|--diff|-d|--df)$/]],
    otherwise: "write",
  },
  rustfmt: FORMATTER,
  ktfmt: FORMATTER,
  swiftformat: FORMATTER,
  stylua: FORMATTER,
  ormolu: FORMATTER,
  nixfmt: FORMATTER,
  taplo: FORMATTER,
  gci: FORMATTER,
  codespell: LINTER,
  phpcbf: FORMATTER,
  autopep8: PRINTER,
  autoflake: PRINTER,
  docformatter: PRINTER,
  pyupgrade: FORMATTER,
  yapf: { kinds: [["write", /^(-i|--in-place)$/]], otherwise: "verify" },
  prettier: {
    kinds: [
      ["write", /^(--write|-w)$/],
      ["verify", /^(--check|-c|--list-different|-l)$/],
    ],
    otherwise: "read",
  },
  gofmt: {
    kinds: [
      ["write", /^-w$/],
      ["verify", /^-[ld]$/],
    ],
    otherwise: "read",
  },
  goimports: {
    kinds: [
      ["write", /^-w$/],
      ["verify", /^-[ld]$/],
    ],
    otherwise: "read",
  },
  gofumpt: {
    kinds: [
      ["write", /^-w$/],
      ["verify", /^-[ld]$/],
    ],
    otherwise: "read",
  },
  shfmt: {
    kinds: [
      ["write", short("w", "i")],
      ["verify", short("d", "i")],
      ["verify", short("l", "i")],
    ],
    otherwise: "read",
  },
  "clang-format": {
    kinds: [
      ["write", /^-i$/],
      ["verify", /^(-n|--dry-run|-Werror)$/],
    ],
    otherwise: "read",
  },
  "clang-tidy": {
    kinds: [["write", /^(-fix|--fix|-fix-errors|--fix-errors)$/]],
    otherwise: "verify",
  },
  ktlint: { kinds: [["write", /^(-F|--format)$/]], otherwise: "verify" },
  scalafmt: { kinds: [["verify", /^(--test|--check|--list)$/]], otherwise: "write" },
  "2to3": { kinds: [["write", /^(-w|--write|-nw|-wn)$/]], otherwise: "verify" },
  lib2to3: { kinds: [["write", /^(-w|--write|-nw|-wn)$/]], otherwise: "verify" },
  futurize: { kinds: [["write", /^(-w|--write)$/]], otherwise: "verify" },
  eslint: { kinds: [["write", /^(--fix|--fix-type.*)$/]], otherwise: "verify" },
  rubocop: {
    kinds: [["write", /^(-a|-A|-x|--fix-layout|--auto-?correct.*)$/]],
    otherwise: "verify",
  },
  rubyfmt: { kinds: [["write", /^-i$/]], otherwise: "read" },
  standardrb: LINTER,
  stylelint: LINTER,
  tslint: LINTER,
  xo: LINTER,
  standard: LINTER,
  oxlint: LINTER,
  swiftlint: LINTER,
  djlint: { kinds: [["write", /^--reformat$/]], otherwise: "verify" },
  "pip-compile": FORMATTER,
} satisfies Record<string, FlagRules>;
