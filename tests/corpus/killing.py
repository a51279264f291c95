"""Killing, starving and surprising the grader: threats 36 to 57."""

from __future__ import annotations

import re

from tests.corpus.case import Case, code

_WHOLE_MACHINE = "it would take this machine with it"

_ON_ALL_FRONTS = """
def standardize(X):
    BODY
"""


def _body(*lines: str) -> str:
    return "def standardize(X):\n" + "".join(f"    {line}\n" for line in lines)


def _is_short(text: str) -> str:
    return f"{len(text)} characters came through" if len(text) > 400_000 else ""


def _is_text(text: str) -> str:
    found = re.findall(r"<script|onerror=|text/html|widget-view", text)
    return f"{found} came through" if found else ""


def _returns(number: str, what: str, value: str, verdict: str, points: float = 0.0) -> Case:
    """Return a case of threat 55: a function that returns something odd."""
    return Case(
        number=f"55{number}",
        title=f"returns {what}",
        attack=_body(f"return {value}"),
        verdict=verdict,
        points=points,
    )


CASES = [
    Case(
        number="36",
        title="an endless loop",
        attack=_body("while True:", "    pass"),
        verdict="timed out",
    ),
    Case(
        number="37",
        title="a loop that catches BaseException",
        attack=_body(
            "while True:", "    try:", "        while True: pass", "    except BaseException: pass"
        ),
        verdict="timed out",
    ),
    Case(
        number="38",
        title="all signals ignored, in a C call that never returns",
        attack="""
        import ctypes, signal
        def standardize(X):
            for number in set(signal.valid_signals()) - {signal.SIGKILL, signal.SIGSTOP}:
                signal.signal(number, signal.SIG_IGN)
            ctypes.PyDLL(None).pause()
        """,
        verdict="timed out",
    ),
    Case(
        number="38b",
        title="a process that stops itself",
        attack=_body("import os, signal", "os.kill(os.getpid(), signal.SIGSTOP)"),
        verdict="timed out",
    ),
    Case(
        number="39a",
        title="os._exit(0)",
        attack=_body("import os", "os._exit(0)"),
        verdict="crashed",
    ),
    Case(
        number="39b",
        title="a segmentation fault",
        attack=_body("import ctypes", "ctypes.string_at(0)"),
        verdict="crashed",
    ),
    Case(number="39c", title="abort", attack=_body("import os", "os.abort()"), verdict="crashed"),
    Case(
        number="39d",
        title="os._exit in a cell of one's own",
        before="import os\nos._exit(0)",
        attack="@RIGHT@",
        verdict="correct",
        points=10.0,
    ),
    Case(
        number="40a",
        title="sys.exit(0)",
        attack=_body("import sys", "sys.exit(0)"),
        verdict="raised an exception",
    ),
    Case(
        number="40b",
        title="KeyboardInterrupt raised",
        attack=_body("raise KeyboardInterrupt"),
        verdict="raised an exception",
    ),
    Case(
        number="41a",
        title="kills its parent",
        attack=_body("import os", "os.kill(os.getppid(), 9)", "return X * 0.0"),
        verdict="raised an exception",
    ),
    Case(
        number="41b",
        title="kills its process group",
        attack=_body("import os", "os.killpg(0, 9)"),
        verdict="crashed",
    ),
    Case(
        number="41c",
        title="kills every process it may",
        # Only behind a fence that was just seen to stand.
        attack="""
        import os
        def standardize(X):
            try:
                os.kill(os.getppid(), 0)
            except PermissionError:
                os.kill(-1, 9)
            return X * 0.0
        """,
        verdict="raised an exception",
        stock=_WHOLE_MACHINE,
    ),
    Case(
        number="42a",
        title="one array larger than the memory",
        attack=_body("return np.ones(2**35)"),
        verdict="out of memory",
        stock=_WHOLE_MACHINE,
    ),
    Case(
        number="42b",
        title="memory in many small pieces",
        # Asked for, and not written to: it takes seconds to fill a gibibyte on a busy machine,
        # and the call's time would be over first.
        attack=_body("hoard = []", "while True: hoard.append(np.empty(25_000))"),
        verdict="out of memory",
        stock=_WHOLE_MACHINE,
    ),
    Case(
        number="42c",
        title="memory by many threads",
        attack="""
        import threading, time
        def standardize(X):
            all_there = threading.Event()
            def hoard():
                pieces = []
                all_there.wait()
                while True:
                    try:
                        pieces.append(bytearray(b"x" * 2**20))
                    except MemoryError:
                        time.sleep(60)
            workers = [threading.Thread(target=hoard, daemon=True) for _ in range(8)]
            for worker in workers:
                worker.start()
            all_there.set()
            workers[0].join()
        """,
        verdict="timed out",
        stock=_WHOLE_MACHINE,
    ),
    Case(
        number="43",
        title="a fork bomb",
        attack=_body("import os", "while True: os.fork()"),
        verdict="raised an exception",
        stock=_WHOLE_MACHINE,
    ),
    Case(
        number="44",
        title="threads, atexit and finalisers that outlive the cell",
        before="""
        import atexit, sys, threading, time, weakref
        def show():
            sys.__displayhook__(10.0)
            get_ipython().displayhook(10.0)
        def later():
            while True:
                show()
                time.sleep(0.01)
        class Thing: pass
        thing = Thing()
        weakref.finalize(thing, show)
        atexit.register(show)
        threading.Thread(target=later, daemon=True).start()
        """,
    ),
    Case(
        number="45a",
        title="an output flood in a cell: many lines, one giant line, both streams, pictures",
        before="""
        import sys
        from IPython.display import display
        for _ in range(50_000):
            print("a line")
        print("x" * 2_000_000)
        sys.stderr.write("y" * 2_000_000)
        for _ in range(1000):
            display({"text/plain": "z" * 1000}, raw=True)
        """,
        attack="@RIGHT@",
        verdict="correct",
        points=10.0,
        also=_is_short,
    ),
    Case(
        number="45b",
        title="an output flood in every call",
        attack="""
        import sys
        def standardize(X):
            for _ in range(10_000):
                print("a line")
            sys.stderr.write("y" * 1_000_000)
            return X * 0.0
        """,
        verdict="wrong value",
        also=_is_short,
    ),
    Case(
        number="46a",
        title="a giant file",
        attack=_body(
            "with open('giant', 'wb') as file:",
            "    for _ in range(64): file.write(bytes(2**20))",
            "return X * 0.0",
        ),
        verdict="raised an exception",
    ),
    Case(
        number="46b",
        title="many small files and folders, without end",
        # To open a file takes ten times as long as to link it to another one.
        attack="""
        import os
        def standardize(X):
            open("file", "w").close()
            for i in range(30_000):
                try:
                    os.mkdir(f"folder {i}")
                    os.link("file", f"file {i}")
                except OSError:
                    pass
            while True:
                pass
        """,
        verdict="crashed",
        stock="it would leave a hundred thousand files behind",
    ),
    Case(
        number="47",
        title="the network: TCP, UDP, sockets of other processes, names",
        attack="""
        import socket
        def standardize(X):
            for attempt in (
                lambda: socket.create_connection(("127.0.0.1", 9), 1),
                lambda: socket.socket().sendto(b"x", 0x20000000, ("127.0.0.1", 9)),
                lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 9)),
                lambda: socket.socket(socket.AF_UNIX).connect("/run/systemd/notify"),
                lambda: socket.getaddrinfo("example.org", 80),
            ):
                try:
                    attempt()
                except (PermissionError, socket.gaierror):
                    continue
                return X * 0.0
            raise ConnectionError("no way out")
        """,
        verdict="raised an exception",
    ),
    Case(
        number="48",
        title="a right solution that warns on stderr",
        attack="""
        import sys, warnings
        @RIGHT@

        right_standardize = standardize
        def standardize(X):
            print("careful", file=sys.stderr)
            warnings.warn("a matter of taste")
            np.array([1.0]) / 0
            return right_standardize(X)
        """,
        verdict="correct",
        points=10.0,
    ),
    Case(
        number="49",
        title="input()",
        attack=_body("return float(input('factor? ')) * X"),
        verdict="raised an exception",
    ),
    Case(
        number="50",
        title="widgets, plt.show and another Matplotlib backend, beside a right solution",
        before="""
        import matplotlib
        import matplotlib.pyplot as plt
        plt.plot([1, 2])
        plt.show()
        try:
            matplotlib.use("TkAgg")
            plt.figure()
        except Exception as error:
            print(type(error).__name__)
        try:
            import ipywidgets
            display(ipywidgets.IntSlider())
        except Exception as error:
            print(type(error).__name__)
        """,
        attack="@RIGHT@",
        verdict="correct",
        points=10.0,
        also=_is_text,
    ),
    Case(
        number="51a",
        title="a library that does the work, installed or not",
        attack=_body("from sklearn.preprocessing import scale", "return scale(X, axis=1)"),
        verdict="raised an exception",
    ),
    Case(
        number="51b",
        title="the course's own solutions as modules",
        attack="""
        import importlib, sys
        def standardize(X):
            sys.path[:0] = ["@COURSE@", "@COURSE@/solutions/00_start_here"]
            for name in ("lesson", "hidden.standardize", "solution", "grader.course"):
                try:
                    module = importlib.import_module(name)
                except ImportError:
                    continue
                known = getattr(module, "standardize", None)
                if known is not None:
                    return known(X)
            raise LookupError("nothing to be found")
        """,
        verdict="raised an exception",
    ),
    Case(
        number="52",
        title="a file numpy.py beside the notebook",
        files={
            "numpy.py": "import sys\nsys.displayhook(10.0)\n",
            "grader.py": "import sys\ndef judge(*arguments): sys.displayhook(10.0)\n",
        },
        attack=_body("return X * 0.0"),
        verdict="wrong value",
    ),
    Case(
        number="53",
        title="a right result, written into the argument",
        attack="""
        @RIGHT@

        right_standardize = standardize
        def standardize(X):
            result = right_standardize(X)
            X[...] = result
            return result
        """,
        verdict="changed its input",
    ),
    Case(
        number="54",
        title="a result that is right in the first call only",
        attack="""
        @RIGHT@

        right_standardize, count = standardize, 0
        def standardize(X):
            global count
            count += 1
            return right_standardize(X) * (count == 1)
        """,
        verdict="wrong value",
    ),
    _returns("a", "NaN", "X * np.nan", "not finite"),
    _returns("b", "infinity", "X + np.inf", "not finite"),
    _returns("c", "text in an array", "X.astype(str)", "wrong type"),
    _returns("d", "integers", "np.zeros(X.shape, dtype=int)", "wrong type"),
    _returns("e", "complex numbers", "X * (0 + 0j)", "wrong type"),
    _returns("f", "an array of objects", "np.array([None])", "wrong type"),
    _returns("g", "a shape that broadcasts", "np.zeros((X.shape[0], 1, 1))", "wrong shape"),
    _returns("h", "no axes", "np.float64(0)", "wrong shape"),
    _returns("i", "an empty array", "np.zeros((0, 3))", "wrong shape"),
    _returns("j", "an integer of a million bits", "1 << 1_000_000", "wrong type"),
    _returns("k", "a list that contains itself", "(lambda x: x.append(x) or x)([])", "wrong type"),
    _returns("l", "nested lists", "X.tolist()", "wrong type"),
    _returns("m", "100 million entries", "np.broadcast_to(0.0, (10**4, 10**4))", "wrong type"),
    _returns("n", "a generator", "(x for x in X)", "wrong type"),
    Case(
        number="56",
        title="random generators and clocks that always say the same",
        before="""
        import random, time
        class Still:
            def __getattr__(self, name):
                return lambda *arguments, size=(2, 3), **options: np.zeros(size)
        np.random.default_rng = lambda *arguments: Still()
        np.random.seed = random.seed = lambda *arguments: None
        time.time = time.monotonic = time.perf_counter = lambda: 0.0
        """,
        attack=_body("return np.zeros(np.shape(X))"),
        verdict="wrong value",
    ),
    Case(
        number="57",
        title="environment variables, LD_PRELOAD and packages written to",
        attack="""
        import os, sys, sysconfig
        def standardize(X):
            os.environ["LD_PRELOAD"] = os.environ["PYTHONPATH"] = "@BAIT@"
            for folder in (sysconfig.get_path("purelib"), os.path.dirname(np.__file__), "@BAIT@"):
                with open(os.path.join(folder, "grader_bait.txt"), "w") as file:
                    file.write("I was here")
            return X * 0.0
        """,
        verdict="raised an exception",
        stock="it would write into this Python's packages",
    ),
    Case(
        number="69a",
        title="files that are unlinked, and held open",
        attack="""
        import os
        def standardize(X):
            held = []
            while True:
                try:
                    held.append(os.open("file", os.O_RDWR | os.O_CREAT))
                    os.unlink("file")
                    os.write(held[-1], bytes(15 * 2**20))
                except OSError:
                    pass
        """,
        verdict="crashed",
        stock="it would fill this machine's disk",
    ),
    Case(
        number="69b",
        title="files that are preallocated, in memory or on the disk",
        attack="""
        import ctypes, os
        def standardize(X):
            for i in range(100):
                made = os.open(f"file {i}", os.O_RDWR | os.O_CREAT)
                if ctypes.CDLL(None).syscall(285, made, 0, ctypes.c_long(0), ctypes.c_long(2**24)):
                    raise OSError("no room")
            return X * 0.0
        """,
        verdict="raised an exception",
        stock="it would take the disk that others need",
    ),
    Case(
        number="70a",
        title="crashes that are each small: sixty cells that end their process",
        attack="@RIGHT@",
        tamper=lambda made: made["cells"].extend(
            code(f"import os\nos._exit({i})") for i in range(60)
        ),
        verdict="correct",
        points=10.0,
        stock="nothing runs in a stock nbgrader once the kernel is gone",
    ),
    Case(
        number="73",
        title="an array of twenty axes, which takes minutes to print",
        attack=_body("return np.zeros((2,) * 20)"),
        verdict="wrong shape",
    ),
]
