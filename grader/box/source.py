"""From a cell's text to code, as IPython goes, with what it does twice done once.

Taking a cell apart, token by token, for magics that are not there, and making a tree that
nobody changes, is most of the time it takes to run the usual cell.
"""

from __future__ import annotations

import ast
import marshal
import re
import warnings
from collections.abc import Callable
from types import CodeType
from typing import Any

from IPython.core.compilerop import CachingCompiler
from IPython.core.inputtransformer2 import TransformerManager
from IPython.core.interactiveshell import InteractiveShell

from .beside import placed

# Comments, then one definition: below its first line, none stands at the margin.
_DEFINITION = re.compile(
    r"(?:#[^\n]*\n(?:[ \t]*\n)*)*(?:def|class) [^\n]*\n(?:(?:[ \t#][^\n]*)?\n)+"
)
# Prompts, which are taken away from what was pasted, and what ends a line besides its end.
_NOT_PLAIN = ("...:", "\n...", "In [", "\r", "\f")
_QUOTES = '"""'


class _Compiled(ast.Pass):
    """Stands in a tree for a definition that is code already.

    Attributes:
        cell: what tracebacks call the cell.
    """

    def __init__(self, cell: str, code: CodeType) -> None:
        super().__init__(lineno=1, col_offset=0)
        self.cell, self.code = cell, code


def _is_plain(source: str) -> bool:
    """Whether nothing is to be taken away from a cell: lines or spaces before it, and prompts."""
    return (
        not source[:1].isspace()
        and not any(mark in source for mark in _NOT_PLAIN)
        and (">>>" not in source or _shows_examples(source))
    )


def _shows_examples(source: str) -> bool:
    """Whether Python's prompts stand in a docstring, where they are left, and nowhere else."""
    before, *rest = source.split(_QUOTES)
    return (
        len(rest) == 2
        and not before.rpartition("\n")[2].strip()
        and ">>>" not in before + rest[1]
        and "'''" not in source
        and "\\" not in rest[0]
    )


def _ended(cell: str) -> str:
    """Return a cell with a line break at its end."""
    return cell if cell.endswith("\n") else cell + "\n"


class Compiler(CachingCompiler):  # type: ignore[misc]
    """Parses a cell once: whoever asks for its tree gets the one that a first look has made.

    A cell that is one definition is compiled from its text at once: where nobody changes its
    tree, that need not be made of Python's objects, to be made into code from these.  A cell of
    the lesson's own comes with its code, which is the same for all students.
    """

    def __init__(self) -> None:
        super().__init__()
        self._looked_at: tuple[str, int, ast.Module] | None = None
        self._lent: tuple[str, bytes] | None = None
        self._plain = self.flags

    def lend(self, source: str, code: bytes | None) -> None:
        """Have the code of a cell at hand, which the judge has made of it, for once.

        Args:
            code: marshalled; None where there is none.
        """
        self._lent = None if code is None else (_ended(source), code)

    def is_lent(self, source: str, number: int) -> bool:
        """Whether a plain cell's code is at hand, as it would be compiled now; see `lend`."""
        lent, self._lent = self._lent, None
        if lent is None or lent[0] != source or self.flags != self._plain:
            return False
        cell = super().get_code_name(source, source, number)
        code = placed(marshal.loads(lent[1]), cell)  # noqa: S302 - the judge made it
        self._looked_at = source, self.flags, ast.Module([_Compiled(cell, code)], [])
        return True

    def is_python(self, source: str) -> bool:
        """Whether a cell is plain Python, in which there are no magics."""
        return self._is_read(source, super().ast_parse)

    def is_definition(self, source: str, number: int) -> bool:
        """Whether a plain cell is one function or class, with no more than comments besides.

        Args:
            number: the cell's.
        """
        if _DEFINITION.fullmatch(source) is None:
            return False
        cell = super().get_code_name(source, source, number)
        return self._is_read(
            source, lambda text: ast.Module([_Compiled(cell, self(text, cell, "exec"))], [])
        )

    def _is_read(self, source: str, reading: Callable[[str], ast.Module]) -> bool:
        self._looked_at = None
        try:
            with warnings.catch_warnings(record=True) as told:
                warnings.simplefilter("always")
                tree = reading(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
        # What there is to warn of is told when the cell is run: it is parsed again for that.
        if not told:
            self._looked_at = source, self.flags, tree
        return not told or not any(isinstance(node, _Compiled) for node in tree.body[:1])

    def get_code_name(self, raw_code: str, transformed_code: str, number: int) -> str:
        """Return what tracebacks call a cell."""
        seen = self._looked_at
        if seen is not None and seen[0] == transformed_code:
            for node in seen[2].body[:1]:
                if isinstance(node, _Compiled):
                    return node.cell
        name: str = super().get_code_name(raw_code, transformed_code, number)
        return name

    def ast_parse(self, source: str, filename: str = "<unknown>", symbol: str = "exec") -> ast.AST:
        """Return the tree of a cell, for one who may change it."""
        seen, self._looked_at = self._looked_at, None
        if seen is not None and seen[:2] == (source, self.flags) and symbol == "exec":
            return seen[2]
        tree: ast.AST = super().ast_parse(source, filename, symbol)
        return tree

    def __call__(self, source: Any, filename: str, symbol: str, **options: Any) -> Any:
        """Return the code of a cell, or of a part of it."""
        for node in getattr(source, "body", [])[:1]:
            if isinstance(node, _Compiled):
                return node.code
        return super().__call__(source, filename, symbol, **options)


class Transformers(TransformerManager):  # type: ignore[misc]
    """Looks for what is no Python only where a cell is not read as Python before."""

    def __init__(self, shell: InteractiveShell) -> None:
        super().__init__()
        self._shell, self._known = shell, self._all()

    def _all(self) -> list[Any]:
        return [*self.cleanup_transforms, *self.line_transforms, *self.token_transformers]

    def transform_cell(self, cell: str) -> str:
        """Return a cell as Python; one that is that stays as it is."""
        plain, shell = _ended(cell), self._shell
        if _is_plain(plain) and self._all() == self._known:
            count, compiler = shell.execution_count, shell.compile
            if not shell.ast_transformers and (
                compiler.is_lent(plain, count) or compiler.is_definition(plain, count)
            ):
                return plain
            if compiler.is_python(plain):
                return plain
        transformed: str = super().transform_cell(cell)
        return transformed

    def do_token_transforms(self, lines: list[str]) -> list[str]:
        """Look for magics, unless the cell is plain Python, in which there are none.

        Taking a cell apart, token by token, is half of the time it takes to run most cells.
        """
        if self._all() == self._known and self._shell.compile.is_python("".join(lines)):
            return lines
        found: list[str] = super().do_token_transforms(lines)
        return found
