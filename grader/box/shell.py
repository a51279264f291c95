"""An IPython shell that behaves as a notebook's kernel does, and collects what cells leave.

It starts the programs that a notebook's own `!` lines name, where a box allows any.
It is made once, before the fork: making it costs more than a notebook.
"""

from __future__ import annotations

import codecs
import contextlib
import io
import os
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.formatters import DisplayFormatter
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.text import SList

from . import limited, words
from .outputs import Outputs
from .source import Compiler, Transformers

# Magics of a kernel that speak to a screen: there is none.
_SCREEN = ("autosave", "clear", "cls", "connect_info", "less", "man", "more", "qtconsole")
_CANNOT_EXECUTE = 126  # a shell's exit code for a program that cannot be started
# Backends of Matplotlib that open no window and speak to no browser.
_QUIET = ("inline", "agg", "cairo", "pdf", "pgf", "ps", "svg", "template")


class Stream(io.TextIOBase):
    """A stand-in for sys.stdout or sys.stderr."""

    encoding = "UTF-8"

    def __init__(self, name: str, shell: Shell) -> None:
        self._name, self._shell = name, shell

    def writable(self) -> bool:
        """Always."""
        return True

    def write(self, text: str) -> int:
        """Collect text."""
        self._shell.outputs.stream(self._name, str(text))
        return len(text)


class _Publisher(DisplayPublisher):  # type: ignore[misc]
    def publish(
        self,
        data: dict[str, Any],
        *_: Any,
        transient: dict[str, Any] | None = None,
        update: bool = False,
        **__: Any,
    ) -> None:
        display_id = str((transient or {}).get("display_id", ""))
        if update:
            self.shell.outputs.update(display_id, data)
        else:
            self.shell.outputs.data("display_data", data, display_id=display_id)

    def clear_output(self, wait: bool = False) -> None:
        self.shell.outputs.clear(wait=wait)


class _Hook(DisplayHook):  # type: ignore[misc]
    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        # `_` is kept, as in a kernel, but no `Out`: results would outlive their cell.
        self.do_full_cache = 0

    def __call__(self, result: Any = None) -> None:
        """Show a value: as the cell's result if the cell itself ends with it."""
        caller = sys._getframe(1).f_back  # noqa: SLF001 - there is no other way
        self._kind = "display_data"
        if caller is not None and caller.f_code.co_name == "run_code":
            self._kind = "execute_result"
        super().__call__(result)

    def quiet(self) -> bool:
        """Whether the cell ends with a semicolon: its last value is not shown then."""
        with contextlib.suppress(SyntaxError, tokenize.TokenError):
            return bool(self.semicolon_at_end_of_expression(self.shell.cell))
        return False

    def write_output_prompt(self) -> None:
        """Write nothing: the result carries its own type."""

    def write_format_data(self, format_dict: dict[str, Any], *_: Any) -> None:
        more = {"execution_count": None} if self._kind == "execute_result" else {}
        self.shell.outputs.data(self._kind, format_dict, **more)

    def log_output(self, format_dict: dict[str, Any]) -> None:
        """Log nothing."""

    def finish_displayhook(self) -> None:
        """Flush nothing."""


class _Formatter(DisplayFormatter):  # type: ignore[misc]
    def format(self, obj: Any, *arguments: Any, **options: Any) -> Any:
        """Draw a figure as PNG too, whatever formats a notebook has asked for."""
        found, metadata = super().format(obj, *arguments, **options)
        figure = getattr(sys.modules.get("matplotlib.figure"), "Figure", None)
        if figure is not None and isinstance(obj, figure):
            asked_for = {"image/svg+xml", "application/pdf"} & found.keys()
            if asked_for and not {"image/png", "image/jpeg"} & found.keys():
                from IPython.core.pylabtools import print_figure  # noqa: PLC0415

                found["image/png"] = print_figure(obj, "png", base64=True)
        return found, metadata


