# Everything runs in .venv, which the first target to need it sets up.
# Needed beforehand: Python 3.11, 3.12 or 3.13 with its venv module, and make.

BIN := $(CURDIR)/.venv/bin
READY := .venv/.ready
# nbgrader starts alembic by its name, so the environment's programs come first.
RUN := PATH="$(BIN):$$PATH"
FIRST := notebooks/00_start_here/00_start_here.ipynb
TRY_PYTHONS := python3.11 python3.12 python3.13 python3 python
RIGHT_PYTHON := import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))

.DEFAULT_GOAL := help
.PHONY: help lab demo test lint notebooks bench

help:
	@echo "make lab        open JupyterLab at the first lesson"
	@echo "make demo       grade a sample class, from the sources to the feedback"
	@echo "make test       run every test"
	@echo "make lint       check format, style and types"
	@echo "make notebooks  build the notebooks from solutions/*/lesson.py"
	@echo "make bench      measure the grader against its yardsticks"

# In a container one is often root, which Jupyter takes for an accident.
lab: $(READY)
	$(RUN) "$(BIN)/jupyter" lab --ServerApp.root_dir="$(CURDIR)" $(FIRST) $$([ "$$(id -u)" -ne 0 ] || echo --allow-root)

demo: $(READY)
	$(RUN) "$(BIN)/python" -m grader.demo

# A module shares costly set-ups, and stays on one worker; the order is tests/conftest.py's.
test: $(READY)
	$(RUN) "$(BIN)/python" -m pytest -n 2 --dist loadscope --no-loadscope-reorder

lint: $(READY)
	$(RUN) "$(BIN)/ruff" format --check .
	$(RUN) "$(BIN)/ruff" check .
	$(RUN) "$(BIN)/mypy" --strict grader byhand

notebooks: $(READY)
	$(RUN) "$(BIN)/grader" build

bench: $(READY)
	$(RUN) "$(BIN)/python" bench/run.py

# The stamp is written last: an interrupted set-up is taken up again.
# An environment that works is kept; one that is broken is made anew.
$(READY): requirements.lock pyproject.toml
	@if ! "$(BIN)/python" -c 'import pip' 2>/dev/null; then \
	    for name in $(TRY_PYTHONS); do \
	        if "$$name" -c '$(RIGHT_PYTHON)' 2>/dev/null; then python="$$name"; break; fi; \
	    done; \
	    if [ -z "$$python" ]; then \
	        echo "make: found no Python 3.11, 3.12 or 3.13 with venv; install python3.11" \
	            "(on Debian and Ubuntu also python3.11-venv)" >&2; \
	        exit 1; \
	    fi; \
	    "$$python" -m venv --clear .venv; \
	fi
	"$(BIN)/python" -m pip install --quiet --disable-pip-version-check -r requirements.lock
	"$(BIN)/python" -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $(READY)
