"""Breaks what is imported already: a function gets the broken code, a constant the broken value.

An import of the product takes a hundred times as long. What is computed at the import alone (a
default, a decorator, a class's constant, a table) is not reached this way: `Unreached` says so.
"""

import ast
import gc
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import CodeType, FunctionType
from typing import Final

from tests.mutants.breaks import Break

Key = tuple[str, int]
"""A function's qualified name, and which of those with that name (a property's second function)."""


class Unreached(Exception):
    """The break must be there when the file is imported."""


class Living:
    """The functions that are imported, by file, and where each constant is used."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._functions: dict[str, list[FunctionType]] = {}
        gc.unfreeze()  # what tests/conftest.py froze is not among the objects
        for each in gc.get_objects():
            if isinstance(each, FunctionType):
                self._functions.setdefault(each.__code__.co_filename, []).append(each)
        self._sources = {
            path: Path(path).read_text("utf-8")
            for path in self._functions
            if path.startswith(str(root)) and Path(path).is_file()
        }
        """As they are imported, whatever becomes of the files."""
        self._constants = _Constants(root)
        gc.freeze()  # what lives on: a collection in a fork would copy all of it

    def swap(self, broken: Break) -> None:
        """Break it in this process, for good; raise Unreached where an import would be needed."""
        tree = broken.tree()
        if not broken.where and (name := self._constants.free(broken)):
            self._constants.set(broken, name, tree)
            return
        path = str(self._root / broken.path)
        if path not in self._sources:
            raise Unreached
        old = _codes(compile(self._sources[path], path, "exec"))
        new = _codes(compile(tree, path, "exec"))
        if Counter(name for name, _ in old) != Counter(name for name, _ in new):
            raise Unreached
        keys = {_place(code): key for key, code in old.items()}
        changed = 0
        for function in self._functions.get(path, ()):
            key = keys[_place(function.__code__)]
            code = new[key]
            if code != old[key]:
                if code.co_freevars != function.__code__.co_freevars:
                    raise Unreached
                function.__code__ = code
                changed += 1
        if not changed:
            raise Unreached


def _place(code: CodeType) -> tuple[str, int]:
    return code.co_qualname, code.co_firstlineno


def _codes(module: CodeType) -> dict[Key, CodeType]:
    found: dict[Key, CodeType] = {}
    seen: Counter[str] = Counter()

    def walk(code: CodeType) -> Iterator[CodeType]:
        for inner in code.co_consts:
            if isinstance(inner, CodeType):
                yield inner
                yield from walk(inner)

    for code in sorted(walk(module), key=_place):
        found[code.co_qualname, seen[code.co_qualname]] = code
        seen[code.co_qualname] += 1
    return found


class _Constants:
    """Which module has which constant of which other, and which are used in functions alone."""

    def __init__(self, root: Path) -> None:
        self._users: dict[tuple[str, str], list[str]] = {}
        """The modules that import it, by defining module and name."""
        self._bound: set[tuple[str, str]] = set()
        """Module and name: used at the import."""
        self._reached: set[str] = set()
        """Names of attributes that are used at the import, of whatever module."""
        for top in ("tui", "api_server", "tests"):
            for path in (root / top).rglob("*.py"):
                self._read(_module(path.relative_to(root)), ast.parse(path.read_text("utf-8")))

    def _read(self, module: str, tree: ast.Module) -> None:
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                for each in node.names:
                    self._users.setdefault((node.module, each.name), []).append(module)
                    if each.asname:
                        self._bound.add((node.module, each.name))
        for node in _at_import(tree):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                self._bound.add((module, node.id))
            elif isinstance(node, ast.Attribute):
                self._reached.add(node.attr)

    def free(self, broken: Break) -> str | None:
        """Return the name of the constant that is broken, where only functions look at it."""
        name = broken.after.partition(" ")[0]
        module = _module(Path(broken.path))
        modules = [module, *self._users.get((module, name), ())]
        is_one = broken.before.startswith(f"{name}: ") and module in sys.modules
        bound = (module, name) in self._bound or any(
            (each, name) in self._bound for each in modules
        )
        return name if is_one and not bound and name not in self._reached else None

    def set(self, broken: Break, name: str, tree: ast.Module) -> None:
        """Give it the broken value, wherever it has been imported."""
        module = _module(Path(broken.path))
        value = next(
            node.value
            for node in tree.body
            if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == name and node.value
        )
        made = eval(compile(ast.Expression(value), broken.path, "eval"), vars(sys.modules[module]))
        for each in (module, *self._users.get((module, name), ())):
            if each in sys.modules:
                setattr(sys.modules[each], name, made)


def _module(path: Path) -> str:
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


INNER: Final = (ast.FunctionDef, ast.AsyncFunctionDef)


def _at_import(node: ast.AST) -> Iterator[ast.AST]:
    """Walk through what runs when the file is imported: all but the bodies of functions."""
    for child in _children(node):
        yield child
        yield from _at_import(child)


def _children(node: ast.AST) -> Iterable[ast.AST]:
    if not isinstance(node, INNER):
        return ast.iter_child_nodes(node)
    defaults: Sequence[ast.expr | None] = [*node.args.defaults, *node.args.kw_defaults]
    return [*node.decorator_list, *(each for each in defaults if each is not None)]
