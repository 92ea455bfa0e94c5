"""Every mutant of a source: one operator, constant, condition or statement changed."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator

_COMPARE: dict[type, type] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
_OPERATE: dict[type, type] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.BitXor: ast.BitOr,
    ast.LShift: ast.RShift, ast.RShift: ast.LShift,
}  # fmt: skip


def changes(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """What a node can be changed to, with words for it."""
    if isinstance(node, ast.Compare):
        for i, operator in enumerate(node.ops):
            compared = copy.deepcopy(node)
            compared.ops[i] = _COMPARE[type(operator)]()
            yield "comparison", compared
    elif isinstance(node, (ast.BinOp, ast.AugAssign)) and type(node.op) in _OPERATE:
        operated = copy.deepcopy(node)
        operated.op = _OPERATE[type(node.op)]()
        yield "operator", operated
    elif isinstance(node, ast.BoolOp):
        joined = copy.deepcopy(node)
        joined.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield "and/or", joined
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "not", node.operand
    elif isinstance(node, ast.Constant):
        if isinstance(node.value, bool):
            yield "constant", ast.Constant(not node.value)
        elif isinstance(node.value, int):
            yield "constant", ast.Constant(node.value + 1)
    elif isinstance(node, ast.If):
        negated = copy.deepcopy(node)
        negated.test = ast.UnaryOp(ast.Not(), negated.test)
        yield "condition", negated
    if isinstance(node, (ast.Assign, ast.AugAssign)) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    ):
        yield "left out", ast.Pass()


def mutants(source: str) -> Iterator[tuple[int, str, str]]:
    """(line, what was changed there, source) of every mutant."""
    tree = ast.parse(source)
    lines = source.splitlines()
    for parent in ast.walk(tree):
        for field, value in list(ast.iter_fields(parent)):
            for i, child in enumerate(value if isinstance(value, list) else [value]):
                if not isinstance(child, ast.AST):
                    continue
                for what, other in changes(child):
                    ast.copy_location(other, child)
                    _put(parent, field, i, other)
                    text = ast.unparse(ast.fix_missing_locations(tree))
                    _put(parent, field, i, child)
                    line = getattr(child, "lineno", 0)
                    new = ast.unparse(other).splitlines()[0]
                    yield line, f"{lines[line - 1].strip()}   [{what}: {new}]", text


def _put(parent: ast.AST, field: str, i: int, node: ast.AST) -> None:
    value = getattr(parent, field)
    if isinstance(value, list):
        value[i] = node
    else:
        setattr(parent, field, node)
