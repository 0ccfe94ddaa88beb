"""What is broken in a file: comparisons, conditions, limits, flags, headers, what makes text safe.

Each break is made in the syntax tree, and the tree is compiled: no file is ever changed.
"""

import ast
import copy
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

COMPARISONS: Final[dict[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
"""An order keeps its direction and moves by one: a test of the boundary is what notices that."""

MODES: Final = {0o600: 0o644, 0o700: 0o755, 0o077: 0o022}
"""Of files and folders: others may read."""

MAKES_SAFE: Final = frozenset(
    {"escape", "printable", "printable_block", "shortened", "quote", "quote_plus"}
)
"""Functions that make text of others harmless; a break leaves the text as it came."""

HEADER: Final = re.compile(r"[A-Z][A-Za-z]*(-[A-Z][A-Za-z]*)+|Vary|Allow|Host|Origin")


@dataclass(frozen=True)
class Break:
    """One line, broken in one way."""

    path: str
    line: int
    where: str
    """The function, as `Class.method`; empty at the top of a module."""
    before: str
    after: str
    tree: Callable[[], ast.Module] = field(repr=False, compare=False)
    """Makes the broken file's syntax tree."""

    @property
    def name(self) -> str:
        """What it is accepted by: lines move, so no number is in it."""
        return f"{self.path} {self.where or '<module>'}: {self.before} -> {self.after}"


def breaks_of(root: Path, path: Path) -> list[Break]:
    """Find all breaks of one file."""
    tree = unbroken_tree(root, str(path))
    return [
        Break(
            str(path),
            place.node.lineno,
            place.where,
            _said(place.node),
            said,
            partial(_with, tree, place.node, new),
        )
        for place in _places(tree)
        for new, said in _changes(place)
    ]


def unbroken_tree(root: Path, path: str) -> ast.Module:
    """Return a file's syntax tree as it is."""
    return ast.parse((root / path).read_text("utf-8"))


@dataclass(frozen=True)
class _Place:
    node: ast.expr | ast.stmt
    where: str
    parent: ast.AST


def _places(tree: ast.Module) -> Iterator[_Place]:
    """Walk through all that runs; annotations and docstrings do not."""

    def walk(node: ast.AST, where: str) -> Iterator[_Place]:
        for name, value in ast.iter_fields(node):
            if name in ("annotation", "returns", "type_params", "decorator_list"):
                continue
            for child in value if isinstance(value, list) else [value]:
                if not isinstance(child, ast.AST) or _is_for_types(child):
                    continue
                inner = where
                if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                    inner = f"{where}.{child.name}".lstrip(".")
                if isinstance(child, ast.expr | ast.stmt):
                    yield _Place(child, where, node)
                yield from walk(child, inner)

    yield from walk(tree, "")


def _is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def _changes(place: _Place) -> Iterator[tuple[ast.AST, str]]:
    node = place.node
    match node:
        case ast.Compare(ops=[op]) if type(op) in COMPARISONS:
            new: ast.AST = ast.Compare(node.left, [COMPARISONS[type(op)]()], node.comparators)
            yield new, _said(new)
        case ast.Compare():
            for number, op in enumerate(node.ops):
                ops = [*node.ops]
                ops[number] = COMPARISONS[type(op)]()
                new = ast.Compare(node.left, ops, node.comparators)
                yield new, _said(new)
        case ast.BoolOp():
            for value in node.values:
                left = [each for each in node.values if each is not value]
                new = ast.BoolOp(node.op, left) if len(left) > 1 else left[0]
                yield new, _said(new)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield operand, _said(operand)
        case ast.If(body=[ast.Raise() | ast.Return() | ast.Continue()]):
            yield ast.If(ast.Constant(value=False), node.body, node.orelse), "never"
        case ast.Raise(exc=ast.expr()) if not _is_guard(place.parent):
            yield ast.Pass(), "pass"
        case ast.Return(value=ast.Constant(value=bool(value))):
            new = ast.Return(ast.Constant(value=not value))
            yield new, _said(new)
        case ast.Call(func=ast.Attribute(attr="compare_digest")):
            yield ast.Constant(value=True), "True"
        case ast.Call(args=[ast.expr() as first, *_]) if _name(node.func) in MAKES_SAFE:
            yield first, _said(first)
        case ast.Call(keywords=[_, *_]):
            yield from _flags(node)
        case ast.Dict():
            yield from _headers(node)
        case ast.AnnAssign(value=ast.expr() as value, annotation=annotation):
            if "Final" in ast.unparse(annotation):
                yield from _limits(value, node)


def _flags(call: ast.Call) -> Iterator[tuple[ast.AST, str]]:
    for number, keyword in enumerate(call.keywords):
        if isinstance(keyword.value, ast.Constant) and isinstance(keyword.value.value, bool):
            keywords = [*call.keywords]
            flipped = ast.Constant(value=not keyword.value.value)
            keywords[number] = ast.keyword(keyword.arg, flipped)
            yield (
                ast.Call(call.func, call.args, keywords),
                f"{keyword.arg}={not keyword.value.value}",
            )


def _headers(node: ast.Dict) -> Iterator[tuple[ast.AST, str]]:
    for number, key in enumerate(node.keys):
        if isinstance(key, ast.Constant) and HEADER.fullmatch(str(key.value)):
            keys, values = [*node.keys], [*node.values]
            del keys[number], values[number]
            yield ast.Dict(keys, values), f"without {key.value!r}"


def _limits(value: ast.expr, node: ast.AnnAssign) -> Iterator[tuple[ast.AST, str]]:
    try:
        number = eval(compile(ast.Expression(value), "", "eval"), {"__builtins__": {}})
    except Exception:  # noqa: BLE001 - a constant that is made of other names is no limit
        return
    if isinstance(number, bool):
        changed: bool | float = not number
    elif isinstance(number, int | float):
        changed = MODES.get(int(number), number * 2 or 1)
    else:
        return
    new = ast.AnnAssign(node.target, node.annotation, ast.Constant(value=changed), node.simple)
    yield new, f"{ast.unparse(node.target)} = {changed}"


def _is_guard(parent: ast.AST) -> bool:
    """Whether a break of the condition is the same as leaving the `raise` out."""
    return isinstance(parent, ast.If) and len(parent.body) == 1 and not parent.orelse


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _said(node: ast.AST) -> str:
    """One line of the code, short enough for a list."""
    text = ast.unparse(node.test if isinstance(node, ast.If) else node).split("\n")[0]
    return text if len(text) <= 90 else text[:89] + "…"


def _with(tree: ast.Module, old: ast.AST, new: ast.AST) -> ast.Module:
    """Copy the tree, with `new` where `old` stands."""

    class Replace(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> ast.AST:
            if node is old:
                return ast.copy_location(copy.deepcopy(new), old)
            return self.generic_visit(_shallow(node))

    made = Replace().visit(tree)
    assert isinstance(made, ast.Module)
    return ast.fix_missing_locations(made)


def _shallow(node: ast.AST) -> ast.AST:
    """Copy a node and its lists, which a transformer changes in place."""
    made = copy.copy(node)
    for name, value in ast.iter_fields(node):
        if isinstance(value, list):
            setattr(made, name, [*value])
    return made
