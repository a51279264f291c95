"""Rewrite a function by rule: each mutant differs from it in one place.

Own rules over the standard library's `ast`.  cosmic-ray, which was looked at, rewrites
files for a test runner that it starts itself; axes, transposes, kept dimensions and
copies, which is where NumPy code goes wrong, would be rules of our own there, too.
"""

from __future__ import annotations

import ast
import copy
import difflib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

_OPERATORS: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div, ast.Add, ast.MatMult),
    ast.Div: (ast.Mult, ast.FloorDiv),
    ast.FloorDiv: (ast.Div, ast.Mult),
    ast.Mod: (ast.FloorDiv,),
    ast.MatMult: (ast.Mult,),
    ast.Pow: (ast.Mult,),
}
_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_FUNCTIONS = {
    "sum": ("mean", "max"),
    "mean": ("sum", "median"),
    "max": ("min",),
    "min": ("max",),
    "maximum": ("minimum",),
    "minimum": ("maximum",),
    "argmax": ("argmin",),
    "argmin": ("argmax",),
    "zeros": ("ones",),
    "zeros_like": ("ones_like",),
    "std": ("var",),
    "permutation": ("sort",),
    "normal": ("uniform",),
    "standard_normal": ("random",),
    "sqrt": ("square",),
    "exp": ("log",),
    "any": ("all",),
    "all": ("any",),
}
_KINDS = ("linear", "relu", "sigmoid", "tanh")
_NOTHING = "(nothing)"
_FIRST = ("[:1]", "[:2]", "[:3]", "[:-1]", "[1:]", "[::-1]")
_NOT_OPERANDS = (ast.Add, ast.Mult)  # the order of operands matters to none of these


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """A function rewritten in one place.

    Attributes:
        rule: the kind of change.
        change: the lines that differ, before and after: the mutant's name.
    """

    rule: str
    change: str
    source: str


def mutants(source: str, name: str) -> list[Mutant]:
    """Return all mutants of a function or class of a cell, each once.

    Args:
        source: the cell, which may define helpers too: they are mutated as well.
        name: the exercise; a mutant that defines it no more is left out.
    """
    tree = ast.parse(source)
    for node in ast.walk(tree):
        _without_docstring(node)
    original = ast.unparse(tree)
    seen = {original}
    found = []
    count: Counter[str] = Counter()
    for rule, mutated in _rewritten(tree):
        if mutated in seen:
            continue
        seen.add(mutated)
        try:
            defined = {getattr(node, "name", None) for node in ast.parse(mutated).body}
        except SyntaxError:
            continue
        if name in defined:
            change = _change(original, mutated)
            # A statement that moves, say, to two places, leaves the same lines behind.
            count[change] += 1
            change += f"  ({count[change]})" if count[change] > 1 else ""
            found.append(Mutant(rule=rule, change=change, source=mutated))
    return found


def _without_docstring(node: ast.AST) -> None:
    if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node) is not None:
        node.body = node.body[1:] or [ast.Pass()]


def _change(before: str, after: str) -> str:
    lines = difflib.ndiff(before.splitlines(), after.splitlines())
    changed = [line for line in lines if line[:2] in ("- ", "+ ")]
    gone = " ; ".join(line[2:].strip() for line in changed if line[0] == "-")
    come = " ; ".join(line[2:].strip() for line in changed if line[0] == "+")
    return f"{gone or _NOTHING}  =>  {come or _NOTHING}"


