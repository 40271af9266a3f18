/** Options of programs that fetch, and of those that look after the machine. */
import { namesOutput, type FlagRules } from "./flag-type.ts";
import { hasFlag, hasLetter } from "./words-after.ts";

export const SYSTEM_FLAGS = {
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
  openssl: {
    kinds: [
      ["write", /^-(out|keyout)$/],
      ["verify", (args) => args[0] === "verify"],
    ],
    otherwise: "search",
  },
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
} satisfies Record<string, FlagRules>;
