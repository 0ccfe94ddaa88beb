"""All breaks of a file: each is made in the syntax tree, and no file is ever changed."""

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tests.mutants.changes import changes, said


@dataclass(frozen=True)
class Break:
    """One line, broken in one way."""

    path: str
    line: int
    end: int
    """Its last line, where it takes several."""
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
            _broken_part(place.node).end_lineno or place.node.lineno,
            place.where,
            said(_broken_part(place.node)),
            after,
            partial(_with, tree, place.node, new),
        )
        for place in _places(tree)
        for new, after in changes(place.node, place.parent, is_wording=place.is_wording)
    ]


def unbroken_tree(root: Path, path: str) -> ast.Module:
    """Return a file's syntax tree as it is."""
    return ast.parse((root / path).read_text("utf-8"))


def _broken_part(node: ast.expr | ast.stmt) -> ast.expr | ast.stmt:
    return node.test if isinstance(node, ast.If) else node


@dataclass(frozen=True)
class _Place:
    node: ast.expr | ast.stmt
    where: str
    parent: ast.AST
    is_wording: bool
    """Whether it is what an error says."""


def _places(tree: ast.Module) -> Iterator[_Place]:
    """Walk through all that runs; annotations and docstrings do not."""

    def walk(node: ast.AST, where: str, is_wording: bool) -> Iterator[_Place]:
        for name, value in ast.iter_fields(node):
            if name in ("annotation", "returns", "type_params", "decorator_list"):
                continue
            for child in value if isinstance(value, list) else [value]:
                if not isinstance(child, ast.AST) or _is_left_out(child):
                    continue
                inner = where
                if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                    inner = f"{where}.{child.name}".lstrip(".")
                said = is_wording or isinstance(node, ast.Raise)
                if isinstance(child, ast.expr | ast.stmt):
                    yield _Place(child, where, node, said)
                yield from walk(child, inner, said)

    yield from walk(tree, "", False)


def _is_left_out(node: ast.AST) -> bool:
    """Whether it runs never, is a docstring, or only writes a line of the log."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True
    if not isinstance(node, ast.If):
        return False
    body = [ast.unparse(each) for each in (*node.body, *node.orelse)]
    return ast.unparse(node.test) == "TYPE_CHECKING" or all(
        line.startswith(("logger.", "_logger.")) for line in body
    )


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
