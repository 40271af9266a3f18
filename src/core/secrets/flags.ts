/**
 * Passwords that programs take as a flag: `curl -u user:password`, `mysql -pPASSWORD`. Short flags may be written as one
 * word, whose last takes the value (`curl -Ou user:password`): so each program comes with the flags that take none.
 */
import { looksChosen } from "./looks.ts";
import type { NamedRule } from "./named-rule.ts";

type Program = {
  readonly kind: "curl_password" | "flag_password";
  /** A pattern; a match begins with it. */
  readonly name: string;
  readonly begins: readonly string[];
  /** What its texts cannot be without. @default begins */
  readonly grams?: readonly string[];
  /** Short flags without a value, as within brackets of a pattern. @default none */
  readonly bare?: string;
  /** The short flag, and what stands between it and its value. */
  readonly short?: string;
  readonly behind?: "blank or nothing" | "nothing" | "blank";
  /** Long flags, a pattern. */
  readonly long?: string;
  /** What stands before the password in the value: "bob:". @default nothing */
  readonly user?: string;
};

/** A password: within quotes up to the next, outside where a shell ends a word: `$(curl -u a:b)`, `mysql -pX|wc`. */
const valueAfter = (user: string): string =>
  [
    `\\\\{0,3}"${user}([^"\\\\\n]{3,128})(?=\\\\{0,3}")`,
    `\\\\{0,3}'${user}([^'\\\\\n]{3,128})(?=\\\\{0,3}')`,
    `\\\\{0,3}["']${user}([^\\s"'\`\\\\]{3,128})`,
    `${user}((?:[^\\s"'\`;|&<>()\\\\]|\\\\[^\\sntr"'\`]){3,128})`,
  ].join("|");

/** Of a command: what is in no quotes, what is, and either. The first two share no beginning, so that a repeat of both is linear. */
const BARE = String.raw`(?:[^\n|;&\\"']|&(?!&)|\\[\s\S])`;
const IN_QUOTES = String.raw`(?:"(?:[^"\\]|\\[\s\S]){0,400}"|'[^']{0,400}')`;
const UNQUOTED = String.raw`(?:[^\n|;&\\]|&(?!&)|\\[\s\S])`;

/** A blank, also with a line's end that counts for nothing, and as lists of arguments have it: "-u", "bob:...". */
const BLANK = String.raw`(?:[ \t]{1,4}(?:\\\n[ \t]{0,16})?|["'],[ \t]{0,4}(?=["']))`;
const USER = "[^\\s:\"'$\\\\]{0,64}:";

