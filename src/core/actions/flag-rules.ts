/**
 * Programs whose options decide whether they change files, check, or show: formatters, linters,
 * unpackers, patch. The first option that fits decides, else the kind in `otherwise`.
 */
import type { Kind } from "./act-kind.ts";
import { hasFlag, hasLetter } from "./words-after.ts";

/** undefined: no program of these tables. */
export function flagKind(name: string, args: readonly string[]): Kind | undefined {
  const rules = FLAGS.get(name);
  if (rules === undefined) return undefined;
  const given = rules.kinds.find(([, when]) =>
    typeof when === "function" ? when(args) : hasFlag(args, when),
  );
  return given === undefined ? rules.otherwise : given[0];
}

/** Where a program of any name writes what it makes: `-o FILE`, `--output=FILE`, `-out FILE`. */
export function namesOutput(args: readonly string[]): boolean {
  return args.some((arg, at) =>
    /^(-o|--output|--out|-out|--output-file|--outfile)$/.test(arg)
      ? !/^(-|\/dev\/.*)?$/.test(args[at + 1] ?? "")
      : /^--(output|out|output-file|outfile)=[^-]/.test(arg),
  );
}

// ---------------------------------------------------------------------------------------------

type Rules = {
  readonly kinds: readonly (readonly [Kind, RegExp | ((args: readonly string[]) => boolean)])[];
  readonly otherwise: Kind;
};

const DRY =
  /^(--check|--check-only|--diff|--dry-run|--list-different|--verify|--lint|-check|-diff|--fail-on-change)(=.*)?$/;
const FIX =
  /^(--fix|--fix=.*|--fix-type.*|--write|-w|--in-place|-i|--inplace|--apply|--apply-unsafe|--unsafe|--autocorrect.*|--auto-correct.*|--safe-auto-correct|--format)$/;

/** Rewrites files unless told to look only. */
const FORMATTER: Rules = { kinds: [["verify", DRY]], otherwise: "write" };
/** Checks unless told to mend. */
const LINTER: Rules = { kinds: [["write", FIX]], otherwise: "verify" };
/** Prints the changed text unless told to write it. */
const PRINTER: Rules = {
  kinds: [
    ["write", FIX],
    ["verify", DRY],
  ],
  otherwise: "read",
};

const short =
  (letter: string, taking = "") =>
  (args: readonly string[]): boolean =>
    hasLetter(args, letter, taking);
/** tar takes its letters with or without a dash, in the first word. */
const tar =
  (letter: RegExp) =>
  (args: readonly string[]): boolean =>
    letter.test(args[0] ?? "") && !(args[0] ?? "").startsWith("--");
const UNPACKER: Rules = {
  kinds: [
    ["search", short("l")],
    ["search", /^--list$/],
    ["verify", short("t")],
    ["verify", /^--test$/],
    ["read", short("c")],
    ["read", /^--(stdout|to-stdout)$/],
  ],
  otherwise: "write",
};

