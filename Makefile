# Everything that one can run here. `make` lists it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
ARGS ?=
# The tests start the commands some hundreds of times: not from source each time, whatever the shell says.
unexport PYTHONDONTWRITEBYTECODE
# two more than there are cores: much of the suite waits for processes
WORKERS := $(shell $(PYTHON) -c 'import os; print(min(8, (os.cpu_count() or 1) + 2))')

.DEFAULT_GOAL := help
.PHONY: help run test mutants interop installs check bench snapshots lock clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: $(VENV)/run.stamp ## the app with its API and local tenant (doorkey dev)
	@$(BIN)/doorkey dev $(ARGS)

test: $(VENV)/dev.stamp ## the test suite on all cores; a part of it: ARGS="-k name", ARGS=tests/tui
	@$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile $(ARGS)

interop: $(VENV)/dev.stamp ## sign in at providers that nobody here wrote; ARGS=all: at those of Debian too
	@$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile \
		-m "interop $(if $(filter all,$(ARGS)),,and not debian)" tests/interop

installs: $(VENV)/dev.stamp ## installs the wheel by pip, pipx and uv, on each Python from 3.11 on that is there
	@$(BIN)/python -m pytest --numprocesses 2 -m installs tests/installing $(ARGS)

check: $(VENV)/dev.stamp ## format, lint, types, and which room imports which
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

mutants: $(VENV)/dev.stamp ## break security-relevant lines one by one: does a test notice? ARGS=tui/auth, ARGS=--left, ARGS="--sample 300"
	@$(BIN)/python -m tests.mutants $(ARGS)

bench: $(VENV)/dev.stamp ## speed and memory, as ratios: startup app calls token call sign_in api dpop proxy; ARGS="app --against PATH"
	@$(BIN)/python -m tests.bench $(ARGS)

snapshots: $(VENV)/dev.stamp ## draw the expected screens and the README's pictures anew
	@$(BIN)/python -m pytest --quiet -m snapshot --snapshot-update
	@$(BIN)/python -m tests.pictures

lock: ## resolve the dependencies anew into the two requirements files
	@$(PYTHON) -m venv $(VENV)/lock
	@$(VENV)/lock/bin/python -m pip --disable-pip-version-check --quiet install 'uv>=0.9'
	@$(VENV)/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --upgrade \
		--no-header --no-emit-index-url --group build --output-file requirements.txt pyproject.toml
	@$(VENV)/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --upgrade \
		--no-header --no-emit-index-url --group dev --constraint requirements.txt --output-file requirements-dev.txt pyproject.toml
	@for folder in $(dir $(wildcard tests/interop/*/requirements.in)); do \
		$(VENV)/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --upgrade \
			--no-header --no-emit-index-url --output-file $$folder/requirements.txt $$folder/requirements.in; done
	@for folder in $(dir $(wildcard tests/interop/*/package.json)); do (cd $$folder && rm -f package-lock.json && \
		npm install --package-lock-only --omit-lockfile-registry-resolved --no-audit --no-fund --loglevel=error); done

clean: ## take away the environment and the caches
	@rm -rf $(VENV) .import_linter_cache .mutants .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(VENV)/run.stamp: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Doorkey needs Python 3.11 or later; name one with PYTHON=")'
	@echo "Making the environment in $(VENV) ..." >&2
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install --require-hashes --requirement requirements.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/dev.stamp: $(VENV)/run.stamp requirements-dev.txt
	@echo "Adding the tools of the test suite ..." >&2
	@$(PIP) install --require-hashes --requirement requirements-dev.txt
	@touch $@
