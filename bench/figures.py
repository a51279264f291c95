"""How fast the figures answer, in a real JupyterLab and a real Chromium.

`bench(results)` is called by bench/run.py; alone, this prints its own table.
Needs Chromium; where there is none it says so and measures nothing.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests import lab  # noqa: E402 - bench/ is no package

PREPARE = """
import sys
sys.path.insert(0, {root!r})
import importlib.util
from tests.conftest import load
def memory():
    import gc
    gc.collect()
    with open('/proc/self/status') as status:
        return next(int(line.split()[1]) for line in status if line.startswith('VmRSS')) / 1024
import os
lesson = load({lesson!r})
path = {root!r} + '/solutions/{lesson}/earlier.py'
if os.path.exists(path):
    spec = importlib.util.spec_from_file_location('earlier', path)
    earlier = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(earlier)
    globals().update(vars(earlier))
globals().update(lesson.reference)
{more}
"""
SUSPECTS = """
right = model_backward
suspects = {"A  no biases": lambda dA, caches: [(dW, 0 * db) for dW, db in right(dA, caches)]}
"""
AT_ONCE = [
    ("01_chain_rule", "chain", "two paths"),
    ("01_chain_rule", "chain", "counting products"),
    ("01_chain_rule", "chain", "the step h"),
    ("02_sigmoid_softmax_jacobians", "logits", None),
    ("03_dense_layer", "products", None),
    ("04_full_backprop", "signal_sizes", ""),
    ("05_sgd_vs_adam", "momentum", None),
    ("05_sgd_vs_adam", "race", "valley"),
    ("06_computational_graph", "engine", "forward and backward"),
    ("06_computational_graph", "engine", "a deep diamond"),
]
TRAINING = [
    ("04_full_backprop", "lineup", ""),
    ("05_sgd_vs_adam", "race", "real data"),
    ("05_sgd_vs_adam", "race", "sweep of rates"),
]
MOVES, STARTS, LONG = 60, 12, 500

WATCH = """(picture) => {
    const image = document.querySelector(picture);
    window.shown = []; window.keys = [];
    document.addEventListener('keydown', () => window.keys.push(performance.now()), true);
    image.addEventListener('load', () => requestAnimationFrame(
        () => window.shown.push(performance.now())));
}"""


def press(page: Any, key: str) -> float:
    """Press a key; return the milliseconds until the next new picture is on the screen."""
    before = page.evaluate("[window.shown.length, window.keys.length]")
    page.keyboard.press(key)
    page.wait_for_function(f"window.shown.length > {before[0]}", timeout=20_000)
    return float(page.evaluate(f"window.shown[{before[0]}] - window.keys[{before[1]}]"))


def measure(jupyter: lab.Lab, name: str, title: str | None, *, quick: bool) -> Any:
    """Return latencies of one page in ms, and the kernel's growth in MB over 500 moves."""
    jupyter.open(f"{name}.ipynb")
    jupyter.run_all()
    page = jupyter.page
    page.wait_for_selector(lab.PICTURE)
    if title and page.locator(f'{lab.FIGURE} button:text-is("{title}")').count():
        page.click(f'{lab.FIGURE} button:text-is("{title}")')
    page.wait_for_timeout(2000)
    handle = page.locator(f"{lab.FIGURE} .noUi-handle").first
    handle.focus()
    page.evaluate(WATCH, lab.PICTURE)
    for key in ("ArrowRight", "ArrowLeft", "ArrowRight"):
        press(page, key)
        page.wait_for_timeout(1500 if not quick else 100)
    keys = ("ArrowLeft", "ArrowRight")
    times = []
    for i in range(MOVES if quick else STARTS):
        times.append(press(page, keys[i % 2]))
        page.wait_for_timeout(60 if quick else 1800)
    grown = growth(jupyter, handle) if quick else None
    jupyter.close()
    return times, grown


def growth(jupyter: lab.Lab, handle: Any) -> float:
    """Return by how many MB the kernel grows while a slider moves 500 times."""
    page = jupyter.page
    editor = page.locator(".jp-CodeCell .cm-content").last
    output = page.locator(".jp-CodeCell .jp-OutputArea").last

    def memory() -> float:
        editor.click()
        page.keyboard.press("Control+Enter")
        page.wait_for_timeout(300)
        jupyter.idle()
        return float(output.inner_text().strip().split()[-1])

    before = memory()
    handle.focus()
    for i in range(LONG):
        page.keyboard.press(("ArrowLeft", "ArrowRight")[i // 5 % 2])
        page.wait_for_timeout(15)
    page.wait_for_timeout(500)
    return memory() - before


def percentile(times: list[float], share: float) -> float:
    """Return the smallest time that this share of the times does not exceed."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def bench(results: Any) -> None:
    """Measure every page of every figure and add the rows."""
    if lab.CHROMIUM is None:
        results.add("figures", "not measured: no Chromium on PATH", "100 ms", reached=None)
        return
    with tempfile.TemporaryDirectory(prefix="figures-") as folder:
        root = Path(folder)
        for lesson, module in {(lesson, module) for lesson, module, _ in AT_ONCE + TRAINING}:
            more = SUSPECTS if module == "lineup" else ""
            cells = [
                PREPARE.format(root=str(ROOT), lesson=lesson, more=more),
                f"from byhand.figures.{module} import show\nshow(globals())",
                "memory()",
            ]
            lab.write_notebook(root / "books" / f"{module}.ipynb", cells)
        (root / "home").mkdir()
        home = root / "home"
        with (
            lab.serving(root / "books", home, lab.ALL_CELLS) as address,
            lab.browsing() as chromium,
        ):
            jupyter = lab.Lab(lab.log_in(chromium, address, 1280, 1400), address)
            for _, module, title in AT_ONCE:
                times, grown = measure(jupyter, module, title, quick=True)
                p95 = percentile(times, 0.95)
                name = f"{module}{', ' + title if title else ''}"
                results.add(
                    f"{name}: control to picture",
                    f"median {statistics.median(times):.0f} ms, 95 % {p95:.0f} ms",
                    "95 % at most 100 ms",
                    reached=p95 <= 100,
                )
                results.add(
                    f"{name}: kernel after {LONG} moves",
                    f"{grown:+.1f} MB",
                    "at most 20 MB",
                    reached=grown <= 20,
                )
            for _, module, title in TRAINING:
                times, _ = measure(jupyter, module, title, quick=False)
                worst = max(times)
                results.add(
                    f"{module}, {title}: first partial curve",
                    f"median {statistics.median(times):.0f} ms, longest {worst:.0f} ms",
                    "at most 300 ms",
                    reached=worst <= 300,
                )


class _Table:
    """What bench/run.py's Results does, for a run of this file alone."""

    def add(self, figure: str, measured: str, goal: str, *, reached: bool | None) -> None:
        """Print one row."""
        mark = {True: "reached", False: "NOT reached", None: ""}[reached]
        print(f"{figure:44} {measured:34} goal {goal:20} {mark}", flush=True)


if __name__ == "__main__":
    print(f"load {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores")
    bench(_Table())