const FLAGS: ReadonlyMap<string, Rules> = new Map(
  Object.entries({
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
    patch: { kinds: [["verify", /^(--dry-run|--check|-C)$/]], otherwise: "write" },
    rsync: {
      kinds: [
        ["search", short("n", "e")],
        ["search", /^--(dry-run|list-only)$/],
      ],
      otherwise: "write",
    },
    tar: {
      kinds: [
        ["search", /^--(list|test-label)$/],
        ["read", /^--to-stdout$/],
        ["search", tar(/^-?[a-zA-Z]*t/)],
        ["read", tar(/^-?[a-zA-Z]*x[a-zA-Z]*O|^-?[a-zA-Z]*O[a-zA-Z]*x/)],
        ["read", /^-O$/],
      ],
      otherwise: "write",
    },
    jar: {
      kinds: [
        ["search", tar(/^-?[a-z]*t/)],
        ["search", /^--list$/],
      ],
      otherwise: "write",
    },
    gzip: UNPACKER,
    gunzip: UNPACKER,
    bzip2: UNPACKER,
    bunzip2: UNPACKER,
    xz: UNPACKER,
    unxz: UNPACKER,
    zstd: UNPACKER,
    unzip: {
      kinds: [
        ["search", /^-[lvZz]/],
        ["read", /^-[pc]$/],
        ["verify", /^-t/],
      ],
      otherwise: "write",
    },
    "7z": {
      kinds: [
        ["search", (args) => args[0] === "l"],
        ["verify", (args) => args[0] === "t"],
        ["read", /^-so$/],
      ],
      otherwise: "write",
    },
    dd: { kinds: [["write", /^of=(?!\/dev\/(null|stdout))/]], otherwise: "read" },
    sort: {
      kinds: [
        ["write", short("o", "kStT")],
        ["write", /^--output/],
        ["verify", /^(-c|-C|--check.*)$/],
      ],
      otherwise: "read",
    },
    iconv: {
      kinds: [
        ["write", /^(-o|--output)/],
        ["search", /^(-l|--list)$/],
      ],
      otherwise: "read",
    },
    xxd: {
      kinds: [
        [
          "write",
          (args) => args.filter((arg) => !arg.startsWith("-") && !/^\d+$/.test(arg)).length > 1,
        ],
      ],
      otherwise: "read",
    },
    yq: {
      kinds: [
        ["write", short("i", "pos")],
        ["write", /^--inplace$/],
      ],
      otherwise: "read",
    },
    jq: {
      kinds: [["verify", (args) => args[0] === "empty" || (args[0] === "-e" && args[1] === ".")]],
      otherwise: "read",
    },
    xmllint: {
      kinds: [
        ["write", /^(-o|--output)$/],
        ["verify", /^--(noout|valid|schema|relaxng|dtdvalid)$/],
        ["search", /^--xpath$/],
      ],
      otherwise: "read",
    },
    xmlstarlet: {
      kinds: [
        ["write", (args) => args.includes("-L") || args.includes("--inplace")],
        ["verify", (args) => args[0] === "val"],
        ["search", (args) => args[0] === "sel"],
      ],
      otherwise: "read",
    },
    curl: {
      kinds: [
        // A body, or another verb than GET, changes something out there.
        [
          "call",
          /^(-d.*|-F|-T|--data.*|--form.*|--json|--upload-file|POST|PUT|PATCH|DELETE|-X(POST|PUT|PATCH|DELETE))$/,
        ],
        ["write", (args) => hasLetter(args, "O", "HAubeXwmox") || hasFlag(args, /^--remote-name/)],
        [
          "write",
          (args) =>
            namesOutput(args) ||
            args.some(
              (arg, at) => /^-[a-zA-Z]*o$/.test(arg) && !(args[at + 1] ?? "").startsWith("/dev/"),
            ),
        ],
      ],
      otherwise: "search",
    },
    wget: {
      kinds: [
        ["call", /^--(post|method|body).*$/],
        ["search", /^(--spider|-[a-zA-Z]*O-|--output-document=-)$/],
        [
          "search",
          (args) =>
            args.some(
              (arg, at) => /^-[a-zA-Z]*O$/.test(arg) && /^(-|\/dev\/.*)$/.test(args[at + 1] ?? ""),
            ),
        ],
      ],
      otherwise: "write",
    },
    crontab: { kinds: [["search", /^-l$/]], otherwise: "write" },
    make: {
      kinds: [
        [
          "search",
          (args) =>
            hasLetter(args, "n", "CfIjlo") ||
            hasFlag(args, /^(--dry-run|--just-print|--print-data-base)$/),
        ],
        [
          "write",
          (args) =>
            targetsOf(args).length > 0 &&
            targetsOf(args).every((word) =>
              /^(\w*-)?(clean|distclean|format|fmt|fix|generate|codegen|mrproper)(-\w+)*$/.test(
                word,
              ),
            ),
        ],
        [
          "call",
          (args) =>
            targetsOf(args).length > 0 &&
            targetsOf(args).every((word) =>
              /^(install|deps|setup|bootstrap|init|deploy|publish|up|down|start|stop|dev|serve)(-\w+)*$/.test(
                word,
              ),
            ),
        ],
      ],
      otherwise: "verify",
    },
    pytest: {
      kinds: [["search", /^(--co|--collect-only|--fixtures|--markers|--version)$/]],
      otherwise: "verify",
    },
    tox: { kinds: [["search", /^(-l|-a|--listenvs.*)$/]], otherwise: "verify" },
    nox: { kinds: [["search", /^(-l|--list.*)$/]], otherwise: "verify" },
    ctest: { kinds: [["search", /^(-N|--show-only.*)$/]], otherwise: "verify" },
    openssl: {
      kinds: [
        ["write", /^-(out|keyout)$/],
        ["verify", (args) => args[0] === "verify"],
      ],
      otherwise: "search",
    },
    protoc: { kinds: [["write", /_out=/]], otherwise: "verify" },
    ffmpeg: { kinds: [], otherwise: "write" },
    pandoc: { kinds: [["write", (args) => namesOutput(args)]], otherwise: "read" },
    ctags: { kinds: [["search", /^-x$/]], otherwise: "write" },
    mount: {
      kinds: [["search", (args) => args.length === 0 || args[0] === "-l"]],
      otherwise: "call",
    },
    hostname: {
      kinds: [["call", (args) => args.some((arg) => !arg.startsWith("-"))]],
      otherwise: "search",
    },
    ifconfig: { kinds: [["call", (args) => args.length > 1]], otherwise: "search" },
    date: { kinds: [["call", /^(-s|--set.*)$/]], otherwise: "search" },
    ip: { kinds: [["call", /^(add|del|delete|set|flush|up|down)$/]], otherwise: "search" },
    sysctl: { kinds: [["call", /^-w$|=/]], otherwise: "search" },
    dmesg: { kinds: [["call", /^(-C|-c|--clear)$/]], otherwise: "search" },
    dpkg: {
      kinds: [
        [
          "search",
          /^(-[lLsSpcI]|--list|--listfiles|--status|--search|--get-selections|--print-.*|--contents|--info)$/,
        ],
        ["verify", /^(-V|--verify|--audit)$/],
      ],
      otherwise: "call",
    },
    ldconfig: { kinds: [["search", /^-p$/]], otherwise: "call" },
    tree: { kinds: [["write", /^-o$/]], otherwise: "search" },
    "pip-compile": FORMATTER,
    cmake: {
      kinds: [
        [
          "write",
          (args) =>
            args[0] === "-E" &&
            /^(copy|remove|rm|make_directory|touch|rename|tar)/.test(args[1] ?? ""),
        ],
      ],
      otherwise: "verify",
    },
  } satisfies Record<string, Rules>),
);

function targetsOf(args: readonly string[]): readonly string[] {
  return args.filter(
    (arg, at) =>
      !arg.startsWith("-") &&
      !arg.includes("=") &&
      !/^-[CfIo]$/.test(args[at - 1] ?? "") &&
      !/^\d+$/.test(arg),
  );
}
