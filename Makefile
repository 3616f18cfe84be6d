# The two commands that a fresh machine needs are `make run` and `make test`. `make help` lists the others.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.ONESHELL:
.SUFFIXES:

VENV ?= .venv
export VENV
# Compiled modules stay where they are made: the tests start some hundred processes.
unexport PYTHONDONTWRITEBYTECODE
BIN := $(VENV)/bin
PJSIP := var/pjsip
CALLS ?= 1000

.PHONY: help run voices test slow browser listen large lint check bench doctor pjsip pjsip-undo clean distclean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | while IFS=$$'\t' read -r name text; do
		printf '  make %-11s %s\n' "$$name" "$$text"
	done

run: ## install what is missing, make the demo hospital, render its prompts, serve calls (ctrl-C ends)
	@deploy/prepare run
	$(BIN)/wardbell demo --past
	$(BIN)/wardbell prompts render
	exec $(BIN)/wardbell run

voices: ## better voices without a network: Kokoro (neural, some 150 MB), Festival for Russian; then render anew
	@deploy/prepare voices
	$(BIN)/wardbell prompts render

test: ## install what is missing and run the tests (ARGS= goes to pytest)
	@deploy/prepare test
	$(BIN)/python -m pytest -n 4 --dist loadfile --no-loadscope-reorder $(ARGS)

slow: ## the tests that take their time: real calls, soak, load
	@deploy/prepare slow
	$(BIN)/python -m pytest -n 2 --dist loadfile -m 'slow and not ear' $(ARGS)

browser: ## the tests that open the pages in Chromium
	@deploy/prepare browser
	$(BIN)/python -m pytest -n 2 --dist loadfile -m browser $(ARGS)

listen: ## the tests in which a speech recogniser listens to calls; they want the machine for themselves
	@deploy/prepare slow
	$(BIN)/python -m pytest -m ear $(ARGS)

large: ## all tests on a PJSIP built for many calls, in an environment of its own (var/large)
	@$(MAKE) --no-print-directory pjsip VENV=var/large
	$(MAKE) --no-print-directory test slow VENV=var/large

lint: ## ruff, mypy --strict, and which room may import which
	@deploy/prepare dev
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint test ## everything that a change must pass

bench: ## measure the service on this machine: table, and JSON in bench/out (ARGS= goes to bench)
	@deploy/prepare test
	$(BIN)/python -m bench $(ARGS)

doctor: ## what is missing or risky here
	@deploy/prepare run
	$(BIN)/wardbell doctor

pjsip: ## build PJSIP with room for CALLS=1000 calls per process and use it (TARBALL=file [SHA256=sum], FORCE=1)
	@deploy/prepare pjsip
	wheel=$$(deploy/build-pjsip --python $(BIN)/python --out $(PJSIP) --calls $(CALLS) \
		$(if $(TARBALL),--tarball '$(TARBALL)') $(if $(SHA256),--sha256 '$(SHA256)') $(if $(FORCE),--force))
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --force-reinstall --no-deps "$$wheel"
	echo "In use: $$(basename "$$wheel"). make pjsip-undo goes back to the published wheel."

pjsip-undo: ## back to the published pjsua2 (4 calls per process)
	@deploy/prepare run
	range=$$(sed -n 's/^ *"\(pjsua2-python[^"]*\)".*/\1/p' setup.py)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --force-reinstall --no-deps --only-binary :all: "$$range"
	echo "In use: pjsua2-python $$($(BIN)/python -c 'from importlib.metadata import version; print(version("pjsua2-python"))')"

clean: ## remove what building and checking left; the environment and all data stay
	@rm -rf build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis bench/out
	find . -path ./$(VENV) -prune -o -name __pycache__ -type d -print0 | xargs -0 rm -rf

distclean: clean ## also the environment and the built PJSIP; the data in var/ stays
	@rm -rf $(VENV) $(PJSIP)