class Shell(InteractiveShell):  # type: ignore[misc]
    """A kernel's shell without a kernel: it collects instead of sending."""

    displayhook_class = _Hook
    display_pub_class = _Publisher
    compiler_class = Compiler

    def __init__(self, **options: Any) -> None:
        self.outputs, self.cell = Outputs(), ""
        self.bound: limited.Bound | None = None
        super().__init__(**options)
        # What a kernel keeps in a file of its profile, `%cd` among it, is kept here.
        self.db: dict[str, Any] = {}
        self.input_transformer_manager = Transformers(self)
        self.InteractiveTB.set_mode("Plain")

    def should_run_async(self, raw_cell: str, **known: Any) -> bool:
        """Whether a cell awaits something: without these words it cannot, nor need be compiled."""
        awaits = "await" in raw_cell or "async" in raw_cell
        return awaits and bool(super().should_run_async(raw_cell, **known))

    def init_history(self) -> None:
        """Keep no history: it would be a file, and a way to read other cells."""
        super().init_history()
        self.history_manager.enabled = False

    def init_display_formatter(self) -> None:
        """Draw figures as PNG, at least."""
        self.display_formatter = _Formatter(parent=self)
        self.configurables.append(self.display_formatter)

    def init_hooks(self) -> None:
        """Page nothing: a kernel sends help and the like to a frontend's own pane."""
        super().init_hooks()
        self.set_hook("show_in_pager", lambda *_, **__: None, 0)

    def init_magics(self) -> None:
        """Know a kernel's own magics."""
        super().init_magics()
        for name in _SCREEN:
            self.register_magic_function(lambda *_: None, "line", name)

    def ask_exit(self) -> None:
        """Go on: `exit` would end a kernel, and the cells below are still to be run."""

    def enable_gui(self, gui: str | None = None) -> None:
        """Do nothing: there is no window whose events would be waited for."""

    def enable_matplotlib(self, gui: str | None = None) -> Any:
        """Draw figures below their cells, also where a notebook asks for a window or a widget."""
        return super().enable_matplotlib(gui if gui in _QUIET else "inline")

    def system(self, cmd: str) -> None:
        """Run a `!` line; one that cannot be run says so, and the cell goes on."""
        for text in self._run_program(self.var_expand(cmd, depth=1)):
            sys.stdout.write(text)

    def getoutput(self, cmd: str, split: bool = True, depth: int = 0) -> Any:
        """Run a program for what it prints, as `x = !cmd` does; see `system`."""
        found = "".join(self._run_program(self.var_expand(cmd, depth=depth + 1)))
        if self.user_ns["_exit_code"] == _CANNOT_EXECUTE:
            sys.stdout.write(found)
        return SList(found.splitlines()) if split else found

    def _run_program(self, line: str) -> Any:
        """Yield what a program prints; keep its exit code as a kernel does."""
        decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        try:
            with subprocess.Popen(  # noqa: S602 - it is the notebook that asks for a shell
                line,
                shell=True,
                executable=os.environ.get("SHELL"),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            ) as program:
                assert program.stdout is not None  # noqa: S101 - for the type checker
                while piece := os.read(program.stdout.fileno(), 2**16):
                    yield decode(piece)
                yield decode(b"", final=True)
            self.user_ns["_exit_code"] = program.returncode
        except OSError as error:
            self.user_ns["_exit_code"] = _CANNOT_EXECUTE
            yield _not_run(line, error)

    def run_cell_magic(self, magic_name: str, line: str, cell: str) -> Any:
        """Run a cell magic; a script that cannot be run says so, as a `!` line does."""
        try:
            return super().run_cell_magic(magic_name, line, cell)
        except OSError as error:
            scripts = self.magics_manager.registry.get("ScriptMagics")
            if scripts is None or magic_name not in scripts.magics["cell"]:
                raise
            self.user_ns["_exit_code"] = _CANNOT_EXECUTE
            sys.stdout.write(_not_run(f"%%{magic_name} {line}".strip(), error))
            return None

    def _showtraceback(self, etype: Any, evalue: Any, stb: list[str]) -> None:
        self.outputs.error(getattr(etype, "__name__", "Error"), _text_of(evalue), list(stb))

    def run(self, source: str, code: bytes | None = None) -> tuple[list[dict[str, Any]], bool]:
        """Run one cell; return its outputs and whether it ended without an exception.

        Args:
            code: what somebody has made of the source, if so; see `grader.box.source`.

        `bound` is then what stopped it, if that is known.
        """
        self.outputs, self.cell, self.bound = Outputs(), source, None
        # A notebook may ask for more values than that of the last expression.
        self.compile.lend(source, code if self.ast_node_interactivity == "last_expr" else None)
        before = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = Stream("stdout", self), Stream("stderr", self)
        try:
            result = self.run_cell(source, store_history=False)
        finally:
            sys.stdout, sys.stderr = before
        self.bound = limited.bound_of(result.error_before_exec or result.error_in_exec)
        return self.outputs.items, bool(result.success)

    @contextlib.contextmanager
    def rehearsing(self) -> Iterator[None]:
        """Leave no trace in the namespace of what is run meanwhile."""
        names = (self.user_ns, self.user_ns_hidden)
        before = [dict(each) for each in names]
        yield
        for each, kept in zip(names, before, strict=True):
            for name in each.keys() - kept.keys():
                del each[name]
            each.update(kept)
        self.displayhook._ = self.displayhook.__ = self.displayhook.___ = ""


def _text_of(error: Any) -> str:
    try:
        return str(error)
    except Exception:  # noqa: BLE001 - the student's own __str__
        return ""


def _not_run(line: str, error: OSError) -> str:
    reason = error.strerror or str(error)
    return words.no_program(line, reason)


def make_shell() -> Shell:
    """Return the shell that every child will inherit."""
    from traitlets.config import Config  # noqa: PLC0415

    config = Config()
    config.HistoryManager.enabled = False
    config.HistoryManager.hist_file = ":memory:"
    config.InteractiveShell.colors = "nocolor"
    shell: Shell = Shell.instance(config=config)
    return shell


def load_drawing() -> None:
    """Load what drawing below cells takes, but for the backend itself.

    It sets itself up as it is loaded, at a notebook's first figure, and no sooner.
    """
    import matplotlib.backends.backend_agg  # noqa: F401, PLC0415
