"""What a lesson puts beside the notebook is imported as if Python had found and compiled it."""

import hashlib
import json
import marshal
import re
import textwrap

import pytest

from grader.sandbox.preload import code_of
from grader.sandbox.session import Session
from grader.submission.code import Code

TEXT = '''"""What lessons before this one have made."""

import functools

x = 7


def scaled(z, *, by=lambda n: n + x):
    """Return z, scaled."""
    return [by(each) for each in z]


@functools.lru_cache
def refused(z):
    def inner():
        raise ValueError(f"{z!r} is not for {__name__}")

    return inner()


class Layer:
    """A layer."""

    def forward(self, a: "Array") -> "Array":
        return a if a in {1, 2, 3} else None
'''
OTHER = TEXT.replace("x = 7", "x = 8")  # of the same size

# Whatever Python compiles, it tells of; the last cell counts what came from the module's file.
FIRST = f"""
import importlib, importlib.machinery, importlib.util, inspect, os, pickle, runpy, sys, types
compiled = []
sys.addaudithook(lambda event, told: event == "compile" and compiled.append(str(told[1])))
OTHER = {OTHER!r}
def put(text, name="earlier.py"):
    with open(name, "w") as file:
        file.write(text)
"""
LAST = "print(sum(name.endswith('earlier.py') for name in compiled))"


def ran(box, *cells, ahead, files=None):
    """Return what cells show, and how often the module was compiled among them.

    Args:
        ahead: whether the judge has compiled it; else it lies there as a student's file would.
    """
    own, modules = dict(files or {}), {"earlier.py": TEXT.encode()}
    if not ahead:
        own, modules = own | modules, {}
    codes = [Code(source=textwrap.dedent(cell)) for cell in (FIRST, *cells, LAST)]
    with Session(box, codes, own, modules=modules) as session:
        *runs, last = session.run()
    shown = json.dumps([run.outputs for run in runs], indent=1)
    shown = re.sub(r"/[\w./-]*/work/[0-9a-f]{16}", "HERE", shown)
    return re.sub(r"0x[0-9a-f]+", "ADDRESS", shown), int(last.outputs[0]["text"])


LOOK = """
import earlier
METHODS = "co_lines", "co_positions"

def taken_apart(value):
    if isinstance(value, types.CodeType):
        names = [name for name in dir(value) if name.startswith("co_")]
        parts = {name: getattr(value, name) for name in names if not name.startswith(METHODS)}
        parts["co_consts"] = [taken_apart(each) for each in value.co_consts]
        return parts, list(value.co_lines()), list(value.co_positions())
    if isinstance(value, frozenset):
        return sorted(value)
    if hasattr(value, "__wrapped__"):
        return type(value), taken_apart(value.__wrapped__)
    if inspect.isfunction(value):
        return vars(value), value.__defaults__, value.__kwdefaults__, taken_apart(value.__code__)
    if inspect.isclass(value):
        return {name: taken_apart(each) for name, each in vars(value).items()}
    return value

for name, value in vars(earlier).items():
    if name != "__builtins__":
        print(name, type(value), taken_apart(value))
print({name: value for name, value in vars(earlier.__spec__).items()})
print(type(earlier.__loader__), vars(earlier.__loader__))
print(earlier.__loader__ is earlier.__spec__.loader)
print(earlier.__spec__.cached, earlier.__spec__.has_location, earlier.__spec__.parent)
"""

SAME = {
    "what the module is": LOOK,
    "where its functions come from": """
        import earlier
        inner = earlier.refused.__wrapped__
        for thing in (earlier, earlier.scaled, inner, earlier.Layer, earlier.Layer.forward):
            print(inspect.getsource(thing), inspect.getsourcefile(thing), inspect.getmodule(thing))
        """,
    "a traceback through it": "import earlier\nearlier.refused(3)",
    "what IPython tells of it": """
        import earlier
        print(get_ipython().object_inspect("earlier.scaled", detail_level=1))
        """,
    "pickled": """
        import earlier
        kept = pickle.dumps([earlier.scaled, earlier.Layer])
        print(kept, pickle.loads(kept) == [earlier.scaled, earlier.Layer])
        """,
    "names taken from it": """
        from earlier import *
        from earlier import x as y
        print(scaled([1]), y)
        """,
    "imported in a function": """
        def f():
            import earlier
            return earlier.x
        print(f(), "earlier" in sys.modules)
        """,
    "looked for": """
        spec = importlib.util.find_spec("earlier")
        print(spec, spec.cached)
        """,
    "a part of it": "import earlier.part",
    "imported once more": """
        import earlier
        first, earlier.y = earlier.scaled, 1
        del sys.modules["earlier"]
        import earlier
        print(earlier.scaled is first, hasattr(earlier, "y"))
        """,
    "loaded again": """
        import earlier
        earlier.x, earlier.y = 9, 1
        print(importlib.reload(earlier) is sys.modules["earlier"], earlier.x, earlier.y)
        """,
    "run by its name": """
        names = runpy.run_module("earlier")
        print(sorted(names), names["scaled"].__code__)
        """,
}


@pytest.mark.parametrize("what", SAME)
def test_it_is_what_python_would_have_made_and_is_not_compiled_again(box, what):
    """In a child that has its code, as in one that finds a file."""
    mine, compiled = ran(box, SAME[what], ahead=True)
    pythons, once = ran(box, SAME[what], ahead=False)

    assert mine == pythons
    assert compiled == 0 < once or what == "looked for"


