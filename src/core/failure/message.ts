/**
 * From what was raised, or what a compiler said, to a category: syntax, then what cannot be loaded, then
 * types and unknown names, then the exception's own name. Words such as "connection refused" count only
 * in a message whose exception is not an assertion.
 */
import type { Category } from "./categories.ts";

/**
 * The category of an exception's line: "TypeError: x is not a function", "E assert 1 == 2",
 * "java.lang.AssertionError: …". What names nothing is `otherwise`.
 * @param name the exception where the line does not name it.
 */
export function categoryOfMessage(
  text: string,
  otherwise: Category = "runtime",
  name: string = exceptionOf(text),
): Category {
  const bare = /[^.:\\]*$/.exec(name)?.[0] ?? "";
  if (ASSERTION.test(bare) || ASSERTION_WORDS.test(text))
    return isLimit(text) ? "timeout" : "assertion";
  const ofName = NAMES.get(bare);
  if (ofName === "syntax") return syntaxOrOther(text);
  if (MISSING.test(text)) return SHARED_OBJECT.test(text) ? "environment" : "import";
  if (ofName === "import") return SHARED_OBJECT.test(text) ? "environment" : "import";
  if (SYNTAX.test(text)) return syntaxOrOther(text);
  if (MACHINE.test(text) && ofName !== "attribute_type") return "environment";
  if (ofName !== undefined) return ofName;
  if (TYPES.test(text)) return "attribute_type";
  if (/^(?:\w*Time(?:d)?Out\w*|\w*TimeLimit\w*|TO)$/i.test(bare) || TIMES.test(text))
    return "timeout";
  return bare === "" ? otherwise : "runtime";
}

/** "pkg.mod.NameError" of a line that starts with it, "" when it names none. */
export function exceptionOf(text: string): string {
  return EXCEPTION.exec(text)?.[1] ?? "";
}

/** Whether a line begins as one that names what was raised. */
export const isException = (text: string): boolean => EXCEPTION.test(text);

// ---------------------------------------------------------------------------------------------

const EXCEPTION =
  /^(?:Uncaught |Unhandled |Exception: |Fatal error: +Uncaught |PHP Fatal error: +Uncaught )?((?:[A-Za-z_$][\w$]{0,80}(?:\.|::|\\)){0,10}[A-Z_$][\w$]{0,80}(?:Error|Exception|Failure|Failed|Timeout|Exit|Exited|Interrupt|Warning|DoesNotExist|ExceptionGroup|Fault|Panic|Violation|Locked|Closed|NotFound)|(?:[a-z_]\w{0,60}\.){1,6}[a-z]\w{0,60}error|Failed|(?:[a-z_][\w]{0,60}(?:\.|::)){1,8}[A-Z]\w{1,60}|[A-Z][a-z]+Error|Error|Exception|ExceptionGroup)(?: \[[\w]{1,60}\])?(?::|$|\s\{|\s\()/;

const ASSERTION =
  /^(?:Assertion\w*|\w*Assertion\w*Error|ComparisonFailure|AssertionFailedError|MultipleFailuresError|ExpectationNotMetError|ExpectationFailed\w*|Failed|TestFailed\w*|JestAssertionError|UnexpectedSuccess)$/;
const ASSERTION_WORDS =
  /^(?:assert\b|Failed asserting|assertion failed|assertion `|Assertion `|expected:? ?<|(?:Error: )?(?:Timed out \d+ms waiting for )?expect\()/;
const isLimit = (text: string): boolean => /^(?:E +)?Failed: Timeout\b/.test(text);

const NAMES: ReadonlyMap<string, Category> = new Map<string, Category>([
  ["SyntaxError", "syntax"],
  ["IndentationError", "syntax"],
  ["TabError", "syntax"],
  ["ParseError", "syntax"],
  ["TokenMissingError", "syntax"],
  ["MismatchedDelimiterError", "syntax"],
  ["ImportError", "import"],
  ["ModuleNotFoundError", "import"],
  ["LoadError", "import"],
  ["ClassNotFoundException", "import"],
  ["NoClassDefFoundError", "import"],
  ["AttributeError", "attribute_type"],
  ["TypeError", "attribute_type"],
  ["NoMethodError", "attribute_type"],
  ["NoSuchMethodError", "attribute_type"],
  ["NoSuchFieldError", "attribute_type"],
  ["UndefinedFunctionError", "attribute_type"],
  ["ArgumentCountError", "attribute_type"],
  ["MemoryError", "environment"],
  ["OutOfMemoryError", "environment"],
  ["PermissionError", "environment"],
  ["ConnectionRefusedError", "environment"],
  ["ConnectException", "environment"],
  ["UnknownHostException", "environment"],
  ["gaierror", "environment"],
  ["TimeoutError", "timeout"],
  ["TimeoutException", "timeout"],
  ["TestTimedOutException", "timeout"],
  ["TimeoutExpired", "timeout"],
]);

const SYNTAX =
  /\b(?:SyntaxError|[Ss]yntax error|[Pp]arse error|Parsing error|IndentationError|unexpected end-of-input|TokenMissingError)\b/;
/** What cannot be found to load, include or link. */
const MISSING =
  /\b(?:Cannot find (?:module|package)|Failed to resolve (?:import|entry)|Failed to load url|cannot load such file|No module named|cannot find (?:package|module)|does not provide an export named|Can't locate \S+ in @INC|module '[^']{1,200}' not found|Could not find class \[|Class "[^"]{1,200}" not found|Unable to resolve path|cannot import name|ClassNotFoundException|NoClassDefFoundError|Could not locate the bindings file|ERR_MODULE_NOT_FOUND|MODULE_NOT_FOUND|Cannot use import statement|Must use import to load|Failed opening required)\b/;
const SHARED_OBJECT = /cannot open shared object file|DLL load failed/;
const MACHINE =
  /No space left on device|[Cc]onnection refused|ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ENOSPC|EACCES|EADDRINUSE|EMFILE|[Pp]ermission denied|name resolution|Name or service not known|getaddrinfo|[Nn]o such host|Network is unreachable|No route to host|Cannot allocate memory|Too many open files|Read-only file system|cannot open shared object file|heap out of memory|Address already in use|Disk quota exceeded|Cannot connect to the Docker daemon|[Cc]ommand not found|certificate verify failed/;
const TYPES =
  /\b(?:is not a function|has no attribute|undefined method|undefined local variable|Call to undefined|Undefined (?:property|method|constant|variable)|attempt to (?:index|call|perform arithmetic|compare|concatenate)|no implicit conversion|Can't locate object method|Cannot read propert|Cannot set propert|requires explicit package name|must be of type|uninitialized constant|bad argument #)/;
const TIMES =
  /\b(?:[Tt]imed out (?:after|in|while)|[Ee]xceeded timeout of|Timeout of [\d.]+ ?m?s exceeded|timeout (?:of|after) \d|deadline exceeded|[Tt]ime limit exceeded|execution timed out)\b/;

/** A program may parse too: what JSON or a date parser throws is no fault of a source file. */
function syntaxOrOther(text: string): Category {
  if (MISSING.test(text)) return "import";
  return /JSON|Expected property name|Unterminated string in|valid float|Invalid regular/.test(text)
    ? "runtime"
    : "syntax";
}