def _rewritten(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield a rule and the source after it, for every place that it fits."""
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            yield from _in_function(tree, function)
    for node in list(ast.walk(tree)):
        for field, value in ast.iter_fields(node):
            if isinstance(value, list) and value and isinstance(value[0], ast.stmt):
                yield from _in_statements(tree, value, node)
            elif isinstance(value, list):
                for place, item in enumerate(value):
                    for rule, new in _variants(item, node, field):
                        value[place] = new
                        yield rule, _unparsed(tree)
                    value[place] = item
            else:
                for rule, new in _variants(value, node, field):
                    setattr(node, field, new)
                    yield rule, _unparsed(tree)
                setattr(node, field, value)


def _unparsed(tree: ast.Module) -> str:
    return ast.unparse(ast.fix_missing_locations(tree))


def _in_function(tree: ast.Module, function: ast.FunctionDef) -> Iterator[tuple[str, str]]:
    """Names for others of the same function; arguments that are not used as they came."""
    arguments = [a.arg for a in function.args.args if a.arg != "self"]
    raised = {n for r in ast.walk(function) if isinstance(r, ast.Raise) for n in ast.walk(r)}
    inside = [node for node in ast.walk(function) if node not in raised]
    assigned = [n.id for n in inside if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
    names = list(dict.fromkeys([*arguments, *assigned]))
    for node in inside:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in names:
            before = node.id
            for other in names:
                node.id = other
                yield "another name", _unparsed(tree)
            node.id = before
    defaults = dict(zip(arguments[::-1], function.args.defaults[::-1], strict=False))
    first = [f"{name} = {ast.unparse(value)}" for name, value in defaults.items()]
    first += ["rng = np.random.default_rng(0)"] * ("rng" in arguments)
    body = function.body
    for line in first:
        function.body = [*ast.parse(line).body, *body]
        yield "ignored argument", _unparsed(tree)
    for name in arguments:
        for cut in ("[:1]", "[:2]", "[:3]", "[..., :1]", "[..., :3]"):
            function.body = [*ast.parse(f"{name} = {name}{cut}").body, *body]
            yield "slice to the first", _unparsed(tree)
        function.body = [*ast.parse(f"{name} = np.asarray({name}, dtype=np.float32)").body, *body]
        yield "dtype", _unparsed(tree)
    function.body = body


def _in_statements(
    tree: ast.Module, body: list[ast.stmt], parent: ast.AST
) -> Iterator[tuple[str, str]]:
    """Statements dropped, swapped, moved into the loop before them; a loop left early."""
    before = list(body)
    for place, statement in enumerate(before):
        if isinstance(statement, ast.FunctionDef | ast.ClassDef | ast.Import):
            continue
        body[:] = [*before[:place], *([ast.Pass()] * (len(before) == 1)), *before[place + 1 :]]
        yield "dropped statement", _unparsed(tree)
        if place + 1 < len(before):
            body[:] = [*before[:place], before[place + 1], statement, *before[place + 2 :]]
            yield "order of statements", _unparsed(tree)
        if place and isinstance(before[place - 1], ast.For):
            loop = copy.copy(before[place - 1])
            loop.body = [*loop.body, statement]
            body[:] = [*before[: place - 1], loop, *before[place + 1 :]]
            yield "moved into the loop", _unparsed(tree)
        if isinstance(statement, ast.AugAssign):
            plain = ast.Assign(targets=[statement.target], value=statement.value)
            body[:] = [*before[:place], plain, *before[place + 1 :]]
            yield "overwritten instead of added", _unparsed(tree)
        if isinstance(statement, ast.If):
            body[:] = [*before[:place], *statement.body, *before[place + 1 :]]
            yield "condition", _unparsed(tree)
    if isinstance(parent, ast.For | ast.While):
        body[:] = [*before, ast.Break()]
        yield "loop left early", _unparsed(tree)
    body[:] = before


def _parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _variants(node: object, parent: ast.AST, field: str) -> Iterator[tuple[str, ast.AST]]:
    """Yield what may stand in place of an expression, or of the operator of `+=`."""
    if isinstance(node, ast.operator) and isinstance(parent, ast.AugAssign):
        for operator in _OPERATORS.get(type(node), ()):
            yield "operator", operator()
    if (
        not isinstance(node, ast.expr)
        or isinstance(node, ast.Slice)
        or isinstance(getattr(node, "ctx", None), ast.Store | ast.Del)
        # What an exception says, or is, is nobody's contract beyond its class.
        or isinstance(parent, ast.Raise | ast.JoinedStr | ast.FormattedValue)
        or field in ("annotation", "decorator_list", "bases")
    ):
        return
    for kind, rule in _RULES:
        if isinstance(node, kind):
            yield from rule(node)
    text = ast.unparse(node)
    if isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.MatMult):
        yield "transpose", _parsed(f"({text}).T")
    if field == "iter":
        for cut in _FIRST:
            yield "slice to the first", _parsed(f"list({text}){cut}")
    if field == "value" and isinstance(parent, ast.Assign | ast.Return | ast.AugAssign):
        parts = node.elts if isinstance(node, ast.Tuple) else [node]
        for place, part in enumerate(parts):
            if isinstance(part, ast.Constant | ast.List):
                continue
            for rule_name, new in _of_value(ast.unparse(part)):
                rest = [*parts[:place], new, *parts[place + 1 :]]
                whole = ast.Tuple(rest, ast.Load()) if isinstance(node, ast.Tuple) else new
                yield rule_name, whole


def _of_comparison(node: ast.Compare) -> Iterator[tuple[str, ast.expr]]:
    for operator in _COMPARISONS.get(type(node.ops[0]), ()):
        yield "comparison", ast.Compare(node.left, [operator(), *node.ops[1:]], node.comparators)


def _of_condition(node: ast.BoolOp | ast.IfExp) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(node, ast.IfExp):
        yield "condition", node.body
        yield "condition", node.orelse
        return
    other = ast.And() if isinstance(node.op, ast.Or) else ast.Or()
    yield "comparison", ast.BoolOp(other, node.values)
    for value in node.values:
        yield "dropped term", value


def _of_attribute(node: ast.Attribute) -> Iterator[tuple[str, ast.expr]]:
    if node.attr == "T":
        yield "transpose", node.value


def _of_sign(node: ast.UnaryOp) -> Iterator[tuple[str, ast.expr]]:
    yield "sign", node.operand


def _of_value(text: str) -> Iterator[tuple[str, ast.expr]]:
    """Yield what may happen to a value before it gets a name or is returned."""
    yield "sign", _parsed(f"-({text})")
    yield "constant", _parsed(f"2 * ({text})")
    yield "abs", _parsed(f"np.abs({text})")
    yield "transpose", _parsed(f"({text}).T")
    yield "dtype", _parsed(f"np.asarray({text}).astype(np.float32)")
    yield "dtype", _parsed(f"np.asarray({text}).astype(int)")


def _of_operation(node: ast.BinOp) -> Iterator[tuple[str, ast.expr]]:
    for operator in _OPERATORS.get(type(node.op), ()):
        yield "operator", ast.BinOp(node.left, operator(), node.right)
    yield "dropped term", node.left
    yield "dropped term", node.right
    if not isinstance(node.op, _NOT_OPERANDS):
        yield "swapped operands", ast.BinOp(node.right, node.op, node.left)


def _of_constant(node: ast.Constant) -> Iterator[tuple[str, ast.expr]]:
    value = node.value
    if isinstance(value, bool):
        yield "constant", ast.Constant(not value)
    elif isinstance(value, int | float):
        for other in (value + 1, value - 1, 2 * value, 0, 1, value / 2):
            if other != value:
                yield "constant", ast.Constant(other)
    elif value in _KINDS:
        for kind in _KINDS:
            if kind != value:
                yield "constant", ast.Constant(kind)


def _of_call(node: ast.Call) -> Iterator[tuple[str, ast.expr]]:
    for place, keyword in enumerate(node.keywords):
        rest = [*node.keywords[:place], *node.keywords[place + 1 :]]
        yield "axis" if keyword.arg == "axis" else "keyword", ast.Call(node.func, node.args, rest)
        if keyword.arg == "axis":
            for axis in (0, 1, None):
                other = list(node.keywords)
                other[place] = ast.keyword(arg="axis", value=ast.Constant(axis))
                yield "axis", ast.Call(node.func, node.args, other)
    if len(node.args) >= 2:
        for place in range(len(node.args) - 1):
            swapped = list(node.args)
            swapped[place : place + 2] = swapped[place : place + 2][::-1]
            yield "swapped arguments", ast.Call(node.func, swapped, node.keywords)
    for argument in node.args:
        if not isinstance(argument, ast.Starred):
            yield "dropped call", argument
    if isinstance(node.func, ast.Attribute):
        if ast.unparse(node.func.value) not in ("np", "np.random", "math"):
            # x.copy() becomes x: an alias.
            yield "dropped call", node.func.value
        for other in _FUNCTIONS.get(node.func.attr, ()):
            function = ast.Attribute(node.func.value, other, ast.Load())
            yield "function", ast.Call(function, node.args, node.keywords)


def _of_subscript(node: ast.Subscript) -> Iterator[tuple[str, ast.expr]]:
    yield "index", node.value
    if isinstance(node.slice, ast.Slice):
        low, high, step = node.slice.lower, node.slice.upper, node.slice.step
        yield "index", ast.Subscript(node.value, ast.Slice(None, high, step), ast.Load())
        yield "index", ast.Subscript(node.value, ast.Slice(low, None, step), ast.Load())
        yield "index", ast.Subscript(node.value, ast.Slice(low, high, None), ast.Load())
    elif isinstance(node.slice, ast.Tuple):
        swapped = ast.Tuple(node.slice.elts[::-1], ast.Load())
        yield "index", ast.Subscript(node.value, swapped, ast.Load())
    elif not isinstance(node.slice, ast.Constant) or isinstance(node.slice.value, int):
        for index in (0, -1):
            yield "index", ast.Subscript(node.value, ast.Constant(index), ast.Load())


def _of_collection(node: ast.Dict | ast.Tuple) -> Iterator[tuple[str, ast.expr]]:
    values = node.values if isinstance(node, ast.Dict) else node.elts
    if isinstance(node, ast.Tuple) and len(values) >= 2:
        for place in range(len(values) - 1):
            swapped = list(values)
            swapped[place : place + 2] = swapped[place : place + 2][::-1]
            yield "swapped values", ast.Tuple(swapped, ast.Load())
    for one, value in enumerate(values):
        for other in range(one):
            if ast.dump(values[other]) == ast.dump(value):
                # One object under two names, where there were two.
                texts = [ast.unparse(v) for v in values]
                texts[other] = f"(twin := {texts[other]})"
                texts[one] = "twin"
                if isinstance(node, ast.Dict):
                    keys = [ast.unparse(k) for k in node.keys if k is not None]
                    inner = ", ".join(f"{k}: {v}" for k, v in zip(keys, texts, strict=True))
                    yield "alias", _parsed("{" + inner + "}")
                else:
                    yield "alias", _parsed("(" + ", ".join(texts) + ",)")


_RULES: tuple[tuple[Any, Callable[[Any], Iterator[tuple[str, ast.expr]]]], ...] = (
    (ast.BinOp, _of_operation),
    (ast.UnaryOp, _of_sign),
    (ast.Compare, _of_comparison),
    (ast.BoolOp | ast.IfExp, _of_condition),
    (ast.Constant, _of_constant),
    (ast.Attribute, _of_attribute),
    (ast.Call, _of_call),
    (ast.Subscript, _of_subscript),
    (ast.Dict | ast.Tuple, _of_collection),
)
