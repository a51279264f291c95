# Everything runs in .venv, which the first target to need it sets up.
# Needed beforehand: Python 3.11 or later with its venv module, and make.

BIN := $(CURDIR)/.venv/bin
READY := .venv/.ready
# nbgrader starts alembic by its name, so the environment's programs come first.
RUN := PATH="$(BIN):$$PATH"
FIRST := work/00_start_here/00_start_here.ipynb
LOWEST := 3.11
TRIED := 3.11 3.12 3.13
# One that was tried is preferred; a later one is better than none.
TRY_PYTHONS := $(TRIED:%=python%) python3 python python3.14 python3.15
VERSION := import sys; print("%d.%d.%d" % sys.version_info[:3])
RECENT := import sys; sys.version_info >= tuple(map(int, "$(LOWEST)".split("."))) or sys.exit(1)

.DEFAULT_GOAL := help
.PHONY: help lab demo test thorough lint notebooks bench lock fuzz kill-matrix alternatives trivial errors-once kills load honest nbgrader-tests

help:
	@echo "make lab        set out what is missing in work/, and open JupyterLab there"
	@echo "make demo       grade a sample class, from the sources to the feedback"
	@echo "make test       run the tests, but for the long ones"
	@echo "make thorough   run the long ones: whole walkthroughs and whole matrices"
	@echo "make lint       check format, style and types"
	@echo "make notebooks  build the notebooks from solutions/*/lesson.py"
	@echo "make bench      measure the grader against its yardsticks"
	@echo "make kill-matrix  measure what the judge notices, and write docs/kill-matrix.md"
	@echo "make alternatives  try every right solution of another style for 200 students"
	@echo "make trivial    try some hundred functions that know nothing on each exercise"
	@echo "make errors-once  break each exercise in each known way, and look at the later ones"
	@echo "make fuzz       try 10,000 notebooks and 10,000 values on the judge"
	@echo "make kills      kill 'grader grade' 200 times and look for what is left"
	@echo "make load       grade 10,000 submissions on two Dask workers that are killed"
	@echo "make honest     compare the three commands on all honest work and all attacks"
	@echo "make nbgrader-tests  run nbgrader's own tests with this engine"
	@echo "make lock       choose the exact versions that the others install (needs uv)"

# In a container one is often root, which Jupyter takes for an accident.
lab: $(READY)
	$(RUN) "$(BIN)/grader" work
	$(RUN) "$(BIN)/jupyter" lab --ServerApp.root_dir="$(CURDIR)/work" $(FIRST) $$([ "$$(id -u)" -ne 0 ] || echo --allow-root)

demo: $(READY)
	$(RUN) "$(BIN)/python" -m grader.demo

# A module shares costly set-ups, and stays on one worker; the order is tests/conftest.py's.
# Four workers for two cores: pages, kernels and deadlines are waited for.  With so many, a
# product of small matrices is no work for two threads each.  Some hundred Pythons are started:
# where bytecode may not be kept, each of them compiles all that it imports.
PYTEST := $(RUN) OPENBLAS_NUM_THREADS=1 env -u PYTHONDONTWRITEBYTECODE \
    "$(BIN)/python" -m pytest -n 4 --dist loadscope --no-loadscope-reorder

test: $(READY)
	$(PYTEST) -m "not long"

thorough: $(READY)
	$(PYTEST) -m long

lint: $(READY)
	$(RUN) "$(BIN)/ruff" format --check .
	$(RUN) "$(BIN)/ruff" check .
	$(RUN) "$(BIN)/mypy" --strict grader byhand

kills: $(READY)
	$(RUN) KILLS=200 "$(BIN)/python" -m pytest -q tests/grading/test_killed.py -k whenever_the_command_is_killed

load: $(READY)
	$(RUN) "$(BIN)/python" tests/load.py $(or $(COUNT),10000)

kill-matrix: $(READY)
	$(RUN) "$(BIN)/python" tests/kill_page.py

