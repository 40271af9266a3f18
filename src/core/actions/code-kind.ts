/** What inline code does to files, in the languages that agents write one-liners in. */
import type { Kind } from "./act-kind.ts";
import { opensOf } from "./open-mode.ts";

/** Code of an interpreter: what it does to files decides, else it is there to see how something behaves. */
export function codeKind(code: string): Kind {
  const opens = opensOf(code);
  // Files of a check that cleans up behind itself are no change.
  if ((opens.writes || WRITES.test(code)) && !TEMPORARY.test(code)) return "write";
  if (code.length < 300 && ABOUT.test(code)) return "search";
  const reads = opens.reads || READS.test(code);
  if (!reads) return "verify";
  const runsMore = /\b(assert|try:|raise|expect)\b/.test(code) || IMPORTS_MORE.test(code);
  if (runsMore) return "verify";
  return SELECTS.test(code) ? "search" : "read";
}

/** SQL given to a client: what it asks, or changes. */
export function sqlKind(text: string, local: boolean): Kind {
  if (/^\s*explain\b/i.test(text)) return "verify";
  if (/\b(insert|update|delete|create|drop|alter|replace|truncate)\b/i.test(text))
    return local ? "write" : "call";
  return /^\s*(\.|\\[a-z]|select|with|pragma|show|describe|desc)\b|^\s*[.\\]/i.test(text)
    ? "search"
    : "call";
}

// ---------------------------------------------------------------------------------------------

const TEMPORARY =
  /\btempfile\b|\bTemporaryDirectory\b|\bmkdtemp(?:Sync)?\(|\btmp_path\b|\bDir\.mktmpdir/;

/** Names of calls that change files, by language: Python, Node, Deno and Bun, Ruby, PHP, Perl. */
const WRITES = new RegExp(
  [
    String.raw`\.(?:write_text|write_bytes|unlink|touch|rmdir|mkdir|symlink_to|hardlink_to|to_csv|to_parquet|to_pickle|to_excel|savefig|extractall)\(`,
    String.raw`\bos\.(?:remove|unlink|rename|renames|replace|makedirs|mkdir|rmdir|removedirs|symlink|link|chmod|chown|truncate|utime)\(`,
    String.raw`\bshutil\.(?:copy\w*|move|rmtree|make_archive|unpack_archive|chown)\(`,
    String.raw`\bfileinput\.(?:input|FileInput)\([^\n]{0,200}\binplace\s*=\s*(?:True|1)`,
    String.raw`\b(?:np|numpy)\.save\w*\(`,
    String.raw`\b(?:writeFile|appendFile|copyFile|unlink|rename|mkdir|rmdir|rm|cp|truncate|symlink|chmod|mkdtemp)Sync\(`,
    String.raw`\b(?:writeFile|appendFile|copyFile|createWriteStream|outputFile|outputJson)\(`,
    String.raw`\b(?:fs|fsp|promises)\.(?:unlink|rename|mkdir|rm|rmdir|cp|truncate|symlink)\(`,
    String.raw`\bDeno\.(?:write\w*|remove\w*|rename\w*|mkdir\w*|copyFile\w*|truncate\w*)\(|\bBun\.write\(`,
    String.raw`\b(?:File|IO)\.(?:bin)?write\b|\bFile\.(?:delete|unlink|rename|symlink|chmod|truncate)\b|\bFileUtils\.\w+|\bDir\.(?:mkdir|rmdir|delete)\b`,
    String.raw`\bFile\.open\([^\n]{0,200},\s*["'][wa]`,
    String.raw`\bfile_put_contents\(|\bfopen\([^\n]{0,200},\s*["'][waxc]`,
    String.raw`(?:^|[\s;{])(?:unlink|rename|copy|mkdir|rmdir|touch|symlink)\s*\(?\s*["'$]`,
    String.raw`\bopen\s*\(?\s*(?:my\s+)?[$\w]+\s*,\s*["']\s*\+?>`,
    // R and Julia: a file behind the text, or a file to write to by name.
    String.raw`\bwriteLines\((?:"[^"\n]{0,500}"|'[^'\n]{0,500}'|[\w.$]{1,80}(?:\((?:[^()\n]|\([^()\n]{0,200}\)){0,300}\))?),\s*(?:con\s*=\s*)?(?:["']|file\()`,
    String.raw`\b(?:write\.(?:csv2?|table)|write_(?:csv|tsv|rds|lines|file)|saveRDS|ggsave|file\.(?:create|remove|rename|copy|append)|dir\.create|unlink)\(`,
    String.raw`\bcat\([^\n]{0,300},\s*file\s*=\s*["']|\bsink\(\s*["']`,
    String.raw`(?<![.\w])write\("[^"\n]{1,300}",`,
  ].join("|"),
  "m",
);

const READS =
  /\.(?:read_text|read_bytes|readlines|read)\(|\breadFile(?:Sync)?\(|\bgetsource(?:lines)?\(|\bFile\.(?:read|readlines|foreach)\b|\bIO\.read\b|\bfile_get_contents\(|\bfile\(|\breadfile\(|\bDeno\.read\w*\(|\bBun\.file\(|\b(?:readLines|read\.(?:csv2?|table|delim)|readRDS|read_(?:csv|tsv|rds|lines|file))\(/;

/** What a package or an interpreter says about itself. */
const ABOUT =
  /__version__|__file__|__path__|\bsys\.(?:version|executable|prefix|path(?!\.(?:insert|append)))|\bprocess\.version|\bRUBY_VERSION|\bphpversion\(|\bPHP_VERSION|importlib\.metadata|\bplatform\.\w+\(|\bsite\.getsitepackages|require\.resolve\(|\bhelp\(\w/;

/** Lines that are chosen by what stands in them. */
const SELECTS =
  /\bre\.(?:search|findall|finditer|match)\b|\bif\s+["'][^"'\n]{1,80}["']\s+in\s+\w|\.(?:grep|filter|match|matchAll|scan)\(|\bpreg_match/;

/** Imports beyond the few that reading a file takes. */
const IMPORTS_MORE =
  /^\s*(?:from|import)\s+(?!(?:re|os|sys|json|ast|pathlib|inspect|io|csv|itertools|collections|pprint|yaml|tomllib|fs|node:fs|path)\b)[\w.]|;\s*import\s+(?!(?:re|os|sys|json|ast|pathlib|inspect|io)\b)\w/m;
