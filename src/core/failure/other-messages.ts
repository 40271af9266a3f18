/** What .NET, Julia, Dart, Nim and R say of an error, as a category. */
import type { Category } from "./categories.ts";
import { categoryOfMessage } from "./message.ts";

/** Of .NET's test runners: "System.NullReferenceException : …", else a comparison. */
export function ofNet(text: string): Category {
  const name = /^([\w.]{1,200}(?:Exception|Error)) ?:/.exec(text)?.[1];
  if (name === undefined)
    return /timed? ?out after|exceeded (?:the )?timeout|execution timeout/i.test(text)
      ? "timeout"
      : "assertion";
  if (/Could not load (?:file or assembly|type)/.test(text)) return "import";
  if (
    /Missing(?:Method|Field|Member)Exception|RuntimeBinderException|InvalidCastException/.test(name)
  )
    return "attribute_type";
  if (/^(?:Xunit|NUnit|Microsoft\.VisualStudio\.TestTools|Shouldly|FluentAssertions)\./.test(name))
    return "assertion";
  return categoryOfMessage(text.replace(/ ?:/, ":"), "runtime", name);
}

export function ofJulia(text: string): Category {
  const said = text.replace(/^(?:ERROR: )?(?:LoadError: )*/, "");
  if (/^(?:UndefVarError|MethodError|TypeError|FieldError)\b|has no field/.test(said))
    return "attribute_type";
  if (/^ArgumentError: Package .{1,200} not found|^could not open file .{1,300}\.jl/.test(said))
    return "import";
  if (/^ParseError|^syntax: /.test(said)) return "syntax";
  if (/^(?:AssertionError|There was an error during testing)/.test(said)) return "assertion";
  return categoryOfMessage(said);
}

export function ofDart(text: string): Category {
  if (/^(?:Actual|Expected): /.test(text)) return "assertion";
  if (/^TimeoutException|^Test timed out/.test(text)) return "timeout";
  if (/^NoSuchMethodError|^type '.{1,200}' is not a subtype/.test(text)) return "attribute_type";
  return categoryOfMessage(text);
}

/** Of Nim: "what was said [NameOfTheException]". */
export function ofNim(text: string): Category {
  const name = /\[(\w+)\]$/.exec(text)?.[1] ?? "";
  return name === "AssertionDefect" || name === "AssertionError"
    ? "assertion"
    : categoryOfMessage(`${name}: ${text}`, "runtime", name);
}

export function ofR(text: string): Category {
  if (
    /could not find function|object '.{1,200}' not found|non-numeric argument|unused argument/.test(
      text,
    )
  )
    return "attribute_type";
  if (/there is no package called|could not find package/.test(text)) return "import";
  return /unexpected (?:symbol|end of input|string|numeric|'.{1,10}')/.test(text)
    ? "syntax"
    : categoryOfMessage(text.replace(/^Error in .{1,200}?: /, "Error: "));
}
