/** Compilers told by a table: swiftc, C# and F#, kotlinc, GHC, scalac, Dart, Nim, OCaml, Fortran, Pascal, Crystal, and how julia and R end. */
import type { Category } from "./categories.ts";
import { readerOf, type FormRow } from "./form-table.ts";
import { ofJulia, ofR } from "./other-messages.ts";

/** The parser's complaint, a module that is not there, else names and types. */
const byWords =
  (syntax: RegExp, missing: RegExp) =>
  (text: string): Category =>
    syntax.test(text) ? "syntax" : missing.test(text) ? "import" : "attribute_type";

/** Codes of the C# parser. */
const CS_SYNTAX =
  /^CS(?:100[1-3]|1009|101[0-3]|102[1-9]|103[0-58-9]|104[0-4]|105[56]|1073|15(?:1[3-9]|2[0-9]|3[0-9])|1646|1733|80(?:76|95)|8124|8180|8635)\b/;
const CS_MISSING = /^CS(?:0006|0012|0234|0246|1069)\b/;

function ofSharp(text: string): Category {
  if (/^(?:NU|NETSDK|MSB)\d/.test(text)) return "environment";
  if (text.startsWith("FS")) {
    if (/^FS(?:0010|0058|0222|0583|3118)\b/.test(text)) return "syntax";
    return /namespace or module '.{1,200}' is not defined/.test(text) ? "import" : "attribute_type";
  }
  return CS_SYNTAX.test(text) ? "syntax" : CS_MISSING.test(text) ? "import" : "attribute_type";
}

