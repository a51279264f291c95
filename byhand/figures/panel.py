"""Join controls, a picture and its words into one figure that lives in a notebook.

The way of a move.  A control's event may arrive in any thread (JupyterLab sends
widgets' messages to one of their own) and is only noted there.  The redraw runs on
the kernel's main loop, where cells run, so a figure and a cell never race.  At
most one redraw is pending; it reads the controls when it starts, so the last move
wins.  A long computation is a generator that yields partial results; between two
of them the loop turns, and a new move closes the generator.

Without a loop (a script, a test) everything runs at once.
"""

import asyncio
import base64
import contextlib
import html
import threading
import time
import uuid
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import ipywidgets as widgets
import traitlets
from IPython.display import display

from byhand.figures import captions, faults
from byhand.figures.guard import Functions, Overdue, Trouble, Waiting, watched
from byhand.figures.surface import Surface

Work = Generator[tuple[Any, float], None, None]
"""What a compute gives: (result so far, share done from 0 to 1), the last with share 1."""

PATIENCE = 2.0
"""Seconds that one slice of a computation may take."""

_IMPATIENCE = 0.5  # once time has run out: nobody wants to wait long at every move
_SETTLE = 0.004  # seconds between a move and its redraw
_PAUSE = 0.001  # seconds between two slices, for the loop to take in a move
_FRAME = 0.15  # seconds between two drawings of an unfinished result

_STYLE = """<style>
.byhand-figure .widget-label, .byhand-figure label {{font-size: 13px}}
.byhand-figure button:focus-visible, .byhand-figure .noUi-handle:focus-visible,
.byhand-figure select:focus-visible, .byhand-figure input:focus-visible
  {{outline: 3px solid #E69F00 !important; outline-offset: 1px}}
.byhand-words, .byhand-line {{font-size: 14px; line-height: 1.45; white-space: normal;
  color: var(--jp-content-font-color1, inherit)}}
.byhand-words p {{margin: 0}}
.byhand-line {{min-height: 1.45em; padding-left: 8px; border-left: 4px solid transparent}}
.byhand-line.trouble {{border-left-color: #D55E00}}
.byhand-line.waiting {{border-left-color: #E69F00}}
.byhand-line progress {{vertical-align: middle; accent-color: #0072B2; width: 160px}}
.byhand-figure.jupyter-widgets-disconnected::before {{display: block; position: static;
  width: auto; height: auto; padding: 4px 8px; border-left: 4px solid #D55E00;
  font-size: 14px; background: none; color: var(--jp-content-font-color1, inherit);
  content: "{lost}"}}
#{still} {{display: none}}
</style>"""


@dataclass(kw_only=True)
class View:
    """One page of a figure: its controls, its computation, its picture.

    Attributes:
        title: names the page.
        controls: name -> widget with a value; compute gets the values by name.
        compute: compute(functions, **values) -> Work; pure but for the functions.
        toy: functions for the demonstration while the learner's are not written.
        toy_says: one sentence on what the demonstration shows instead.
        surface: the picture.
        paint: moves the picture's artists to a result and returns the summary.
        hint: what the picture shows, whatever the numbers: its alternative text.
        buttons: name -> what a press does; the picture is painted anew afterwards.
    """

    title: str
    controls: Mapping[str, Any]
    compute: Callable[..., Work]
    toy: Functions
    toy_says: str
    surface: Surface
    paint: Callable[[Any], str]
    hint: str
    buttons: Mapping[str, Callable[[], None]] = field(default_factory=dict)
    result: Any = None
    """What the picture shows now."""


class _Picture(widgets.Image):  # type: ignore[misc]
    """An image whose tooltip is its accessible name.

    ipywidgets shows a tooltip only where the model also has a description, and
    an Image has none.
    """

    description = traitlets.Unicode("").tag(sync=True)


