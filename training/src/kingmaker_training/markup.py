"""Names that strangers gave, as text in Markdown and YAML: never as markup, a link or a key.

The rules are those of the TypeScript side (core/report/markdown.ts, core/text/yaml.ts);
tests/markup.json holds both to the same results.
"""

import json
import re

# What JavaScript takes for blanks.
BLANKS = re.compile("[\t-\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]+")
# Controls but tab and line feed; soft hyphen; zero-width, bidi and tag characters; surrogates.
HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufe00-\ufe0e\ufeff\uffa0"
    "\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
NAMES = {"\x00": "NUL", "\x1b": "ESC", "\r": "CR", "\x07": "BEL", "\x08": "BS"}
YAML_BREAKS = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
ENTITIES = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"))


def markdown_text(text: str) -> str:
    """One line that shows just this text, in a paragraph, a heading or a cell of a table."""
    shown = BLANKS.sub(lambda run: blank(run[0]), text)
    shown = HIDDEN.sub(lambda sign: f"[{NAMES.get(sign[0], f'U+{ord(sign[0]):04X}')}]", shown)
    shown = re.sub(r"[\\`*\[\]|~]", r"\\\g<0>", shown)
    for sign, entity in ENTITIES:
        shown = shown.replace(sign, entity)
    # Between letters underscores stand for themselves: names are full of them.
    shown = re.sub(
        r"(?<![A-Za-z0-9_])_+|_+(?![A-Za-z0-9_])", lambda run: r"\_" * len(run[0]), shown
    )
    shown = shown.replace("://", "&#58;//")
    return re.sub(r"@(?=[A-Za-z0-9_])", "&#64;", shown)


def yaml_text(text: str) -> str:
    """A double-quoted scalar: a JSON string, but for what YAML takes for line ends or refuses."""
    quoted = json.dumps(text, ensure_ascii=False)
    whole = re.sub("[\ud800-\udfff]", escaped, quoted)
    return YAML_BREAKS.sub(escaped, whole)


def blank(run: str) -> str:
    return " " if "\n" in run else run.replace("\t", " ")


def escaped(sign: re.Match[str]) -> str:
    return f"\\u{ord(sign[0]):04x}"