const ofKotlin = byWords(
  /^(?:error: )?(?:expecting|unexpected tokens|syntax error|unclosed|missing '|illegal)/i,
  /(?!)/,
);
const ofHaskell = byWords(
  /parse error|lexical error|[Pp]ossibly incorrect indentation/,
  /Could not (?:find|load) module|is a member of the hidden package|does not export/,
);
const ofScala = byWords(
  /expected but|illegal start|unclosed|^'.{1,10}' expected|end of (?:statement|file|input) (?:expected|but)|unmatched|^expected /,
  /is not a member of (?:package|<root>)|^not found: object|object .{1,200} is not a member of package/,
);

/** What Scala 3 says below the line that it quotes. */
const SCALA_SAID = /^\[error\]\s+\|\s+[^\s^]/;

/** One row for each maker of codes: they share the form. */
const SHARP: readonly FormRow[] = (["csharp", "fsharp", "nuget", "netSdk", "msbuild"] as const).map(
  (mark) => ({
    runner: "dotnet",
    mark,
    form: /^\s*(?<file>\S[^\n(]{0,300}?)(?:\((?<line>\d+)(?:,\d+){0,3}\))?\s?: error (?<text>(?:CS|FS|BC|NU|NETSDK|MSB)\d+: .+)$/,
    strength: "build",
    category: ofSharp,
  }),
);

const ROWS: readonly FormRow[] = [
  {
    runner: "swiftc",
    mark: "place",
    form: /^(?<file>[^\s:]{1,300}\.swift):(?<line>\d+):\d+: error: (?<text>.+)$/,
    strength: "build",
    category: byWords(
      /^expected |^unterminated|^consecutive (?:statements|declarations)|^extraneous|^unexpected |^invalid character/,
      /^no such module/,
    ),
  },
  ...SHARP,
  {
    runner: "kotlinc",
    mark: "kotlin",
    form: /^e: (?:file:\/\/)?(?<file>[^\s:]{1,300}\.kts?):(?: \((?<line>\d+), \d+\):|\d+:\d+) (?<text>.+)$/,
    strength: "build",
    category: ofKotlin,
  },
  {
    runner: "kotlinc",
    mark: "place",
    form: /^(?<file>[^\s:]{1,300}\.kts?):(?<line>\d+):(?:\d+:)? error: (?<text>.+)$/,
    strength: "build",
    category: ofKotlin,
  },
  {
    runner: "ghc",
    mark: "place",
    form: /^(?<file>[^\s:]{1,300}\.l?hs):(?<line>\d+):\d+(?:-\d+)?: error:(?: \[.{1,60}\])?$/,
    strength: "build",
    why: ["next"],
    category: ofHaskell,
  },
  {
    runner: "ghc",
    mark: "place",
    form: /^(?<file>[^\s:]{1,300}\.l?hs):(?<line>\d+):\d+(?:-\d+)?: error: (?<text>(?!\[[^\]]{1,60}\]$).+)$/,
    strength: "build",
    category: ofHaskell,
  },
  {
    runner: "scalac",
    mark: "place",
    form: /^(?<file>[^\s:]{1,300}\.scala):(?<line>\d+):(?:\d+:)? error: (?<text>.+)$/,
    strength: "build",
    category: ofScala,
  },
  {
    runner: "scalac",
    mark: "scala",
    form: /^\[error\] (?<file>[^\s:]{1,300}\.(?:scala|sbt)):(?<line>\d+):(?:\d+:)? (?<text>.+)$/,
    strength: "build",
    category: ofScala,
  },
  {
    runner: "scalac",
    mark: "scala",
    form: /^\[error\] -- (?:\[E\d+\] )?Syntax Error: (?<file>[^\s:]{1,300}):(?<line>\d+):\d+/,
    strength: "build",
    why: [SCALA_SAID],
    category: "syntax",
  },
  {
    runner: "scalac",
    mark: "scala",
    form: /^\[error\] -- (?:\[E\d+\] )?(?!Syntax )(?:\w+ ){0,4}Error: (?<file>[^\s:]{1,300}):(?<line>\d+):\d+/,
    strength: "build",
    why: [SCALA_SAID],
    category: (text) => ofScala(text.replace(/^\[error\]\s+\|\s+/, "")),
  },
  {
    runner: "dart",
    mark: "place",
    form: /^(?<file>[^\s:]{1,300}\.dart):(?<line>\d+):\d+: Error: (?<text>.+)$/,
    strength: "build",
    category: byWords(
      /^Expected |^Unexpected token|^Can't find '|^String starting with|^Unterminated/,
      /^Not found: '|^Error when reading|^Couldn't resolve the package/,
    ),
  },
  {
    runner: "nim",
    mark: "placeError",
    form: /^(?<file>[^\s(]{1,300}\.nims?)\((?<line>\d+), \d+\) Error: (?<text>.+)$/,
    strength: "build",
    category: byWords(
      /^(?:expected|invalid indentation|expression expected|identifier expected|closing )/,
      /^cannot open file/,
    ),
  },
  {
    runner: "julia",
    mark: "juliaEnd",
    form: /^ERROR: LoadError: (?<text>(?!Some tests did not pass|There was an error during testing).+)$/,
    strength: "build",
    category: ofJulia,
  },
  {
    runner: "ocaml",
    mark: "pyFile",
    form: /^File "(?<file>[^"]{1,300}\.ml[ily]?)", lines? (?<line>\d+)(?:-\d+)?, characters \d+-\d+:$/,
    strength: "build",
    why: [/^Error(?: \(.{1,80}\))?: /],
    category: byWords(
      /^Error: (?:Syntax|Lexical) error|^Error: Illegal character/,
      /Unbound module/,
    ),
  },
  {
    runner: "gfortran",
    mark: "place",
    form: /^(?<file>[^\s:]{1,300}\.(?:f|for|f\d\d)):(?<line>\d+):\d+:$/i,
    strength: "build",
    why: [/^(?:Fatal )?Error: /],
    category: byWords(
      /^Error: (?:Missing|Syntax error|Unclassifiable|Expected|Expecting|Unexpected|Invalid character|Unterminated|Unmatched)/,
      /Cannot open (?:module|included?) file|Can't open included file/,
    ),
  },
  {
    runner: "gfortran",
    mark: "fortran",
    form: /^Fortran runtime error: (?<text>.+)$/,
    strength: "build",
    category: "runtime",
  },
  ...(["placeError", "placeFatal"] as const).map((mark): FormRow => ({
    runner: "fpc",
    mark,
    form: /^(?<file>\S{1,300}\.(?:pas|pp|lpr|inc))\((?<line>\d+)(?:,\d+)?\) (?:Error|Fatal): (?<text>(?!There were \d).+)$/,
    strength: "build",
    category: byWords(
      /^Syntax error|expected but|^Illegal (?:character|expression)|^Unexpected end of file|^String exceeds line/,
      /^Can't (?:find unit|open include file)/,
    ),
  })),
  {
    runner: "fpc",
    mark: "pascal",
    form: /^(?<text>Runtime error \d+ at \$[0-9A-Fa-f]+)/,
    strength: "build",
    category: "runtime",
  },
  {
    runner: "crystal",
    mark: "crystal",
    form: /^In (?<file>[^\s:]{1,300}\.cr):(?<line>\d+):\d+$/,
    strength: "build",
    why: [/^Error: /],
    category: byWords(
      /^Error: (?:unexpected|expecting|unterminated|expected|invalid (?:char|unicode))/,
      /can't find file/,
    ),
  },
  {
    runner: "crystal",
    mark: "crystal",
    form: /^(?<text>Syntax error in (?<file>[^\s:]{1,300}):(?<line>\d+): .+)$/,
    strength: "build",
    category: "syntax",
  },
  {
    runner: "R",
    mark: "rError",
    form: /^Error in (?!reporter\$stop_if_needed\(\)).{1,200} ?: ?$/,
    strength: "build",
    why: ["next"],
    category: ofR,
  },
  {
    runner: "R",
    mark: "rError",
    form: /^Error in (?!reporter\$stop_if_needed\(\)).{1,200}? ?: ?(?<text>\S.*)$/,
    strength: "build",
    category: ofR,
  },
  {
    runner: "R",
    mark: "rError",
    form: /^Error: (?<text>unexpected .{1,60})/,
    strength: "build",
    category: "syntax",
  },
];

export const readOtherCompilers = readerOf(ROWS);
