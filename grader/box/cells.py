"""Run notebook cells in an IPython shell and collect their outputs, capped.

The shell is made once, before the fork: making it costs more than a notebook.
"""

from __future__ import annotations

import ast
import io
import sys
import warnings
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.inputtransformer2 import TransformerManager
from IPython.core.interactiveshell import InteractiveShell

MAX_TEXT = 100_000  # characters of output a cell may leave
MAX_OUTPUTS = 200
MAX_PICTURES = 4_000_000  # characters of encoded pictures a cell may leave
_SCORING = ("execute_result", "stderr", "error")
SAFE_TYPES = ("text/plain", "image/png", "image/jpeg")


class Outputs:
    """The outputs of one cell in nbformat's form; what is over the cap is dropped, and said so.

    Of what nbgrader reads a score from, a result, text on stderr, an exception, the first is
    always kept: a flood cannot hide it.
    """

    def __init__(self) -> None:
        self.items: list[dict[str, Any]] = []
        self._room = MAX_TEXT
        self._room_for_results = MAX_TEXT
        self._room_for_pictures = MAX_PICTURES
        self._kinds: set[str] = set()

    def _fit(self, text: str) -> str:
        if len(text) <= self._room:
            self._room -= len(text)
            return text
        kept, self._room = text[: self._room], 0
        return f"{kept}\n[output cut here: more than {MAX_TEXT} characters]\n" if kept else ""

    def stream(self, name: str, text: str) -> None:
        """Add text that was written to stdout or stderr."""
        fitting = self._fit(text)
        if not fitting and text and name == "stderr" and name not in self._kinds:
            fitting = f"[output cut here: more than {MAX_TEXT} characters]\n"
        if not fitting:
            return
        last = self.items[-1] if self.items else {}
        if last.get("name") == name:
            last["text"] += fitting
        else:
            self._add({"output_type": "stream", "name": name, "text": fitting})

    def data(self, kind: str, bundle: dict[str, Any], **more: Any) -> None:
        """Add a display or a result; only types that cannot carry behaviour are kept."""
        kept: dict[str, Any] = {}
        for mime in SAFE_TYPES:
            content = bundle.get(mime)
            if isinstance(content, bytes):
                import base64  # noqa: PLC0415 - few cells show a picture

                content = base64.b64encode(content).decode()
            if not isinstance(content, str):
                continue
            if mime.startswith("image/"):
                if len(content) <= self._room_for_pictures:
                    self._room_for_pictures -= len(content)
                    kept[mime] = content
            elif kind == "execute_result":
                kept[mime] = content[: self._room_for_results]
                self._room_for_results -= len(kept[mime])
            else:
                kept[mime] = self._fit(content)
        if kept:
            self._add({"output_type": kind, "data": kept, "metadata": {}, **more})

    def error(self, name: str, value: str, traceback: list[str]) -> None:
        """Add an exception."""
        self._add(
            {
                "output_type": "error",
                "ename": name[:200],
                "evalue": value[:2000],
                "traceback": [line[:2000] for line in traceback[-40:]],
            }
        )

    def _add(self, item: dict[str, Any]) -> None:
        kind = item.get("name") or item["output_type"]
        if len(self.items) < MAX_OUTPUTS or (kind in _SCORING and kind not in self._kinds):
            self.items.append(item)
            self._kinds.add(kind)


class Stream(io.TextIOBase):
    """A stand-in for sys.stdout or sys.stderr."""

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
    def publish(self, data: dict[str, Any], *_: Any, **__: Any) -> None:
        self.shell.outputs.data("display_data", data)

    def clear_output(self, wait: bool = False) -> None:
        """Do nothing: a graded notebook keeps what was shown."""


class _Hook(DisplayHook):  # type: ignore[misc]
    def __call__(self, result: Any = None) -> None:
        """Show a value: as the cell's result if the cell itself ends with it."""
        caller = sys._getframe(1).f_back  # noqa: SLF001 - there is no other way
        self._kind = "display_data"
        if caller is not None and caller.f_code.co_name == "run_code":
            self._kind = "execute_result"
        super().__call__(result)

    def write_output_prompt(self) -> None:
        """Write nothing: the result carries its own type."""

    def write_format_data(self, format_dict: dict[str, Any], *_: Any) -> None:
        more = {"execution_count": None} if self._kind == "execute_result" else {}
        self.shell.outputs.data(self._kind, format_dict, **more)

    def update_user_ns(self, result: Any) -> None:
        """Keep no `_` and no `Out`: results would outlive their cell."""

    def log_output(self, format_dict: dict[str, Any]) -> None:
        """Log nothing."""

    def finish_displayhook(self) -> None:
        """Flush nothing."""


class _Transformers(TransformerManager):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__()
        self._known = list(self.token_transformers)

    def do_token_transforms(self, lines: list[str]) -> list[str]:
        """Look for magics, unless the cell is plain Python, in which there are none.

        Taking a cell apart, token by token, is half of the time it takes to run most cells.
        """
        if self.token_transformers == self._known and _is_python("".join(lines)):
            return lines
        found: list[str] = super().do_token_transforms(lines)
        return found


def _is_python(source: str) -> bool:
    try:
        with warnings.catch_warnings():
            # What there is to warn of is told when the cell is run.
            warnings.simplefilter("ignore")
            ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


class Shell(InteractiveShell):  # type: ignore[misc]
    """An IPython shell that collects instead of printing."""

    displayhook_class = _Hook
    display_pub_class = _Publisher

    def __init__(self, **options: Any) -> None:
        self.outputs = Outputs()
        super().__init__(**options)
        self.input_transformer_manager = _Transformers()
        self.InteractiveTB.set_mode("Plain")

    def init_history(self) -> None:
        """Keep no history: it would be a file, and a way to read other cells."""
        super().init_history()
        self.history_manager.enabled = False

    def _showtraceback(self, etype: Any, evalue: Any, stb: list[str]) -> None:
        self.outputs.error(getattr(etype, "__name__", "Error"), _text_of(evalue), list(stb))

    def run(self, source: str) -> tuple[list[dict[str, Any]], bool]:
        """Run one cell; return its outputs and whether it ended without an exception."""
        self.outputs = Outputs()
        before = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = Stream("stdout", self), Stream("stderr", self)
        try:
            result = self.run_cell(source, store_history=False)
        finally:
            sys.stdout, sys.stderr = before
        return self.outputs.items, bool(result.success)


def _text_of(error: Any) -> str:
    try:
        return str(error)
    except Exception:  # noqa: BLE001 - the student's own __str__
        return ""


def make_shell() -> Shell:
    """Return the shell that every child will inherit."""
    from traitlets.config import Config  # noqa: PLC0415

    config = Config()
    config.HistoryManager.enabled = False
    config.HistoryManager.hist_file = ":memory:"
    config.InteractiveShell.colors = "nocolor"
    shell: Shell = Shell.instance(config=config)
    return shell
