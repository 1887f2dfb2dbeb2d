# Needs Python 3.11 or newer (with venv), make and the package registry. Everything else is put into .venv.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	"$$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { echo "$$python"; break; }; done)
BIN := .venv/bin
INSTALLED := .venv/.installed
# Two workers, each with a server of its own; the tests of one file share what they set up.
PYTEST_ARGS ?= -n 2 --dist loadfile
CODE := $(wildcard app migrations tests bench)
# What generates clients of the OpenAPI document, checks it and runs them: an environment of its own, with Node.js.
TOOLS := .tools/.installed
CLIENTS := build/clients/.made
WITH_TOOLS := PATH="$(CURDIR)/.tools/bin:$(CURDIR)/.tools/node_modules/.bin:$$PATH"
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

.PHONY: help
help: ## Say what there is
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | while IFS=$$'\t' read -r name says; \
		do printf '  make %-8s %s\n' "$$name" "$$says"; done

.PHONY: run
run: $(INSTALLED) ## Install, start the database, migrate, seed when empty, serve on 127.0.0.1:$DTI_PORT
	@exec $(BIN)/dti serve --prepare --with-parent

.PHONY: test
test: check ## All checks and all tests, with a PostgreSQL of their own
	$(BIN)/python -m pytest $(PYTEST_ARGS)

.PHONY: fuzz
fuzz: $(INSTALLED) ## Fuzz twenty times longer than `make test`, by chance (SEED=… says again what a run said)
	@seed=$${SEED:-$$RANDOM}; echo "SEED=$$seed"; \
		FUZZ_SEED=$$seed FUZZ_LONGER=20 $(BIN)/python -m pytest tests/fuzzing || { echo "again: make fuzz SEED=$$seed"; exit 1; }

.PHONY: check
check: $(INSTALLED) $(TOOLS) ## Lint, types, import contracts, Dockerfile, migrations, the OpenAPI document and its clients
	$(BIN)/ruff check $(CODE) examples
	$(BIN)/ruff format --check $(CODE) examples
	$(BIN)/mypy $(CODE)
	$(BIN)/lint-imports
	$(BIN)/hadolint Dockerfile
	$(BIN)/dti migrate --check
	$(BIN)/dti openapi --check
	$(WITH_TOOLS) spectral lint --quiet --fail-severity warn --ruleset openapi/.spectral.yaml openapi/openapi.json
	$(MAKE) --no-print-directory $(CLIENTS)
	$(BIN)/mypy --config-file tools/mypy.ini --python-executable .tools/bin/python build/clients/python examples
	$(WITH_TOOLS) tsc -p examples

.PHONY: format
format: $(INSTALLED) ## Put the code into the house's form
	$(BIN)/ruff check --fix $(CODE) examples
	$(BIN)/ruff format $(CODE) examples

.PHONY: bench
bench: $(INSTALLED) ## Measure against the references and write bench/RESULTS.md
	@exec $(BIN)/python -m bench

.PHONY: seed
seed: $(INSTALLED) ## Load seed/ into the database (nothing changes where it is loaded already)
	@exec $(BIN)/dti seed

.PHONY: openapi
openapi: $(INSTALLED) ## Write openapi/openapi.json anew
	@exec $(BIN)/dti openapi

.PHONY: clients
clients: $(CLIENTS) ## Write a Python and a TypeScript client of the OpenAPI document into build/clients

.PHONY: lock
lock: $(INSTALLED) $(TOOLS) ## Resolve the dependencies anew into the lock files
	$(COMPILE) pyproject.toml --upgrade --output-file requirements.lock
	$(COMPILE) pyproject.toml --upgrade --constraint requirements.lock --extra embedded --group dev \
		--output-file requirements-dev.lock
	$(COMPILE) tools/requirements.in --upgrade --output-file tools/requirements.lock
	$(COMPILE) tools/node.in --upgrade --output-file tools/node.lock
	cd tools && $(WITH_TOOLS) npm update --package-lock-only

.PHONY: clean
clean: ## Remove what was built (.venv, .tools and caches); the data in .data stays
	rm -rf .venv .tools build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .schemathesis .import_linter_cache
	find app migrations tests bench examples -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

# The stamp is written last: a half-made .venv is made again.
$(INSTALLED): requirements-dev.lock
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer with venv is needed (set PYTHON=/path/to/python)." >&2; exit 1; }
	@echo "Making .venv (once, and again when the lock changes) …"
	@rm -rf .venv
	@$(PYTHON) -m venv .venv
	@echo "Installing $$(grep -c '^[a-z].*==' requirements-dev.lock) packages, half a minute or so …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(TOOLS): tools/install.sh tools/requirements.lock tools/node.lock tools/package.json tools/package-lock.json | $(INSTALLED)
	@echo "Making .tools (once, and again when its locks change), a minute or so …"
	@tools/install.sh .tools $(BIN)/python
	@touch $@

$(CLIENTS): openapi/openapi.json tools/generate.sh tools/python.yaml tools/typescript.json $(TOOLS)
	@echo "Making build/clients …"
	@$(WITH_TOOLS) tools/generate.sh build/clients
	@touch $@
