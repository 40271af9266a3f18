"""Places where one change of the syntax tree makes a plausible fault: python3 mutate.py FILE...

One JSON line a place: file, line (1-based), start and end (UTF-16 units of its text), before,
after, operator. Files that do not parse have none.
"""

import ast
import json
import sys
from collections.abc import Iterator
from pathlib import Path

COMPARE = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
}
ARITHMETIC = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "//"),
    ast.FloorDiv: ("//", "*"),
    ast.Div: ("/", "*"),
    ast.Mod: ("%", "//"),
    ast.LShift: ("<<", ">>"),
    ast.RShift: (">>", "<<"),
    ast.BitAnd: ("&", "|"),
    ast.BitOr: ("|", "&"),
}
Place = tuple[int, int, str, str]


class Text:
    """A file's text, with the way from the tree's places (line, byte) to offsets in it."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.starts = [0]
        for line in data.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line))

    def at(self, line: int, column: int) -> int:
        return self.starts[line - 1] + column

    def span(self, node: ast.AST) -> tuple[int, int]:
        return self.at(node.lineno, node.col_offset), self.at(node.end_lineno, node.end_col_offset)

    def units(self, offset: int) -> int:
        return len(self.data[:offset].decode("utf-8").encode("utf-16-le")) // 2

    def between(self, left: ast.AST, right: ast.AST, word: str) -> tuple[int, int] | None:
        """The one place of an operator between two operands; None where comments hide it."""
        start, end = self.span(left)[1], self.span(right)[0]
        gap = self.data[start:end]
        if b"#" in gap or gap.count(word.encode()) != 1:
            return None
        found = start + gap.index(word.encode())
        return found, found + len(word)


def places(tree: ast.AST, text: Text) -> Iterator[tuple[str, Place]]:
    """Operator and (start, end, after) in bytes of every place, in the order of the tree."""
    waiting = [tree]
    while waiting:
        node = waiting.pop(0)
        # Before Python 3.12 the tree places what stands in an f-string elsewhere.
        if not isinstance(node, ast.JoinedStr):
            yield from of_node(node, text)
            waiting.extend(ast.iter_child_nodes(node))


def of_node(node: ast.AST, text: Text) -> Iterator[tuple[str, Place]]:
    if isinstance(node, ast.Compare):
        operands = [node.left, *node.comparators]
        for left, op, right in zip(operands, node.ops, node.comparators, strict=False):
            before, after = COMPARE[type(op)]
            yield from swap("comparison", text.between(left, right, before), before, after)
    elif isinstance(node, ast.BoolOp):
        before, after = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
        for left, right in zip(node.values, node.values[1:], strict=False):
            yield from swap("boolean", text.between(left, right, before), before, after)
    elif isinstance(node, ast.BinOp) and type(node.op) in ARITHMETIC:
        before, after = ARITHMETIC[type(node.op)]
        if not is_text(node.left) and not is_text(node.right):
            yield from swap(
                "arithmetic", text.between(node.left, node.right, before), before, after
            )
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        start, end = text.span(node)
        inner = text.span(node.operand)
        yield "negation", (start, end, said(text, start, end), said(text, *inner))
    elif isinstance(node, ast.If | ast.While | ast.IfExp):
        start, end = text.span(node.test)
        condition = said(text, start, end)
        if "\n" not in condition and not isinstance(node.test, ast.Constant):
            yield "condition", (start, end, condition, f"not ({condition})")
    elif isinstance(node, ast.Constant):
        yield from constant(node, text)
    elif isinstance(node, ast.Return) and node.value is not None:
        start, end = text.span(node.value)
        value = said(text, start, end)
        if value != "None" and "\n" not in value:
            yield "return", (start, end, value, "None")
    elif isinstance(node, ast.Break | ast.Continue):
        before, after = (
            ("break", "continue") if isinstance(node, ast.Break) else ("continue", "break")
        )
        start, end = text.span(node)
        yield "loop", (start, end, before, after)
    elif isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add | ast.Sub):
        before, after = ("+=", "-=") if isinstance(node.op, ast.Add) else ("-=", "+=")
        if not is_text(node.value):
            yield from swap(
                "assignment",
                text.between(node.target, node.value, before),
                before,
                after,
            )
    elif isinstance(node, ast.Call) and len(node.args) >= 2 and not node.keywords:
        yield from arguments(node, text)
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        start, end = text.span(node)
        call = said(text, start, end)
        if "\n" not in call:
            yield "statement", (start, end, call, "pass")


def constant(node: ast.Constant, text: Text) -> Iterator[tuple[str, Place]]:
    start, end = text.span(node)
    before = said(text, start, end)
    if node.value is True or node.value is False:
        yield "constant", (start, end, before, str(not node.value))
    elif isinstance(node.value, int) and before.isdigit():
        yield "constant", (start, end, before, str(node.value + 1))


def arguments(node: ast.Call, text: Text) -> Iterator[tuple[str, Place]]:
    first, second = node.args[0], node.args[1]
    if isinstance(first, ast.Starred) or isinstance(second, ast.Starred):
        return
    start, end = text.span(first)[0], text.span(second)[1]
    whole = said(text, start, end)
    one, two = said(text, *text.span(first)), said(text, *text.span(second))
    if whole == f"{one}, {two}" and one != two and "\n" not in whole:
        yield "arguments", (start, end, whole, f"{two}, {one}")


def swap(
    operator: str, place: tuple[int, int] | None, before: str, after: str
) -> Iterator[tuple[str, Place]]:
    if place is not None:
        yield operator, (*place, before, after)


def is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)
    )


def said(text: Text, start: int, end: int) -> str:
    return text.data[start:end].decode("utf-8")


def main(files: list[str]) -> None:
    for file in files:
        data = Path(file).read_bytes()
        try:
            tree = ast.parse(data)
            text = Text(data)
            found = list(places(tree, text)) if not data.startswith(b"\xef\xbb\xbf") else []
            for operator, (start, end, before, after) in found:
                if "\n" in before:
                    continue
                place = {
                    "file": file,
                    "line": data.count(b"\n", 0, start) + 1,
                    "start": text.units(start),
                    "end": text.units(end),
                    "before": before,
                    "after": after,
                    "operator": operator,
                }
                print(json.dumps(place))
        except (SyntaxError, ValueError):
            continue


if __name__ == "__main__":
    main(sys.argv[1:])
