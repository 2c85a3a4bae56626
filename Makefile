# The same short commands for people and for CI. `make` alone lists them.
#
#   make run GRIDCASE_PORT=9000     settings may stand in the environment or on the line (docs/settings.md)
#   make test ARGS="-k deadline"    ARGS goes to the tool behind the target
#   make setup UV=                  use venv and pip even where uv is installed
#   make setup PYTHON=python3.12    choose the interpreter

SHELL := /bin/sh
UV ?= $(shell command -v uv 2>/dev/null)
PYTHON ?=
BIN := .venv/bin
CODE := domain workflows eventlog projections api gridcase

.DEFAULT_GOAL := help
.PHONY: help setup run test check format docs screenshots faults bench lock clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: .venv/installed ## make .venv from requirements.lock (only when something changed)
	@:

# Two stamps: a new lock makes the environment anew, so that it holds what the lock says and nothing else;
# a changed pyproject.toml only installs the project again (its command, its metadata).
.venv/locked: requirements.lock scripts/environment.sh
	@UV='$(UV)' PYTHON='$(PYTHON)' sh scripts/environment.sh locked

.venv/installed: .venv/locked pyproject.toml
	@UV='$(UV)' PYTHON='$(PYTHON)' sh scripts/environment.sh installed

run: setup ## serve the demonstration district on SQLite, or what GRIDCASE_DATABASE_URL names
	@exec $(BIN)/gridcase serve --demo $(ARGS)

test: setup ## run every test
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist worksteal $(ARGS)

check: setup ## format, lint, types, imports and generated documents: what CI asks before the tests
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/lint-imports --no-logo --no-cache
	$(BIN)/mypy
	$(BIN)/python -m docs.generate --check

format: setup ## put the code into its form, repair what can be repaired by itself
	$(BIN)/ruff check --fix-only --quiet
	$(BIN)/ruff format

docs: setup ## write the generated documents anew (workflows, settings, OpenAPI)
	$(BIN)/python -m docs.generate

screenshots: setup ## look at every page, on a phone and on a desk (docs/screenshots/; needs Chromium)
	$(BIN)/python -m docs.screenshots $(ARGS)

faults: setup ## kill, cut off, fill up: every fault at its full size (docs/operations/faults.md; some 15 minutes)
	GRIDCASE_FAULT_ROUNDS=$${GRIDCASE_FAULT_ROUNDS:-50} $(BIN)/python -m pytest tests/faults -rP $(ARGS)

bench: setup ## measure commands, import and rebuild (benchmarks/)
	$(BIN)/python -m benchmarks $(ARGS)

lock: ## work out requirements.lock from pyproject.toml (needs uv; ARGS=--upgrade takes newer versions)
	@test -n '$(UV)' || { echo 'make lock needs uv on the PATH, or UV=/path/to/uv. Installing does not.' >&2; exit 2; }
	$(UV) pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' --quiet \
		--output-file requirements.lock $(ARGS)

clean: ## remove the environment and every cache (no database)
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