CHANGED = {
    "rewritten": "put(OTHER)\nimport earlier\nprint(earlier.x)",
    "rewritten and loaded again": """
        import earlier
        put(OTHER)
        print(importlib.reload(earlier).x)
        """,
    "rewritten when it was found": """
        spec = importlib.util.find_spec("earlier")
        put(OTHER)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        print(module.x)
        """,
    "added to": "put(open('earlier.py').read() + 'x = 9')\nimport earlier\nprint(earlier.x)",
    "gone": "os.remove('earlier.py')\nimport earlier",
    "another of that name": """
        put(OTHER, "o.py")
        os.replace("o.py", "earlier.py")
        import earlier
        print(earlier.x)
        """,
    "a link": """
        put(OTHER, 'o.py')
        os.remove('earlier.py')
        os.symlink('o.py', 'earlier.py')
        import earlier
        print(earlier.x, earlier.__file__)
        """,
    "a package": """
        os.mkdir("earlier")
        put("here = __path__", "earlier/__init__.py")
        import earlier
        print(earlier.here)
        """,
    "a library": "put('', 'earlier.abi3.so')\nimport earlier",
    "code that Python has kept": """
        import py_compile
        put(OTHER, "o.py")
        os.mkdir("__pycache__")
        kept = importlib.util.cache_from_source("earlier.py")
        how = py_compile.PycInvalidationMode.UNCHECKED_HASH
        py_compile.compile("o.py", kept, invalidation_mode=how)
        import earlier
        print(earlier.x)
        """,
    "code that Python is to keep": """
        sys.dont_write_bytecode = False
        import earlier
        print(sorted(os.listdir()), os.listdir("__pycache__"))
        """,
    "in another folder": "os.chdir('..')\nimport earlier",
    "another in another folder": """
        os.mkdir("a")
        put(OTHER, "a/earlier.py")
        os.chdir("a")
        import earlier
        print(earlier.x, earlier.__file__)
        """,
    "another place to look": """
        os.mkdir("a")
        put(OTHER, "a/earlier.py")
        sys.path.insert(0, "a")
        import earlier
        print(earlier.x, earlier.__file__)
        """,
    "nowhere to look": "sys.path.remove('')\nimport earlier",
    "elsewhere to look": "sys.path[sys.path.index('')] = '/nowhere'\nimport earlier",
    "another way to look": """
        class Mine(importlib.machinery.FileFinder):
            def find_spec(self, name, target=None):
                print("asked for", name)
        sys.path_hooks.insert(0, lambda place: Mine(place))
        import earlier
        """,
    "another finder of a place": """
        class Mine:
            def find_spec(self, name, target=None):
                print("asked for", name)
        sys.path_importer_cache[os.getcwd()] = Mine()
        import earlier
        """,
    "another finder": """
        class Mine:
            def find_spec(self, name, path=None, target=None):
                if name == "earlier":
                    return importlib.util.spec_from_loader(name, self)
            def create_module(self, spec): return None
            def exec_module(self, module): module.x = 9
        place = sys.meta_path.index(importlib.machinery.PathFinder)
        sys.meta_path.insert(place, Mine())
        import earlier
        print(earlier.x, earlier)
        """,
    "asked for another": """
        try:
            importlib.util.find_spec("earlier").loader.get_code("other")
        except ImportError as error:
            print(error)
        """,
    "another in its place": """
        sys.modules["earlier"] = types.SimpleNamespace(x=9)
        import earlier
        print(earlier.x)
        """,
    "run": "%run earlier.py\nprint(x, scaled([1]), __file__ if '__file__' in dir() else None)",
}


@pytest.mark.parametrize("what", CHANGED)
def test_what_a_cell_has_changed_ends_as_python_would_have_it(box, what):
    mine = ran(box, CHANGED[what], ahead=True)
    pythons = ran(box, CHANGED[what], ahead=False)

    # One that was loaded again was compiled once the less.
    assert mine[0] == pythons[0]
    assert mine[1] == pythons[1] - ("again" in what)


@pytest.mark.parametrize("name", ["earlier.so", "earlier.py.txt", "earlier.abi3.so"])
def test_a_file_that_may_stand_for_the_module_is_left_to_python(box, name):
    mine = ran(box, "import earlier\nprint(earlier.x)", ahead=True, files={name: b""})

    assert mine == ran(box, "import earlier\nprint(earlier.x)", ahead=False, files={name: b""})


def test_what_python_warns_of_when_it_compiles_is_told_to_the_notebook(box):
    text = b"def f():\n    '''\\sigma'''\nx = 1 is 1\n"
    assert code_of(text) is None
    codes = [Code(source="import earlier\nprint(earlier.f.__code__.co_filename[-10:])")]

    with Session(box, codes, {}, modules={"earlier.py": text}) as session:
        (run,) = session.run()

    assert {output["name"] for output in run.outputs} == {"stdout", "stderr"}
    assert "SyntaxWarning" in "".join(output["text"] for output in run.outputs)


SEARCH = """
import gc, hashlib, types
gc.unfreeze()
near = gc.get_referents(*gc.get_objects())
near += gc.get_referents(*near)
codes = [thing.co_code for thing in near if type(thing) is types.CodeType]
texts = [thing for thing in near if type(thing) is bytes and len(thing) > 500]
print(sum(hashlib.sha256(each).hexdigest() in SOUGHT for each in codes + texts))
"""


def test_one_lessons_module_is_in_reach_of_no_other_lesson(box):
    """It holds answers to the exercises of lessons before: their children must never have it."""
    code = code_of(TEXT.encode())
    forms = [TEXT.encode(), code, marshal.loads(code).co_code]  # noqa: S302 - made here
    sought = {hashlib.sha256(form).hexdigest() for form in forms}

    def found(modules):
        source = SEARCH.replace("SOUGHT", repr(sought))
        with Session(box, [Code(source=source)], {}, modules=modules) as session:
            (run,) = session.run()
        return int(run.outputs[0]["text"])

    assert found({"earlier.py": TEXT.encode()}) > 0
    assert found({}) == 0
