"""What a student does to an ordinary assignment's notebook earns nothing: findings and neighbours.

Those of `EVERYWHERE` earn nothing wherever the test cell is judged; those of `OUTSIDE` are
as old as nbgrader, and earn nothing where it is judged outside the student's process.
"""

import pytest

from grader.sandbox import availability
from tests import assignment

pytestmark = pytest.mark.skipif(bool(availability.unavailable()), reason=availability.unavailable())

ASSERTED = "assert f(3) == 9\nassert f(4) == 16"
PARTIAL = "sum(f(n) == n * n for n in (3, 4, 5, 6)) / 1"
SOLVED = "def f(x):\n    return x * x"
WRONG = "def f(x):\n    return 0"
FLOOD = """
    def f(x):
        for _ in range(1000):
            display("flood")
        print("flood" * 100_000)
        return 0
"""
# By name: the answer, cells of the student's own.
EVERYWHERE = {
    "an exception whose __str__ raises": (
        """
        class Silent(Exception):
            def __str__(self): raise ValueError
        def f(x): raise Silent
        """,
    ),
    "an exception whose __str__ ends the process": (
        """
        import os
        class Silent(Exception):
            def __str__(self): os._exit(0)
        def f(x): raise Silent
        """,
    ),
    "an exception whose class has no name": (
        """
        class Nameless(type):
            @property
            def __name__(cls): raise ValueError
        class Silent(Exception, metaclass=Nameless): pass
        def f(x): raise Silent
        """,
    ),
    "an exception whose text cannot be written": (
        "def f(x):\n    raise ValueError('\\ud800' * 100_000)",
    ),
    "an exception of a traceback without end": (
        "def f(x):\n    return f(x)",
        "import sys\nsys.setrecursionlimit(3_000)",
    ),
    "a group of exceptions in one another": (
        """
        def f(x):
            error = ValueError()
            for _ in range(2_000): error = ExceptionGroup("", [error])
            raise error
        """,
    ),
    "_showtraceback patched": (WRONG, "get_ipython()._showtraceback = lambda *_, **__: None"),
    "the tracebacks' own machine patched": (
        WRONG,
        """
        def fail(*_, **__): raise SystemExit
        get_ipython().InteractiveTB.structured_traceback = fail
        """,
    ),
    "outputs flooded": (FLOOD,),
    "outputs cleared": (
        """
        from IPython.display import clear_output
        def f(x):
            clear_output()
            return 0
        """,
    ),
    "the shell's outputs replaced": (
        """
        def f(x):
            class Deaf(list):
                def append(self, item): pass
            get_ipython().outputs.items = Deaf()
            return 0
        """,
    ),
    "a result that is not shown": (WRONG, "get_ipython().displayhook = lambda *_: None"),
    "the process ended by an input hook": (
        WRONG,
        """
        import os
        def leave(lines):
            if any("f(" in line for line in lines): os._exit(0)
            return lines
        get_ipython().input_transformers_post.append(leave)
        """,
    ),
    "the process ended before the cell runs": (
        WRONG,
        "import os\nget_ipython().events.register('pre_run_cell', lambda *_: os._exit(0))",
    ),
    "the process ended by a thread": (
        """
        import os, threading
        def f(x):
            threading.Timer(0.05, os._exit, [0]).start()
            while True: pass
        """,
    ),
    "the process ended as it is left": ("import sys\ndef f(x):\n    sys.exit(0)",),
    "a crash for another guess": (
        """
        import os, random
        guess = random.choice([9, 10])
        def f(x):
            if guess != 9: os._exit(1)
            open("tries", "a").write("x")
            return 0
        """,
    ),
    "a guess kept in a file over a crash": (
        """
        import os
        tries = len(open("tries").read()) if os.path.exists("tries") else 0
        open("tries", "a").write("x")
        def f(x):
            if tries < 9: os._exit(1)
            return x * x
        """,
    ),
    "an alarm in the midst of the test": (
        """
        import signal
        def leave(*_): raise SystemExit(0)
        signal.signal(signal.SIGALRM, leave)
        def f(x):
            signal.setitimer(signal.ITIMER_REAL, 0.01)
            while True: pass
        """,
    ),
    "names that are gone": ("", "globals().clear()"),
    "streams that are closed": ("import sys\ndef f(x):\n    sys.stderr.close(); return 0",),
}
OUTSIDE = {
    "an assertion jumped over by a tracer": (
        WRONG,
        """
        import sys
        def trace(frame, event, _):
            if event == "line" and "f" in frame.f_code.co_names:
                try: frame.f_lineno = 2
                except ValueError: pass
            return trace
        get_ipython().events.register("pre_execute", lambda: sys.settrace(trace))
        """,
    ),
    "small numbers changed in memory": (
        """
        import ctypes
        def f(x):
            ctypes.c_int32.from_address(id(9) + 24).value = 0
            ctypes.c_int32.from_address(id(16) + 24).value = 0
            return 0
        """,
    ),
    "built-in functions replaced": (
        "import builtins\nbuiltins.sum = lambda _: 4\ndef f(x):\n    return 0",
    ),
    "the code run by another function": (
        WRONG,
        """
        async def run_code(code, result=None, **_): return False
        get_ipython().run_code = run_code
        """,
    ),
    "the compiler replaced": (
        WRONG,
        "get_ipython().compile = lambda *_, **__: compile('4.0', '', 'single')",
    ),
    "an object that answers every comparison": (
        """
        class Yes(int):
            def __eq__(self, other): return True
            __ne__ = __lt__ = __gt__ = __hash__ = lambda *_: False
        def f(x):
            return Yes(0)
        """,
    ),
    "the functions of the box replaced": (
        WRONG,
        """
        import sys
        for name, module in list(sys.modules.items()):
            if name.startswith("gradebox"):
                for key, value in list(vars(module).items()):
                    if callable(value) and key in ("same", "copied", "encode"):
                        setattr(module, key, lambda *_, **__: b"")
        """,
    ),
    "all descriptors written to": (
        """
        import os
        def f(x):
            for number in range(3, 60):
                try: os.write(number, b"\\x10\\0\\0\\0\\0\\0\\0\\0" + b'{"success":true}')
                except OSError: pass
            return 0
        """,
    ),
    "an answer that says it is an argument": (
        "class Mine(list):\n    pass\ndef f(x):\n    return Mine",
    ),
}


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return tmp_path_factory.mktemp("course")


@pytest.fixture(scope="module")
def graders(root):
    """A function that grades an answer, by the kind of test and where it is judged."""
    make, made = assignment.maker(root), {}

    def grader(test, where):
        key = (test, where)
        if key not in made:
            found, made[key] = make("", SOLVED, test, judge_outside=where, timeout=3)
            assert bool(found.plan.tests) == (where != "no")
            assert made[key](SOLVED)[0] == assignment.POINTS
        return made[key]

    return grader


@pytest.mark.parametrize("where", ["no", "yes", "strictly"])
@pytest.mark.parametrize("test", [ASSERTED, PARTIAL], ids=["asserted", "partial"])
@pytest.mark.parametrize("name", EVERYWHERE)
def test_an_attack_earns_nothing_wherever_it_is_judged(graders, name, test, where):
    points, outputs = graders(test, where)(*EVERYWHERE[name])

    assert points == 0, outputs


@pytest.mark.parametrize("test", [ASSERTED, PARTIAL], ids=["asserted", "partial"])
@pytest.mark.parametrize("name", OUTSIDE)
def test_an_attack_earns_nothing_where_it_is_judged_outside(graders, name, test):
    points, outputs = graders(test, "strictly")(*OUTSIDE[name])

    assert points == 0, outputs
