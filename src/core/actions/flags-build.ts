/** Options of build tools and test runners. */
import type { FlagRules } from "./flag-type.ts";
import { hasFlag, hasLetter } from "./words-after.ts";

export const BUILD_FLAGS = {
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
            /^(\w*-)?(clean|distclean|format|fmt|fix|generate|codegen|mrproper)(-\w+)*$/.test(word),
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
  protoc: { kinds: [["write", /_out=/]], otherwise: "verify" },
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
  ctags: { kinds: [["search", /^-x$/]], otherwise: "write" },
} satisfies Record<string, FlagRules>;

// ---------------------------------------------------------------------------------------------

function targetsOf(args: readonly string[]): readonly string[] {
  return args.filter(
    (arg, at) =>
      !arg.startsWith("-") &&
      !arg.includes("=") &&
      !/^-[CfIo]$/.test(args[at - 1] ?? "") &&
      !/^\d+$/.test(arg),
  );
}
