/** Programs that only look, for the guard: those that cannot do else, and those whose options decide. */
import { wordSet } from "./words-after.ts";

/** They write no file and start no program, whatever they are given. */
export const FREE = wordSet(`
  cat head tail ls dir vdir wc grep egrep fgrep zgrep rgrep nl tac rev cut paste join comm cmp diff fold fmt expand
  unexpand column tr od hexdump strings md5sum sha1sum sha256sum sha512sum cksum stat du df pwd realpath readlink basename
  dirname which type echo true false : cd pushd popd dirs seq whoami id groups uname arch nproc
  free uptime ps printenv locale getconf lscpu jq base64 base32 zcat bzcat xzcat sleep exit return break continue
  shift wait pgrep lsof tokei exa eza expr`);

/** null: with these arguments it only looks; else why that is not known. */
export function refusedArguments(name: string, args: readonly string[]): string | null {
  const rule = RULES[name];
  if (rule === undefined) {
    return args.length === 1 && /^(--version|--help)$/.test(args[0] ?? "") && VERSIONED.has(name)
      ? null
      : `${name} is not known to only look`;
  }
  return rule(args) ? null : `${name} is given options that are not known to only look`;
}

// ---------------------------------------------------------------------------------------------

/** Whether the arguments only look. */
type Rule = (args: readonly string[]) => boolean;

const VERSIONED = wordSet(
  "python python3 node npm pip pip3 go cargo rustc java ruby perl php git make gcc pytest bash",
);

/** GNU programs take any beginning of a long option that no other shares. */
const isLong = (arg: string, long: string): boolean => {
  const name = arg.split("=")[0] ?? "";
  return name.length > 2 && name.startsWith("--") && long.startsWith(name);
};
const without =
  (short: RegExp, ...long: readonly string[]): Rule =>
  (args) =>
    !args.some((arg) => short.test(arg) || long.some((one) => isLong(arg, one)));
const operands = (args: readonly string[]): readonly string[] =>
  args.filter((arg) => !arg.startsWith("-"));
const first =
  (...verbs: readonly string[]): Rule =>
  ([verb = ""]) =>
    verbs.includes(verb);

const packages: Rule = ([verb = "", ...rest]) =>
  /^(list|ls|show|freeze)$/.test(verb) &&
  rest.every(
    (arg) =>
      !arg.startsWith("-") ||
      /^(-g|--all|--json|--files|--outdated|--format=\w+|--depth=\d+)$/.test(arg),
  );

const RULES: Readonly<Record<string, Rule>> = {
  sort: without(/^-[a-zA-Z]*[oT]/, "--output", "--compress-program", "--temporary-directory"),
  uniq: (args) => operands(args).length <= 1,
  test: (args) => !args.includes("-v"),
  "[": (args) => !args.includes("-v"),
  "[[": (args) => !/(^|\s)-(v|R|eq|ne|lt|gt|le|ge)(\s|$)/.test(args.join(" ")),
  printf: (args) => !(args[0] ?? "").startsWith("-v"),
  read: (args) => args.every((arg) => /^-r$|^[a-z]\w*$/.test(arg)),
  tree: without(/^-[a-zA-Z]*o|^-R/, "--output"),
  file: without(/^-[a-zA-Z]*[Cm]/, "--compile"),
  date: (args) => without(/^-[a-zA-Z]*s/, "--set")(args) && args.every((arg) => /^[-+]/.test(arg)),
  hostname: (args) =>
    operands(args).length === 0 && without(/^-[a-zA-Z]*[Fb]/, "--file", "--boot")(args),
  xxd: (args) =>
    without(/^-[a-z]*r|^-revert/)(args) &&
    operands(args.filter((_, at) => !/^-[lscg]$/.test(args[at - 1] ?? ""))).length <= 1,
  yq: without(/^-[a-zA-Z]*i|^-[a-zA-Z]*s/, "--inplace", "--in-place", "--split-exp"),
  command: first("-v", "-V"),
  set: (args) => args.every((arg) => /^[-+][eux]+$|^[-+]e?u?x?o$|^pipefail$/.test(arg)),
  export: (args) =>
    args.every((arg) => /^(?:LC_[A-Z]+|LANG|TZ|COLUMNS|NO_COLOR)=[\w.@/-]*$/.test(arg)),
  find: (args) => findLooks(args),
  fd: without(/^-[a-zA-Z]*[xX]/, "--exec", "--exec-batch"),
  rg: without(/^$/, "--pre", "--hostname-bin"),
  ag: without(/^$/, "--pager"),
  sed: (args) => sedLooks(args),
  awk: (args) => awkLooks(args),
  gawk: (args) => awkLooks(args),
  mawk: (args) => awkLooks(args),
  git: (args) => gitLooks(args),
  tar: (args) =>
    /^-?[tvzjJfa]*t[vzjJfa]*$/.test(args[0] ?? "") &&
    args.slice(1).every((arg) => !arg.startsWith("-")),
  unzip: (args) => /^-[lvZp]+$/.test(args[0] ?? ""),
  gzip: (args) => /^-(dc|cd|l|lv)$/.test(args[0] ?? ""),
  pip: packages,
  pip3: packages,
  npm: packages,
};

/** What is run on each hit has to be a program that only looks, whatever the hit is called. */
function findLooks(args: readonly string[]): boolean {
  if (args.some((arg) => /^-(delete|fprint0?|fprintf|fls|files0-from)$/.test(arg))) return false;
  return args.every((arg, at) => {
    if (!/^-(exec|execdir|ok|okdir)$/.test(arg)) return true;
    return FREE.has(args[at + 1] ?? "");
  });
}

