# Every recipe has one line that says what it does: make help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null)
EVALUATION := $(BIN)/evaluation

ifdef UV
INSTALL_LOCKED = VIRTUAL_ENV=$(VENV) $(UV) pip install --quiet --compile-bytecode --require-hashes -r
INSTALL_PROJECT = VIRTUAL_ENV=$(VENV) $(UV) pip install --quiet --no-deps --no-build-isolation --editable .
else
INSTALL_LOCKED = $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r
INSTALL_PROJECT = $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
endif
# Compiled once here: where Python is told to write no bytecode, each command would compile everything it imports.
COMPILE_PROJECT = $(BIN)/python -m compileall -q evaluation analyses

.DEFAULT_GOAL := help
.PHONY: help build test check lint types audit bench docs lock clean

help: ## list the recipes
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-7s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: $(VENV)/.run ## set up and run the main job: worked example, findings, site
	@$(EVALUATION) build

test: $(VENV)/.dev ## run the tests
	@$(BIN)/python -m pytest -n 2 --dist worksteal

check: lint types test ## everything a change must pass: lint, types, tests

lint: $(VENV)/.dev ## check style and format
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(VENV)/.dev ## check types, strictly
	@$(BIN)/pyright

audit: ## look the locked dependencies up in a vulnerability database, where one can be reached
	@$(PYTHON) .ci/audit.py

bench: $(VENV)/.dev ## compare speed and memory with other libraries in the same run
	@$(EVALUATION) bench survival

docs: $(VENV)/.dev ## write the reference pages from docstrings and schemas, then the site
	@$(BIN)/python -m evaluation.reference
	@$(EVALUATION) site

lock: ## renew both locks after a change of pyproject.toml (needs uv)
	@uv pip compile pyproject.toml --quiet --universal --generate-hashes --no-header --extra install -o requirements.lock
	@uv pip compile pyproject.toml --quiet --universal --generate-hashes --no-header --all-extras -c requirements.lock -o requirements-dev.lock

clean: ## remove everything that was made: build/, caches and the virtual environment
	@rm -rf build $(VENV) .pytest_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/bin/python:
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing what the main job needs ..."
	@$(INSTALL_LOCKED) requirements.lock
	@$(INSTALL_PROJECT)
	@$(COMPILE_PROJECT)
	@touch $@

$(VENV)/.dev: requirements-dev.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing what the tests need ..."
	@$(INSTALL_LOCKED) requirements-dev.lock
	@$(INSTALL_PROJECT)
	@$(COMPILE_PROJECT)
	@touch $@ $(VENV)/.run