const PROGRAMS: readonly Program[] = [
  {
    kind: "curl_password",
    name: String.raw`\bcurl\b`,
    begins: ["curl"],
    bare: "0-46aBfgGiIjJklLMnNOpqRsSvVZ#",
    short: "[uU]",
    long: "--user|--proxy-user",
    user: USER,
  },
  {
    kind: "curl_password",
    name: String.raw`\b(?:wget|https?)\b`,
    begins: ["wget", "http"],
    // A blank of any kind, and with --user and --proxy-user a hyphen, before the u; or flags written as one.
    grams: [" -u", "-us", "-su", "-ku", "-lu", "-fu", "-iu", "ssu", "sku", "lsu", "ksu", "slu"],
    bare: "sSkLfi",
    short: "[uU]",
    long: "--user|--proxy-user",
    user: USER,
  },
  {
    // HTTPie and xh.
    kind: "curl_password",
    name: String.raw`(?<![\w./:-])(?:https?|xhs?)(?= )`,
    begins: ["http ", "https ", "xh ", "xhs "],
    bare: "jfhbvdcFSIqkm46",
    short: "a",
    long: "--auth",
    user: USER,
  },
  {
    kind: "flag_password",
    name: String.raw`\b(?:mysql(?:dump|admin|import|show|check|pump|binlog|slap|sh)?|mycli|mariadb(?:-[a-z]{2,12})?)\b`,
    begins: ["mysql", "mycli", "mariadb"],
    bare: "ABbCcEfGgHiIjLmNnoqrstvVwWXz",
    short: "p",
    // With a blank they ask for it.
    behind: "nothing",
  },
  { kind: "flag_password", name: String.raw`\bpsql\b`, begins: ["psql"] },
  {
    kind: "flag_password",
    name: String.raw`\bredis-cli\b`,
    begins: ["redis-cli"],
    short: "a",
    behind: "blank",
  },
  {
    kind: "flag_password",
    name: String.raw`\b(?:mongo(?:sh|dump|restore|export|import|stat|top|files)?|cqlsh|rdesktop|ncftp(?:put|get|ls)?)\b`,
    begins: ["mongo", "cqlsh", "rdesktop", "ncftp"],
    grams: [" -p", "--p"],
    short: "p",
  },
  {
    kind: "flag_password",
    name: String.raw`\bsshpass\b`,
    begins: ["sshpass"],
    bare: "ev",
    short: "p",
  },
  {
    // PuTTY's.
    kind: "flag_password",
    name: String.raw`\b(?:plink|pscp|psftp)\b`,
    begins: ["plink", "pscp", "psftp"],
    long: "-pw",
  },
  {
    kind: "flag_password",
    name: String.raw`\bldap(?:search|modify|add|delete|whoami|passwd|compare|modrdn|exop)\b`,
    begins: ["ldap"],
    grams: ["ldaps", "ldapm", "ldapa", "ldapd", "ldapw", "ldapp", "ldapc", "ldape"],
    bare: "AacCFILMnNQtuvVWxZ",
    short: "w",
  },
  {
    kind: "flag_password",
    name: String.raw`\b(?:smbclient|smbget|smbcacls|smbpasswd|rpcclient)\b`,
    begins: ["smb", "rpcclient"],
    bare: "NgkEeqPVa",
    short: "U",
    user: "[^\\s%\"'$]{1,64}%",
  },
  {
    kind: "flag_password",
    name: String.raw`\blftp\b`,
    begins: ["lftp"],
    short: "u",
    user: "[^\\s,\"'$\\\\]{1,64},",
  },
  {
    kind: "flag_password",
    name: String.raw`\b(?:(?:docker|podman|nerdctl|buildah|skopeo|oras|oc|cf|az|helm registry|crane auth) login|twine)\b`,
    begins: [
      ..."docker podman nerdctl buildah skopeo twine".split(" "),
      ..."oras login,oc login,cf login,az login,helm registry,crane auth".split(","),
    ],
    grams: [" -p", "--p"],
    short: "p",
  },
  {
    kind: "flag_password",
    name: String.raw`\b(?:sqlcmd|mssql-cli|bcp(?= )|ipmitool)\b`,
    begins: ["sqlcmd", "mssql-cli", "bcp ", "ipmitool"],
    bare: "bCEIjkNnRrxXegv",
    short: "P",
  },
  {
    kind: "flag_password",
    name: String.raw`\b(?:un)?zip(?= )`,
    begins: ["zip ", "unzip "],
    // The flag comes first, as it does in both programs' own examples.
    grams: ["zip -"],
    bare: "aAbBcCdDfjklLmnNopqrtTuUvVWXyz0-9",
    short: "P",
  },
];

/** A rule for each program, and one for a flag that says by itself what it takes. */
export const FLAG_RULES: readonly NamedRule[] = [
  ...PROGRAMS.map(ruleOf),
  {
    kind: "flag_password",
    grams: ["ssw"],
    begins: ["--"],
    pattern: new RegExp(`--(?:http-|ftp-|proxy-|db-)?password[= ](?:${valueAfter("")})`, "y"),
    isReal: looksChosen,
  },
];

// ---------------------------------------------------------------------------------------------

function ruleOf(program: Program): NamedRule {
  const flag = flagOf(program);
  const { kind, name, begins, grams = begins } = program;
  return {
    kind,
    grams,
    begins,
    // What stands in quotes is passed over whole; where these do not pair, all up to the end of the command.
    pattern: new RegExp(
      `${name}(?:(?:${BARE}|${IN_QUOTES}){0,300}?${flag}|${UNQUOTED}{0,300}?${flag})`,
      "y",
    ),
    again: new RegExp(`${UNQUOTED}{0,300}?${flag}`, "y"),
    // Ports are none; behind a user's name numbers are.
    isReal: (value, whole) =>
      value.length >= 4 && (!PORT.test(value) || USERS.test(whole.slice(0, -value.length))),
  };
}

const USERS = /\w[:%,]$/;
const PORT = /^\d{2,5}(?::\d+)?$/;

function flagOf({
  bare = "",
  short,
  behind = "blank or nothing",
  user = "",
  ...program
}: Program): string {
  const long = program.long ?? (user === "" ? "--pass(?:word)?" : undefined);
  const cluster = bare === "" ? "" : `[${bare}]{0,6}`;
  const gap = { "blank or nothing": `(?:${BLANK}|=)?`, nothing: "", blank: BLANK }[behind];
  const flags = [
    ...(short === undefined ? [] : [`-${cluster}${short}${gap}`]),
    ...(long === undefined ? [] : [`(?:${long})(?:${BLANK}|=)`]),
  ];
  return `[\\s"'](?:${flags.join("|")})(?:${valueAfter(user)})`;
}