const RE = String.raw`/(?:[^/\\\n]|\\.)*/I?`;
const ADDRESS = String.raw`(?:\d+(?:~\d+)?|\$|${RE}|[+~]\d+)`;
const PLAIN = String.raw`[pdDqQ=lnNPGHghx]\d*`;
const CHANGE = ["/", "|", ",", "#", "@", ":"]
  .map((mark) => {
    const sign = mark === "|" ? "\\|" : mark;
    const part = String.raw`(?:[^${sign}\\\n]|\\.)*`;
    return `[sy]${sign}${part}${sign}${part}${sign}[gpiI\\d]*`;
  })
  .join("|");
/** Commands of sed without w, W, e, r and files of scripts. */
const SED = new RegExp(
  String.raw`(?:${ADDRESS}(?:\s*,\s*${ADDRESS})?\s*)?(?:!\s*)?(?:${PLAIN}|${CHANGE}|[{}])[;\s]*`,
  "y",
);

function sedLooks(args: readonly string[]): boolean {
  const scripts: string[] = [];
  let isNamed = false;
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? "";
    if (/^-[nErsuz]*e$/.test(arg)) {
      scripts.push(args[++at] ?? "");
      isNamed = true;
    } else if (
      arg.startsWith("-") &&
      !/^(-[nErsuz]+|--quiet|--silent|--regexp-extended|-)$/.test(arg)
    ) {
      return false;
    } else if (!arg.startsWith("-") && !isNamed && scripts.length === 0) scripts.push(arg);
  }
  return scripts.length > 0 && scripts.every(isSedScript);
}

/** Command by command: what is none of those that only show text ends it. */
function isSedScript(script: string): boolean {
  const text = script.trim();
  let at = 0;
  while (at < text.length) {
    SED.lastIndex = at;
    const found = SED.exec(text);
    if (found === null) return false;
    at += found[0].length;
  }
  return true;
}

const COMPARES = String.raw`(?:NR|FNR|NF|\$\w{1,4})\s*[<>=!]=?\s*\d+`;
/** A comparison is no redirection where no action stands before it. */
const AWK_RANGE = new RegExp(
  String.raw`^\s*${COMPARES}(?:\s*(?:&&|\|\||,)\s*${COMPARES})*\s*(?:\{([^>|]*)\})?\s*$`,
);

function awkLooks(args: readonly string[]): boolean {
  let at = 0;
  while (at < args.length && (args[at] ?? "").startsWith("-")) {
    if (/^-[Fv]$/.test(args[at] ?? "")) at++;
    else if (!/^-F./.test(args[at] ?? "")) return false;
    at++;
  }
  const program = args[at] ?? "";
  if (/system|@|getline/.test(program)) return false;
  const range = AWK_RANGE.exec(program);
  return range !== null || !/[>|]/.test(program.replaceAll("||", ""));
}

const GIT_LOOKS = wordSet(`
  diff show log status blame annotate grep ls-files ls-tree rev-parse describe shortlog rev-list cat-file for-each-ref
  merge-base name-rev show-ref count-objects check-ignore check-attr whatchanged cherry diff-tree`);
const LISTING =
  /^(-a|-r|-v|-vv|-l|-n\d*|--list|--all|--remotes|--show-current|--contains|--merged|--no-merged|--points-at|--sort=.*|--format=.*)$/;
const CHOOSING = /^(-l|--list|--contains|--merged|--no-merged|--points-at)$/;
const lists: Rule = (args) =>
  args.filter((arg) => arg.startsWith("-")).every((arg) => LISTING.test(arg)) &&
  (operands(args).length === 0 || args.some((arg) => CHOOSING.test(arg)));

const GIT_VERBS: Readonly<Record<string, Rule>> = {
  // Of an old git, `branch -l NAME` makes a branch.
  branch: (args) => !args.includes("-l") && lists(args),
  tag: lists,
  remote: (args) => args.length === 0 || args[0] === "-v" || args[0] === "get-url",
  stash: first("list", "show"),
  worktree: first("list"),
  reflog: (args) => args.length === 0 || args[0] === "show",
  config: (args) =>
    /^(--get|--get-all|--get-regexp|-l|--list)$/.test(args[0] ?? "") &&
    args
      .slice(1)
      .every((arg) => !arg.startsWith("-") || /^--(global|local|system|show-origin)$/.test(arg)),
};

function gitLooks(args: readonly string[]): boolean {
  let at = 0;
  while (at < args.length && (args[at] ?? "").startsWith("-")) {
    if (args[at] === "-C") at++;
    else if (
      !/^(--no-pager|--literal-pathspecs|--no-optional-locks|--version)$/.test(args[at] ?? "")
    )
      return false;
    at++;
  }
  const verb = args[at];
  if (verb === undefined) return true;
  const rest = args.slice(at + 1);
  const starts = without(
    /^-O/,
    "--output",
    "--ext-diff",
    "--textconv",
    "--open-files-in-pager",
    "--output-directory",
    "--filters",
  );
  if (!starts(rest.slice(0, rest.includes("--") ? rest.indexOf("--") : undefined))) return false;
  return GIT_LOOKS.has(verb) || GIT_VERBS[verb]?.(rest) === true;
}
