# Every target works alone on a fresh machine with Python 3.11 or 3.12 and a C compiler. Stamps make set-up run once.
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet
READY := $(VENV)/.ready
AS_OF := 2026-11-23 00:00:00

.DEFAULT_GOAL := help
.PHONY: help demo test check format docs probe bench lock clean

help:
	@echo 'make demo    set up and evaluate the bundled order set of a whole cycle'
	@echo 'make test    set up and run every test'
	@echo 'make check   ruff and strict mypy'
	@echo 'make format  let ruff rewrite what it can'
	@echo 'make docs    write the generated pages of docs/ anew'
	@echo 'make probe   change every parameter of the 2026 policy and list those that no case notices'
	@echo 'make bench   all sides of every comparison in one run'
	@echo 'make lock    resolve the dependencies anew (needs uv)'

demo: $(READY)
	$(BIN)/hotline evaluate --data examples/golden --as-of "$(AS_OF)"

test: $(READY)
	$(BIN)/python -m pytest -n 2

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(READY)
	$(BIN)/python -m manual

probe: $(READY)
	$(BIN)/hotline policy probe 2026

bench: $(READY)
	$(BIN)/python -m benchmarks

# The first interpreter that is there, runs, and is 3.11 or 3.12.
$(VENV)/bin/python:
	@set -e; for python in $(PYTHON) python3.12 python3.11 python3 python; do \
	  if "$$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))' >/dev/null 2>&1; then \
	    echo "$$python -m venv $(VENV)"; exec "$$python" -m venv $(VENV); \
	  fi; \
	done; \
	echo '需要 Python 3.11 或 3.12；可写 make PYTHON=/路径/python3.12' >&2; exit 1

# Build tools come first and from a lock too: durable-rules has no wheels, and building it in pip's
# isolation would fetch tools that no hash vouches for.
$(READY): requirements-build.lock requirements-dev.lock pyproject.toml | $(VENV)/bin/python
	$(PIP) --require-hashes -r requirements-build.lock
	$(PIP) --require-hashes --no-build-isolation -r requirements-dev.lock
	$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header

lock:
	printf 'hatchling\nsetuptools\nwheel\n' | $(COMPILE) - --constraints requirements-dev.lock -o requirements-build.lock
	$(COMPILE) pyproject.toml -o requirements.lock
	$(COMPILE) pyproject.toml --extra dev -o requirements-dev.lock

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
