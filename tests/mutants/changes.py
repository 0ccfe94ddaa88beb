"""What is changed in a line: a comparison, a condition, a limit, a flag, a header, a list."""

import ast
import builtins
import re
from collections.abc import Iterator, Sequence
from typing import Final

COMPARISONS: Final[dict[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
"""An order keeps its direction and moves by one: a test of the boundary is what notices that."""

MODES: Final = {0o600: 0o644, 0o700: 0o755, 0o077: 0o022}
"""Of files and folders: others may read."""

DRAWN: Final = re.compile(r"(KEY|SALT|SECRET|STATE|VERIFIER|IDENTIFIER|RANDOM|NONCE)_(BYTES|BITS)$")
"""Sizes of what nobody may guess: halved, where other limits are doubled."""

MAKES_SAFE: Final = frozenset(
    {"escape", "printable", "printable_block", "shortened", "quote", "quote_plus"}
)
"""Functions that make text of others harmless; a break leaves the text as it came."""

GUARDS: Final = re.compile(
    r"_?(check|require|refuse|reject|verify|ensure|must|revoke|wipe|discard|forget|delete|remove"
    r"|drop|save|keep|chmod|fchmod|fsync|end|revoke|hold|claim|limit)(_|$)"
)
"""Calls for their effect alone, whose loss opens something or loses something."""

SHOWN: Final = frozenset({"CLAIMS", "COLOURS", "CONSOLE_BROWSERS"})
"""Lists of what people see; nothing is allowed or refused by them."""

RANDOM: Final[dict[str, str | bytes]] = {
    "token_urlsafe": "0" * 43,
    "token_hex": "0" * 64,
    "token_bytes": bytes(32),
}
"""What somebody who guesses would try."""

DIRECTIVE: Final = re.compile(
    r"(?:(?:default|style|img)-src|frame-ancestors|form-action|base-uri)[^;]*(?:;\s*|$)"
)
"""Of a content security policy."""

HEADER: Final = re.compile(r"[A-Z][A-Za-z]*(-[A-Z][A-Za-z]*)+|Vary|Allow|Host|Origin")


def changes(
    node: ast.AST, parent: ast.AST, *, is_wording: bool = False
) -> Iterator[tuple[ast.AST, str]]:
    """Yield what could stand there instead, and how a list of breaks says it.

    Of the words of an error nothing is broken but what makes the text of others safe.
    """
    if is_wording and not isinstance(node, ast.Call):
        return
    match node:
        case ast.Compare(ops=[op]) if type(op) in COMPARISONS:
            new: ast.AST = ast.Compare(node.left, [COMPARISONS[type(op)]()], node.comparators)
            yield new, said(new)
        case ast.Compare():
            for number, op in enumerate(node.ops):
                ops = [*node.ops]
                ops[number] = COMPARISONS[type(op)]()
                new = ast.Compare(node.left, ops, node.comparators)
                yield new, said(new)
        case ast.BoolOp():
            for number, value in enumerate(node.values):
                if _is_for_none(value, node.values[number + 1 :]) or _is_empty(value):
                    continue
                left = [each for each in node.values if each is not value]
                new = ast.BoolOp(node.op, left) if len(left) > 1 else left[0]
                yield new, said(new)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield operand, said(operand)
        case ast.If(body=[ast.Raise() | ast.Return() | ast.Continue()]):
            yield ast.If(ast.Constant(value=False), node.body, node.orelse), "never"
        case ast.Raise(exc=ast.expr()) if not _is_guard(parent):
            yield ast.Pass(), "pass"
        case ast.Return(value=ast.Constant(value=bool(value))):
            new = ast.Return(ast.Constant(value=not value))
            yield new, said(new)
        case ast.Call(func=ast.Attribute(attr="compare_digest")):
            yield ast.Constant(value=True), "True"
        case ast.Call(func=ast.Attribute(value=ast.Name(id="secrets"), attr=name)):
            if name in RANDOM:
                yield ast.Constant(value=RANDOM[name]), "always the same"
        case ast.Call(func=ast.Name(id="all" | "any" as name)):
            other = "any" if name == "all" else "all"
            yield ast.Call(ast.Name(other, ast.Load()), node.args, []), f"{other}(...)"
        case ast.Expr(value=ast.Call(func=function) | ast.Await(value=ast.Call(func=function))):
            if GUARDS.match(_name(function)):
                yield ast.Pass(), "pass"
        case ast.BinOp(left=left, op=ast.BitOr(), right=right) if _is_merge(left, right):
            new = ast.BinOp(right, ast.BitOr(), left)
            yield new, said(new)
        case ast.Constant(value=str(text)) if DIRECTIVE.search(text):
            for found in DIRECTIVE.finditer(text):
                yield ast.Constant(text.replace(found.group(), "")), f"without {found.group()}"
        case ast.Constant(value=int(number)) if number in MODES and number is not True:
            yield ast.Constant(MODES[number]), oct(MODES[number])
        case ast.Call(args=[ast.expr() as first, *_]) if _name(node.func) in MAKES_SAFE:
            yield first, said(first)
            if _name(node.func) == "escape" and len(node.args) == 1:
                keyword = ast.keyword("quote", ast.Constant(value=False))
                yield ast.Call(node.func, node.args, [keyword]), "quotes as they are"
            if _name(node.func) == "printable" and len(node.args) > 1:
                yield ast.Call(node.func, [first], []), "without a limit"
        case ast.Call(keywords=[_, *_]):
            yield from _flags(node)
        case ast.Dict():
            yield from _headers(node)
            if len([key for key in node.keys if key is None]) > 1:
                new = ast.Dict([*reversed(node.keys)], [*reversed(node.values)])
                yield new, said(new)
        case ast.AnnAssign(value=ast.expr() as value, annotation=annotation):
            if "Final" in ast.unparse(annotation):
                yield from _limits(value, node)
                yield from _lists(value, node)


def _is_for_none(value: ast.expr, following: Sequence[ast.expr]) -> bool:
    """Whether it only keeps None from an attribute, an item, an order: there Python itself refuses.

    Such a break lets nobody in: it raises, where the condition was false.
    """
    match value:
        case ast.Compare(left, [ast.Is() | ast.IsNot()], [ast.Constant(value=None)]):
            name = ast.unparse(left)
        case _:
            return False
    return any(
        ast.unparse(used) == name
        for each in following
        for node in ast.walk(each)
        for used in _used_by(node)
    )


def _is_empty(value: ast.expr) -> bool:
    """Whether it is an empty value that stands in for None: what comes next would not take None."""
    return isinstance(value, ast.Constant) and not isinstance(value.value, bool) and not value.value


def _used_by(node: ast.AST) -> Sequence[ast.expr]:
    match node:
        case ast.Attribute(value=value) | ast.Subscript(value=value) | ast.Call(func=value):
            return (value,)
        case ast.Compare(left, [ast.Lt() | ast.LtE() | ast.Gt() | ast.GtE(), *_], [right, *_]):
            return left, right
        case _:
            return ()


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
        target = ast.unparse(node.target)
        changed = number // 2 if DRAWN.search(target) else MODES.get(int(number), number * 2 or 1)
    else:
        return
    new = ast.AnnAssign(node.target, node.annotation, ast.Constant(value=changed), node.simple)
    yield new, f"{ast.unparse(node.target)} = {changed}"


def _lists(value: ast.expr, node: ast.AnnAssign) -> Iterator[tuple[ast.AST, str]]:
    """Leave each word out of a list of what is allowed, or of what is not."""
    listed = value.args[0] if isinstance(value, ast.Call) and value.args else value
    if not isinstance(listed, ast.Set | ast.Tuple | ast.List) or len(listed.elts) < 2:
        return
    if ast.unparse(node.target) in SHOWN:
        return
    for word in listed.elts:
        if isinstance(word, ast.Constant):
            left = type(listed)([each for each in listed.elts if each is not word])
            if not isinstance(left, ast.Set):
                left.ctx = ast.Load()
            made = ast.Call(value.func, [left], []) if isinstance(value, ast.Call) else left
            new = ast.AnnAssign(node.target, node.annotation, made, node.simple)
            yield new, f"{ast.unparse(node.target)} without {word.value!r}"


def _is_merge(left: ast.expr, right: ast.expr) -> bool:
    """Whether two mappings are laid over each other: the right one wins."""
    numbers = any(isinstance(each, ast.Constant | ast.Attribute) for each in ast.walk(left))
    return not numbers and not _is_type(left) and not _is_type(right)


def _is_type(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and (node.id in vars(builtins) or node.id[:1].isupper())


def _is_guard(parent: ast.AST) -> bool:
    """Whether a break of the condition is the same as leaving the `raise` out."""
    return isinstance(parent, ast.If) and len(parent.body) == 1 and not parent.orelse


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def said(node: ast.AST) -> str:
    """One line of the code, short enough for a list."""
    text = ast.unparse(node).split("\n")[0]
    return text if len(text) <= 90 else text[:89] + "…"