alternatives: $(READY)
	$(RUN) SEEDS=200 ALL=1 OPENBLAS_NUM_THREADS=1 "$(BIN)/python" -m pytest -q -n 2 \
	    tests/test_lessons.py tests/test_rounding.py -k "another_style or otherwise"

trivial: $(READY)
	$(RUN) TRIVIAL=1 OPENBLAS_NUM_THREADS=1 "$(BIN)/python" -m pytest -q -n 2 \
	    tests/test_points.py -k knows_nothing

errors-once: $(READY)
	$(RUN) ALL=1 OPENBLAS_NUM_THREADS=1 "$(BIN)/python" -m pytest -q -n 2 \
	    tests/test_lessons.py -k costs_that_exercise_alone

fuzz: $(READY)
	$(RUN) FUZZ=10000 "$(BIN)/python" -m pytest -q -n 2 tests/test_fuzz.py

honest: $(READY)
	$(RUN) ALL=1 "$(BIN)/python" -m pytest -q tests/test_honest.py

# They lie in nbgrader's own package, look for its folder where they are started, and know
# nothing of this project's settings.  Those of JupyterHub's login need one more package
# (requests-mock), and have nothing to do with grading.
nbgrader-tests: $(READY)
	@mkdir -p .venv/suite && ln -sfn "$$("$(BIN)/python" -c \
	    'import nbgrader, pathlib; print(pathlib.Path(nbgrader.__file__).parent)')" .venv/suite/nbgrader
	cd .venv/suite && $(RUN) USER="$$(id -un)" JUPYTER_CONFIG_PATH="$(CURDIR)/tests/suite" "$(BIN)/python" -m pytest \
	    -q -c /dev/null --rootdir /tmp -p no:cacheprovider -p no:xdist \
	    --ignore-glob "*/test_auth.py" $(SUITE) --pyargs nbgrader.tests

notebooks: $(READY)
	$(RUN) "$(BIN)/grader" build

bench: $(READY)
	$(RUN) "$(BIN)/python" bench/run.py

# One lock for all Pythons and platforms: one version each, marked where not all need it.
# A pin that still fits is kept; UPGRADE=--upgrade takes the newest of all.
lock:
	uv pip compile pyproject.toml --extra dev --universal --fork-strategy fewest \
	    --python-version $(LOWEST) --no-header --no-annotate --quiet $(UPGRADE) \
	    --output-file requirements.lock

# The stamp is written last: an interrupted set-up is taken up again.
# An environment that works is kept; one that is broken is made anew.
$(READY): requirements.lock pyproject.toml
	@if ! "$(BIN)/python" -c '$(RECENT); import pip' 2>/dev/null; then \
	    python=; found=; \
	    for name in $(TRY_PYTHONS); do \
	        version=$$("$$name" -c '$(VERSION)' 2>/dev/null) || continue; \
	        if ! "$$name" -c '$(RECENT)'; then \
	            found="$$found $$name ($$version)"; \
	        elif ! "$$name" -c 'import venv, ensurepip' 2>/dev/null; then \
	            found="$$found $$name ($$version, without venv)"; \
	        else \
	            python="$$name"; break; \
	        fi; \
	    done; \
	    if [ -z "$$python" ]; then \
	        echo "make: needs Python $(LOWEST) or later with venv; found$${found:- none}" >&2; \
	        echo "  fix: install Python $(lastword $(TRIED)) (on Debian and Ubuntu: python3 and" \
	            "python3-venv), or name one: make TRY_PYTHONS=/path/to/python3" >&2; \
	        exit 1; \
	    fi; \
	    echo "make: setting up .venv with Python $$version"; \
	    case " $(TRIED) " in \
	        *" $${version%.*} "*) ;; \
	        *) echo "make: going on, though only Python $(TRIED) were tried with this course";; \
	    esac; \
	    "$$python" -m venv --clear .venv; \
	fi
	"$(BIN)/python" -m pip install --quiet --disable-pip-version-check -r requirements.lock
	"$(BIN)/python" -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $(READY)
