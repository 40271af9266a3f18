/**
 * Completion for bash and zsh. The lists of flags are asked of the commands themselves when they are wanted
 * (`kingmaker king --list-flags`), so that they are never old.
 */
import { COMMANDS } from "./commands.ts";

export const SHELLS = ["bash", "zsh"] as const;
export type Shell = (typeof SHELLS)[number];

/** The script to be sourced. @param inPackage without the commands that need a checkout. */
export function completionOf(shell: Shell, inPackage: boolean): string {
  const lines = Object.values(COMMANDS)
    .flat()
    .filter((line) => !inPackage || line.house !== true);
  return shell === "bash" ? bash(lines.map(({ name }) => name)) : zsh(lines);
}

// ---------------------------------------------------------------------------------------------

const bash = (names: readonly string[]): string => `# kingmaker: completion for bash
_kingmaker() {
  local word="\${COMP_WORDS[COMP_CWORD]}" words=""
  if [ "$COMP_CWORD" -eq 1 ]; then
    words="${names.join(" ")}"
  elif [ "\${word#-}" != "$word" ]; then
    words="$("\${COMP_WORDS[0]}" "\${COMP_WORDS[1]}" --list-flags 2>/dev/null)"
  else
    case "\${COMP_WORDS[COMP_CWORD - 1]}" in
      help) words="${names.join(" ")}" ;;
      --until) words="prompt king challenger validate report" ;;
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o bashdefault -o default -F _kingmaker kingmaker
`;

const zsh = (
  lines: readonly { readonly name: string; readonly what: string }[],
): string => `#compdef kingmaker
_kingmaker() {
  local -a commands flags
  commands=(
${lines.map(({ name, what }) => `    '${name}:${what.replaceAll(":", "\\:").replaceAll("'", "'\\''")}'`).join("\n")}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
  elif [[ $words[CURRENT] == -* ]]; then
    flags=(\${(f)"$($words[1] $words[2] --list-flags 2>/dev/null)"})
    compadd -- $flags
  elif [[ $words[CURRENT-1] == help ]]; then
    _describe command commands
  else
    _files
  fi
}
if [ "$funcstack[1]" = _kingmaker ]; then _kingmaker "$@"; else compdef _kingmaker kingmaker; fi
`;