class Panel:
    """A figure in a notebook: one or more views, the controls of one of them at a time.

    Attributes:
        box: the widget.
        picture, line, words: the widgets of the picture, of the line that says what
            is going on, and of the summary.
    """

    def __init__(self, name: str, views: Sequence[View], functions: Functions) -> None:
        self.name, self.views, self.functions = name, views, functions
        self.view = views[0]
        self._lock = threading.Lock()
        self._pending = self._fresh = self._closed = False
        self._work: Work | None = None
        self._own = True  # the learner's functions, not the toy's
        self._drawn = 0.0
        self._patience = PATIENCE
        self._said = ("", "")
        self.summary = ""
        with contextlib.suppress(RuntimeError):
            self._loop: asyncio.AbstractEventLoop | None = None
            self._loop = asyncio.get_running_loop()
        self._build()

    def _build(self) -> None:
        self._still = f"byhand-still-{uuid.uuid4().hex[:12]}"
        self.picture = _Picture(format="png", layout={"max_width": "100%", "height": "auto"})
        self.line, self.words = widgets.HTML(), widgets.HTML()
        self._pages = {view.title: self._page(view) for view in self.views}
        self._page_box = widgets.Box(layout={"width": "100%"})
        self.tabs = widgets.ToggleButtons(
            options=list(self._pages),
            description=captions.PAGE,
            style={"button_width": "auto", "description_width": "60px"},
        )
        self.tabs.observe(self._turn_page, "value")
        rows = [
            widgets.HTML(
                _STYLE.format(still=self._still, lost=captions.KERNEL_LOST.replace('"', "'"))
            )
        ]
        rows += [self.tabs] if len(self.views) > 1 else []
        rows += [self._page_box, self.line, self.picture, self.words]
        self.box = widgets.VBox(rows, layout={"width": "100%", "overflow": "hidden"})
        self.box.add_class("byhand-figure")
        self._open_page()

    def _page(self, view: View) -> Any:
        for control in view.controls.values():
            control.observe(self._moved, "value")
        buttons = []
        for title, press in view.buttons.items():
            button = widgets.Button(description=title, layout={"width": "auto"})
            button.on_click(lambda _button, press=press: self._press(press))
            buttons.append(button)
        return widgets.Box(
            [*view.controls.values(), *buttons],
            layout={"flex_flow": "row wrap", "width": "100%", "align_items": "center"},
        )

    def _open_page(self) -> None:
        self._page_box.children = (self._pages[self.view.title],)
        self.picture.width = str(self.view.surface.size[0])
        self.picture.tooltip = captions.page(self.view.title, self.view.hint)

    def _turn_page(self, change: Mapping[str, Any]) -> None:
        self._later(lambda: self._set_page(change["new"]))

    def _set_page(self, title: str) -> None:
        self.view = next(view for view in self.views if view.title == title)
        self._open_page()
        self._moved(None)

    def _press(self, press: Callable[[], None]) -> None:
        def act() -> None:
            press()
            if self.view.result is not None:
                self._draw(self.view.result, final=self._work is None)

        self._later(act)

    # How a move becomes a redraw.

    def _later(self, act: Callable[[], None]) -> None:
        """Run something of our own on the main loop."""

        def safely() -> None:
            try:
                act()
            except Exception as problem:  # noqa: BLE001  (a line, never a traceback)
                self._failed(problem)

        if self._loop is None:
            safely()
        else:
            self._loop.call_soon_threadsafe(safely)

    def _moved(self, _change: Any) -> None:
        """Note that a control moved; make sure that a redraw is coming."""
        with self._lock:
            self._fresh = True
            if self._pending:
                return
            self._pending = True
        if self._loop is None:
            while self._turn():
                pass
        else:
            with contextlib.suppress(RuntimeError):  # the kernel is going down
                self._loop.call_soon_threadsafe(self._soon)

    def _soon(self) -> None:
        """Let moves that have arrived already be taken in first; they share one redraw."""
        if self._loop is not None:
            self._loop.call_later(_SETTLE, self._turn)

    def _turn(self) -> bool:
        """Take one slice of the newest computation; say whether there is more."""
        with self._lock:
            self._pending, fresh, self._fresh = False, self._fresh, False
        if self._closed:
            return False
        try:
            if fresh:
                self._begin(own=True)
            if self._work is not None:
                self._slice(self._work)
        except Exception as problem:  # noqa: BLE001  (a line, never a traceback)
            self._failed(problem)
        with self._lock:
            more = self._work is not None or self._fresh
            if more and not self._pending and self._loop is not None:
                self._pending = True
                self._loop.call_later(_PAUSE, self._turn)
        return more

    def _begin(self, *, own: bool) -> None:
        if self._work is not None:
            self._work.close()
        self._own, self._drawn = own, 0.0
        functions = self.functions if own else self.view.toy
        values = {name: control.value for name, control in self.view.controls.items()}
        self._work = self.view.compute(functions, **values)

    def _slice(self, work: Work) -> None:
        functions = self.functions if self._own else self.view.toy
        functions.calling = ""
        try:
            with watched(functions, self._patience):
                result, share = next(work)
        except StopIteration:
            self._work = None
            return
        except Trouble as trouble:
            self._troubled(trouble)
            return
        done = share >= 1
        if done or time.monotonic() - self._drawn > _FRAME:
            self._drawn = time.monotonic()
            self._draw(result, final=done)
        if self._own:
            self._patience = PATIENCE
            self._progress(share)
        if done:
            self._work = None

    def _troubled(self, trouble: Trouble) -> None:
        self._work = None
        waiting = isinstance(trouble, Waiting)
        if not self._own:
            raise trouble  # the toy fails: that is our fault
        self._patience = _IMPATIENCE if isinstance(trouble, Overdue) else PATIENCE
        said = html.escape(str(trouble))
        if waiting or self.view.result is None:
            said = captions.with_demonstration(said, html.escape(self.view.toy_says))
            self._say("waiting" if waiting else "trouble", said)
            self._begin(own=False)
        else:
            said = captions.with_last_result(said)
            self._say("trouble", said)

    def _failed(self, problem: Exception) -> None:
        self._work = None
        message = html.escape(" ".join(str(problem).split())[:200])
        self._say("trouble", faults.itself(type(problem).__name__, message))

    # What is seen and read.

    def _draw(self, result: Any, *, final: bool) -> None:
        self.view.result = result
        summary = self.view.paint(result)
        self.picture.value = self.view.surface.png()
        if final:
            self.words.value = (
                '<div class="byhand-words" role="status" aria-live="polite">'
                f"<p>{html.escape(summary)}</p></div>"
            )
            self.summary = summary

    def _progress(self, share: float) -> None:
        if share >= 1:
            self._say("", "")
        else:
            percent = round(100 * share)
            self._say(
                "",
                f'<progress max="100" value="{percent}" aria-label="{captions.COMPUTING}">'
                f"</progress> {captions.computing(percent)}",
            )

    def _say(self, kind: str, text: str) -> None:
        if (kind, text) == self._said:
            return
        self._said = (kind, text)
        role = ' role="status" aria-live="polite"' if kind else ""
        self.line.value = f'<div class="byhand-line {kind}"{role}>{text}</div>'

    # Its life.

    def show(self) -> None:
        """Display the figure, and beside it a still picture for where no kernel runs."""
        before = _open.pop(self.name, None)
        if before is not None:
            before.close()
        _open[self.name] = self
        self._say("", " ")
        loop, self._loop = self._loop, None
        self._fresh = self._pending = True
        # The first result at once, so that there is something to display; the rest later.
        while self._turn() and (loop is None or self.view.result is None):
            pass
        self._loop = loop
        model = {"version_major": 2, "version_minor": 0, "model_id": self.box.model_id}
        mime = "application/vnd.jupyter.widget-view+json"
        display({mime: model, "text/plain": self._plain()}, raw=True)
        display({"text/html": self._still_html(), "text/plain": ""}, raw=True)
        if self._work is not None:
            self._moved_on()

    def _moved_on(self) -> None:
        """Go on with work that show() began."""
        with self._lock:
            if self._loop is not None and not self._pending:
                self._pending = True
                self._loop.call_soon_threadsafe(self._turn)

    def _plain(self) -> str:
        return f"{captions.page(self.view.title, self.view.hint)} {self.summary}".strip()

    def _still_html(self) -> str:
        encoded = base64.b64encode(self.picture.value).decode("ascii")
        width, _ = self.view.surface.size
        return (
            f'<div id="{self._still}"><img alt="{html.escape(self._plain())}" width="{width}" '
            f'style="max-width: 100%; height: auto; background: white" '
            f'src="data:image/png;base64,{encoded}"><p>{captions.STILL} '
            f"{html.escape(self._plain())}</p></div>"
        )

    def close(self) -> None:
        """Stop all work and give the widgets back."""
        self._closed, self._work = True, None
        for page in self._pages.values():
            for control in page.children:
                control.close()
            page.close()
        for child in (*self.box.children, self.tabs, self.box):
            child.close()


_open: dict[str, Panel] = {}


def opened() -> dict[str, Panel]:
    """Return the figures on show, by name."""
    return _open
