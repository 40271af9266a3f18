/**
 * Where in an answer a word stands decides what it means: a name in a search is a question, a name
 * in prose is a statement, a name in code that the answer writes may be the answer's own.
 */

/**
 * prose: outside the fenced blocks. search: a line that lists or searches. edit: a line that changes
 * files in place. written: the body of a here-document or of an editor command. command: any other.
 */
export type Place = "prose" | "search" | "edit" | "written" | "command";

export type Segment = { readonly place: Place; readonly start: number; readonly end: number };

/** The whole answer, cut at its lines; neighbours of one place are one segment. */
export function segmentsOf(answer: string): Segment[] {
  const segments: Segment[] = [];
  let fence = "";
  let heredoc: string | null = null;
  let start = 0;
  while (start < answer.length) {
    const next = answer.indexOf("\n", start);
    const end = next < 0 ? answer.length : next + 1;
    const line = answer.slice(start, end);
    const ticks = /^\s{0,3}(`{3,})/.exec(line.slice(0, 80))?.[1] ?? "";
    let place: Place = "prose";
    if (fence === "") {
      fence = ticks;
    } else if (
      (heredoc === null || heredoc === TO_FENCE) &&
      ticks !== "" &&
      ticks.length >= fence.length
    ) {
      fence = "";
      heredoc = null;
    } else if (heredoc !== null) {
      place = "written";
      if (line.trim() === heredoc) heredoc = null;
    } else {
      place = placeOf(line);
      heredoc = /<<-?\s{0,4}\\?["']?([A-Za-z_]\w{0,40})/.exec(line)?.[1] ?? editorEnd(line);
    }
    const last = segments.at(-1);
    if (last?.place === place) segments[segments.length - 1] = { ...last, end };
    else segments.push({ place, start, end });
    start = end;
  }
  return segments;
}

/** The place of an offset: `at` below the answer's length. */
export function placeAt(segments: readonly Segment[], at: number): Place {
  let low = 0;
  let high = segments.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((segments[middle]?.start ?? 0) <= at) low = middle;
    else high = middle - 1;
  }
  return segments[low]?.place ?? "prose";
}

// ---------------------------------------------------------------------------------------------

/** The end of an editor command's text: the end of the block. */
const TO_FENCE = "```";

const EDIT =
  /\bsed\s+(?:-[a-zA-Z]+\s+)*-i|\bperl\s+-[a-z0-9]*i|\bgit\s+apply\b|\bpatch\s|\btee\b|\becho\b.*>/;
const SEARCH = /\b(?:grep|egrep|fgrep|rg|ag|ack|find|fd|ls|locate|tree)\b|\bgit\s+(?:log|grep)\b/;

function placeOf(line: string): Place {
  if (EDIT.test(line.slice(0, 2000))) return "edit";
  return SEARCH.test(line.slice(0, 2000)) ? "search" : "command";
}

/** SWE-agent's editor commands run to a line of their own, or to the end of the block. */
function editorEnd(line: string): string | null {
  if (/^edit \d+:\d+\s*$/.test(line)) return "end_of_edit";
  return /^str_replace_editor (?:str_replace|create|insert)\b/.test(line.slice(0, 200))
    ? TO_FENCE
    : null;
}
