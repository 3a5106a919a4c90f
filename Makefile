# Two commands for a fresh machine with Python 3.11+, git and make: `make demo` and `make test`.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
RUN_STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev

.PHONY: demo test check bench docs lock sbom clean

demo: $(RUN_STAMP)
	$(BIN)/judge demo

# Two workers: what takes long waits for browsers, servers and processes that are killed.
test: $(DEV_STAMP)
	$(BIN)/python -m pytest -n 2

check: $(DEV_STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/audit.py --sbom sbom.json
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

bench: $(DEV_STAMP)
	for script in $(filter-out benchmarks/desk_button_page.py benchmarks/desk_survival.py,$(wildcard benchmarks/*.py)); do echo "== $$script"; $(BIN)/python $$script || exit 1; done

docs: $(DEV_STAMP)
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs serve

lock: $(DEV_STAMP)
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --all-extras --group dev \
	  --python-version 3.11 --custom-compile-command "make lock" pyproject.toml -o requirements.lock

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("Evenhand needs Python 3.11 or newer" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)

# The lock file holds every package by hash; the project itself comes from this folder.
$(DEV_STAMP): $(VENV)/bin/python pyproject.toml requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@ $(RUN_STAMP)

$(RUN_STAMP): $(VENV)/bin/python pyproject.toml
	@echo "Installing (a minute or two, once) ..."
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	touch $@

sbom: $(DEV_STAMP)
	$(BIN)/python tools/audit.py --sbom sbom.json

clean:
	rm -rf $(VENV) dist site .mypy_cache .ruff_cache .pytest_cache
