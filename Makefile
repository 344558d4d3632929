# The front door: every target sets itself up first, with Python 3.11 or newer and make alone.

PYTHON ?= python3
# Processes that run the tests (some tests wait, so three keep two cores busy), and more arguments for pytest:
# make test ARGS="-k writer"
WORKERS ?= 3
ARGS ?=
DATABASE ?= sqlite:///var/ledger.sqlite3

# Tests make thousands of small databases: in memory where that has room for 4 GB and programs may run from it. Making
# and dropping one costs 17 ms there, and up to 300 ms on a disk whose directory of files is busy with those before it.
SHM := /dev/shm
IN_MEMORY = $(shell grep -s ' $(SHM) ' /proc/mounts | grep -qv noexec && \
	df -Pk $(SHM) | awk 'NR > 1 && $$4 > 4e6 { print "TMPDIR=$(SHM) PYTEST_DEBUG_TEMPROOT=$(SHM)" }')

BIN := .venv/bin
STAMP := .venv/.stamp
PIP_INSTALL := $(BIN)/python -m pip --disable-pip-version-check install -qq

.DEFAULT_GOAL := help
.PHONY: help setup demo serve test check bench soak protos docs baseline audit lock clean

help:  ## List the targets
	@awk -F ':.*##' '/^[a-z]+:.*##/ { printf "make %-10s%s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(STAMP)  ## Make the environment .venv from the locked requirements

# Every file comes from the lock with its hash, what builds too: setuptools first, for the one package that comes as
# source; then all; then the project itself, linked in by the locked hatchling and editables.
$(STAMP): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or newer is needed: make PYTHON=...")'
	@echo "Setting up .venv, once: about a minute"
	$(PYTHON) -m venv .venv
	@awk '/^[^ ]/ { wanted = /^setuptools==/ } wanted' requirements.txt > .venv/setuptools.txt
	$(PIP_INSTALL) --require-hashes -r .venv/setuptools.txt
	$(PIP_INSTALL) --require-hashes --no-build-isolation -r requirements.txt
	$(PIP_INSTALL) --no-build-isolation --no-deps -e .
	@touch $@

demo: $(STAMP)  ## Tell one story per kind of rule against a fresh server; ends with "demo: ok"
	$(BIN)/python -m award_ledger.clients.demo

serve: $(STAMP)  ## Run a development server on a SQLite file in var/ (DATABASE=... for another)
	@mkdir -p var
	$(BIN)/award-ledger-server serve --development --database $(DATABASE)

test: $(STAMP)  ## Run the tests (ARGS="..." for pytest)
	$(IN_MEMORY) $(BIN)/pytest -n $(WORKERS) $(ARGS)

check: $(STAMP)  ## Lint, types, import contracts, the API contract and its stubs
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/buf lint protos
	@if [ -f protos/baseline.binpb ]; then set -x; $(BIN)/buf breaking protos --against protos/baseline.binpb; \
	else echo "buf breaking: nothing is released yet, so nothing can break"; fi
	$(BIN)/python protos/generate.py --check

bench: $(STAMP)  ## Measure speed (ARGS="--quick" for a taste; see docs/performance.md)
	$(BIN)/python -m tests.benchmarks $(ARGS)

audit: $(STAMP)  ## Look the locked requirements up among known vulnerabilities (at a release; needs the network)
	$(BIN)/uv tool run --from pip-audit==2.10.1 pip-audit --requirement requirements.txt --require-hashes --disable-pip --strict

soak: $(STAMP)  ## Run the long tests that `make test` leaves out
	$(BIN)/pytest -m soak $(ARGS)

protos: $(STAMP)  ## Regenerate the stubs from protos/
	$(BIN)/python protos/generate.py

# Into another file first, so that a failure leaves the page as it was.
docs: $(STAMP)  ## Regenerate docs/catalogue.md, the page of the first package
	$(BIN)/award-ledger measures show --catalogue shandong-2025-49 --both-languages > docs/catalogue.md.new
	mv docs/catalogue.md.new docs/catalogue.md

baseline: $(STAMP)  ## At a release: record the contract that later ones must not break
	$(BIN)/buf build protos --exclude-source-info --output protos/baseline.binpb

lock: $(STAMP)  ## Bring requirements.txt in line with pyproject.toml (ARGS=--upgrade for newer releases)
	$(BIN)/uv pip compile pyproject.toml --quiet --no-config --universal --python-version 3.11 --all-extras \
		--generate-hashes --custom-compile-command "make lock" --output-file requirements.txt $(ARGS)

clean:  ## Remove the environment, caches and build products; var/ and its databases stay
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
