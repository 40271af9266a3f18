/** Options of unpackers, patch, and programs that change or show one file. */
import { namesOutput, short, type FlagRules } from "./flag-type.ts";

/** tar takes its letters with or without a dash, in the first word. */
const tar =
  (letter: RegExp) =>
  (args: readonly string[]): boolean =>
    letter.test(args[0] ?? "") && !(args[0] ?? "").startsWith("--");
const UNPACKER: FlagRules = {
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

export const FILE_FLAGS = {
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
  ffmpeg: { kinds: [], otherwise: "write" },
  pandoc: { kinds: [["write", (args) => namesOutput(args)]], otherwise: "read" },
  tree: { kinds: [["write", /^-o$/]], otherwise: "search" },
} satisfies Record<string, FlagRules>;
