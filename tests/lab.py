"""A real JupyterLab and a real Chromium, for tests and measurements."""

import contextlib
import json
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import nbformat
from playwright.sync_api import expect, sync_playwright

from grader.course.notebook import text_of
from tests.classroom import PROGRAMS, environment

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "chrome"))), None)
# No call to anybody outside, and no GPU or sandbox of its own: containers have neither.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TOKEN = "only-for-this-test"  # noqa: S105 - a server that lives for minutes
MS = 90_000  # how long a page may take on a busy machine
FIGURE, PICTURE, WORDS, LINE = (
    ".byhand-figure",
    ".byhand-figure img",
    ".byhand-words",
    ".byhand-line",
)
# JupyterLab asks everybody once whether they want its news; the question covers buttons.
NO_NEWS = {"apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False}}
# One widget manager's cell must not be taken out of the page because it is out of sight.
ALL_CELLS = {"notebook-extension/tracker": {"windowingMode": "none"}}
# What is wrong with the formulas on the screen: dollar signs and TeX that are left outside
# code are formulas that nobody set; MathJax writes an unknown macro in red.
_BROKEN_FORMULAS = r"""() => {
    const found = [];
    for (const cell of document.querySelectorAll('.jp-Notebook .jp-RenderedMarkdown')) {
        for (const error of cell.querySelectorAll('merror, mtext[mathcolor="red"]')) {
            found.push(error.closest('mjx-container').textContent);
        }
        const copy = cell.cloneNode(true);
        copy.querySelectorAll('code, pre, mjx-container').forEach(element => element.remove());
        found.push(...(copy.textContent.match(/.{0,40}(\$|\\[a-z([]).{0,40}/g) || []));
    }
    return found;
}"""
# A lesson's figures, from top to bottom, and the pages of each.
FIGURES = {
    "01_chain_rule": [["two paths", "counting products", "the step h"]],
    "02_sigmoid_softmax_jacobians": [["softmax and its Jacobian"]],
    "03_dense_layer": [["order and transposes"]],
    "04_full_backprop": [["planted bugs"], ["size by depth"]],
    "05_sgd_vs_adam": [["momentum"], ["valley", "real data", "sweep of rates"]],
    "06_computational_graph": [["forward and backward", "a deep diamond"]],
}
# Once JupyterLab knows which kernels are gone and has had a turn, it has complained of each.
_HEAR_THE_KERNELS_END = """async () => {
    const {sessions, kernels} = window.jupyterapp.serviceManager;
    await Promise.all([sessions.refreshRunning(), kernels.refreshRunning()]);
    await new Promise(done => setTimeout(done));
}"""
_LOOK = 100  # ms between two looks; a look at every frame costs more than what is waited for


def write_notebook(path: Path, cells: list[str]) -> None:
    """Write a notebook of code cells."""
    book = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(book, path)


def cells_with_formulas(path: Path) -> int:
    """Return in how many cells of a notebook a formula is typed; there must be some."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    typed = sum(cell["cell_type"] == "markdown" and "$" in text_of(cell) for cell in cells)
    assert typed, f"{path}: no formula"
    return typed


# --------------------------------------------------------------------- the server


@contextlib.contextmanager
def serving(folder: Path, home: Path, settings: Mapping[str, Any] = {}) -> Iterator[str]:
    """Give the address of a JupyterLab that serves a folder, with a home and settings of its own.

    Whoever has been at `address?token=TOKEN` once is logged in.
    """
    for name, values in {**NO_NEWS, **settings}.items():
        path = home / f".jupyter/lab/user-settings/@jupyterlab/{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values), encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = home / "server.log"
    with log.open("wb") as file:
        server = subprocess.Popen(
            [
                *(PROGRAMS / "jupyter", "lab", "--no-browser", "--allow-root"),
                *("--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}"),
                *("--ServerApp.port_retries=0", f"--ServerApp.root_dir={folder}"),
                # Its own extension manager would ask a public server.
                *(f"--IdentityProvider.token={TOKEN}", "--LabApp.extension_manager=readonly"),
                "--LabApp.expose_app_in_browser=True",
            ],
            cwd=folder,
            env=environment(home),
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    try:
        address = f"http://127.0.0.1:{port}"
        answer(server, f"{address}/api/status?token={TOKEN}", log)
        yield address
    finally:
        # The server ends its kernels and the grader's box before it goes.
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:
            server.kill()


def answer(server: subprocess.Popen[bytes], url: str, log: Path) -> bytes:
    """Return what a server answers, once it listens."""
    end = time.monotonic() + MS / 1000
    while server.poll() is None and time.monotonic() < end:
        try:
            with urllib.request.urlopen(url, timeout=MS / 1000) as found:  # noqa: S310
                return bytes(found.read())
        except urllib.error.HTTPError:
            raise
        except OSError:
            time.sleep(0.1)
    said = log.read_text(encoding="utf-8", errors="replace")
    raise RuntimeError(f"no answer from {url} (exit code {server.poll()}):\n{said[-3000:]}")


def end_kernels(address: str) -> None:
    """End what notebooks left running."""
    header = {"Authorization": f"token {TOKEN}"}
    listed = urllib.request.Request(f"{address}/api/sessions", headers=header)  # noqa: S310
    with urllib.request.urlopen(listed, timeout=60) as answer:  # noqa: S310
        sessions = json.load(answer)
    for session in sessions:
        gone = urllib.request.Request(  # noqa: S310
            f"{address}/api/sessions/{session['id']}", headers=header, method="DELETE"
        )
        urllib.request.urlopen(gone, timeout=60).close()  # noqa: S310


# -------------------------------------------------------------------- the browser


@contextlib.contextmanager
def browsing() -> Iterator[Any]:
    """Give a Chromium."""
    expect.set_options(timeout=MS)
    with sync_playwright() as player:
        chromium = player.chromium.launch(executable_path=CHROMIUM, args=FLAGS, timeout=MS)
        try:
            yield chromium
        finally:
            chromium.close()


def log_in(chromium: Any, address: str, width: int, height: int) -> Any:
    """Return a profile of a browser that a server knows, with a window of some size."""
    context = chromium.new_context(viewport={"width": width, "height": height})
    context.set_default_timeout(MS)
    # The cookie that comes with this answer is the log-in; Formgrader's own pages give none.
    assert context.request.get(f"{address}/lab?token={TOKEN}", timeout=MS).ok
    return context


def listen(page: Any) -> list[str]:
    """Return a list that a page's errors are added to.

    JupyterLab's warnings are its own; of errors it writes none, so none is let through.
    """
    errors: list[str] = []
    page.on(
        "console",
        lambda said: (
            errors.append(f"{said.text} ({said.location.get('url')})")
            if said.type == "error"
            else None
        ),
    )
    page.on("pageerror", lambda problem: errors.append(str(problem)))
    return errors


class Lab:
    """JupyterLab in one page, which opens one notebook after another.

    Attributes:
        page: the page.
        errors: what its console has said since the last notebook was closed.
    """

    def __init__(self, context: Any, address: str) -> None:
        self.page, self.address = context.new_page(), address
        self.errors = listen(self.page)
        self.page.goto(f"{address}/lab?reset")
        self.until("() => window.jupyterapp?.restored.then(() => true)")

    def open(self, path: str) -> None:
        """Open a notebook; wait until its kernel is ready."""
        self.page.evaluate(
            "path => { window.jupyterapp.commands.execute('docmanager:open', {path}) }", path
        )
        self.until(
            """([path]) => {
                const shown = window.jupyterapp.shell.currentWidget;
                return shown?.context?.path == path && shown.context.isReady
                    && shown.sessionContext.isReady;
            }""",
            path,
        )
        self.idle()

    def close(self) -> list[str]:
        """Close what is open, as it is, and end its kernels; return the page's errors until then.

        What JupyterLab says of a kernel that is taken from it is not ours.  It says that a moment
        later; so the page is given the time to, or the next test would be blamed for it.
        """
        said = list(self.errors)
        self.page.evaluate(
            "() => [...window.jupyterapp.shell.widgets('main')].forEach(open => open.dispose())"
        )
        end_kernels(self.address)
        self.page.evaluate(_HEAR_THE_KERNELS_END)
        self.errors.clear()
        return said

    def idle(self) -> None:
        """Wait until the kernel has nothing to do; in a narrow window only the status bar says so.

        The toolbar's own indicator is idle before there is a kernel; what is run then is lost.
        """
        expect(self.page.locator("#jp-main-statusbar")).to_contain_text("| Idle")

    def menu(self, *items: str) -> None:
        """Choose an entry of the menu bar."""
        self.page.click(f'.lm-MenuBar-itemLabel:text-is("{items[0]}")')
        for item in items[1:]:
            self.page.click(f'.lm-Menu-itemLabel:text-is("{item}")')

    def broken_formulas(self, cells: int) -> list[str]:
        """Wait until so many cells of the open notebook hold formulas; return broken ones."""
        holding = self.page.locator(".jp-Cell", has=self.page.locator("mjx-container"))
        expect(holding).to_have_count(cells)
        return list(self.page.evaluate(_BROKEN_FORMULAS))

    def run_all(self) -> None:
        """Run every cell and wait for the last one."""
        self.menu("Run", "Run All Cells")
        self.page.wait_for_timeout(500)
        self.until(
            """() => document.querySelectorAll('.jp-InputPrompt').length &&
               ![...document.querySelectorAll('.jp-InputPrompt')]
                 .some(prompt => prompt.textContent.includes('*'))"""
        )
        self.idle()

    def until(self, condition: str, *values: Any) -> None:
        """Wait until a function of JavaScript returns something true."""
        self.page.wait_for_function(condition, arg=list(values), polling=_LOOK)
