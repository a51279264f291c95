"""A real JupyterLab and a real Chromium, for the figures' tests and measurements."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "chrome"))), None)
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

# One widget manager's cell must not be taken out of the page because it is out of sight.
SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "notebook-extension/tracker": {"windowingMode": "none"},
}


def write_notebook(path: Path, cells: list[str]) -> None:
    """Write a notebook of code cells."""
    book = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(book, path)


@contextlib.contextmanager
def serving(folder: Path, home: Path) -> Iterator[str]:
    """Give the address of a JupyterLab that serves a folder, with a home of its own."""
    for name, values in SETTINGS.items():
        path = home / f".jupyter/lab/user-settings/@jupyterlab/{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values), encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    programs = Path(sys.executable).parent
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "NBGRADER"))}
    environment = kept | {
        "HOME": str(home),
        "IPYTHONDIR": str(home / ".ipython"),
        "MPLCONFIGDIR": str(home / ".matplotlib"),
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
    }
    log = home / "server.log"
    with log.open("wb") as file:
        server = subprocess.Popen(
            [
                *(programs / "jupyter", "lab", "--no-browser", "--allow-root"),
                *("--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}"),
                *("--ServerApp.port_retries=0", f"--ServerApp.root_dir={folder}"),
                *(f"--IdentityProvider.token={TOKEN}", "--LabApp.extension_manager=readonly"),
            ],
            cwd=folder,
            env=environment,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    try:
        address = f"http://127.0.0.1:{port}"
        end = time.monotonic() + MS / 1000
        while True:
            with (
                contextlib.suppress(OSError),
                urllib.request.urlopen(f"{address}/api/status?token={TOKEN}", timeout=5),  # noqa: S310
            ):
                break
            if server.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()[-3000:]}")
            time.sleep(0.1)
        yield address
    finally:
        # The server ends its kernels before it goes.
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:
            server.kill()


@contextlib.contextmanager
def browsing() -> Iterator[Any]:
    """Give a Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as player:
        chromium = player.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield chromium
        finally:
            chromium.close()


@contextlib.contextmanager
def opened(context: Any, address: str, path: str) -> Iterator[tuple[Any, list[str]]]:
    """Give a page with a notebook whose kernel is ready, and the list of its errors."""
    page, errors = context.new_page(), []
    page.on(
        "console",
        lambda said: (
            errors.append(f"{said.text} ({said.location.get('url')})")
            if said.type == "error"
            else None
        ),
    )
    page.on("pageerror", lambda problem: errors.append(str(problem)))
    page.set_default_timeout(MS)
    page.goto(f"{address}/lab/tree/{path}?token={TOKEN}&reset")
    idle(page)
    try:
        yield page, errors
    finally:
        page.close()


def idle(page: Any) -> None:
    """Wait until the kernel has nothing to do; in a narrow window only the status bar says so."""
    page.wait_for_selector('#jp-main-statusbar >> text="Python 3 (ipykernel) | Idle"')


def menu(page: Any, *items: str) -> None:
    """Choose an entry of the menu bar."""
    page.click(f'.lm-MenuBar-itemLabel:text-is("{items[0]}")')
    for item in items[1:]:
        page.click(f'.lm-Menu-itemLabel:text-is("{item}")')


def run_all(page: Any) -> None:
    """Run every cell and wait for the last one."""
    menu(page, "Run", "Run All Cells")
    page.wait_for_timeout(500)
    page.wait_for_function(
        """() => document.querySelectorAll('.jp-InputPrompt').length &&
           ![...document.querySelectorAll('.jp-InputPrompt')]
             .some(prompt => prompt.textContent.includes('*'))"""
    )
    idle(page)


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
