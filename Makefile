# Needs GNU make and Python 3.11 or newer; everything else is put into .venv, in locked versions.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test check bench simulate replay lock

VENV := .venv
BIN := $(VENV)/bin
# `make PYTHON=/path/to/python …` names the interpreter; otherwise the first of these that serves.
PYTHON ?=
PYTHONS := $(PYTHON) python3.11 python3.12 python3.13 python3
PRODUCTS := loyalty drivers terminal_app sync_server
JOBS ?= 2
SEEDS ?= 1000
FIRST_SEED ?= 1
STEPS ?= 120
BENCH ?=
SALES ?= ../shared/data/online_retail_2010-12_to_2011-02.csv.gz
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
RUNS_HERE := import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))
LOCK_OPTIONS := --universal --python-version 3.11 --generate-hashes --no-header --quiet

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/.ready-demo ## Run a demo shop with its head office; without a terminal, a scripted day
	@$(BIN)/paragon demo

check: $(VENV)/.ready-test ## Format, lint, strict types, import rules, architecture tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy --strict $(PRODUCTS) tests
	$(BIN)/lint-imports
	$(BIN)/pytest -q tests/architecture

test: check ## The checks and every test; the domain at full branch coverage
	$(BIN)/coverage run -m pytest -q tests/unit/loyalty
	$(BIN)/coverage report --include='loyalty/*' --fail-under=100
	$(BIN)/pytest -q -n $(JOBS) --dist loadfile --ignore=tests/architecture --ignore=tests/unit/loyalty

bench: $(VENV)/.ready-test ## Figures beside the floor they are held against (BENCH="sync --entries 10000" for one)
	@for figures in $(if $(BENCH),"$(BENCH)","sync --store sqlite" "sync --store postgres" "award" "simulate" "till" "fleet"); do \
	    $(BIN)/python -m tests.benchmarks $$figures || exit 1; \
	done

simulate: $(VENV)/.ready-test ## The whole chain under a seeded clock, network and disk (SEEDS, FIRST_SEED, STEPS)
	$(BIN)/python -m tests.simulation --seeds $(SEEDS) --first-seed $(FIRST_SEED) --steps $(STEPS) --jobs $(JOBS)

replay: $(VENV)/.ready-test ## A file of sales under every programme that ships (SALES=lines.csv.gz)
	$(BIN)/python -m tests.journeys.replay $(SALES)

lock: ## Pin the dependencies of pyproject.toml anew (needs uv; UPGRADE=1 takes newer versions)
	@command -v uv >/dev/null || { echo "make lock needs uv: install it (pip install uv), then run this again." >&2; exit 1; }
	uv pip compile pyproject.toml $(LOCK_OPTIONS) $(if $(UPGRADE),--upgrade) --output-file requirements.txt
	uv pip compile pyproject.toml --group dev $(LOCK_OPTIONS) $(if $(UPGRADE),--upgrade) --output-file requirements-dev.txt

# A folder left half-made by an interrupted run is made again; a good one is kept.
$(BIN)/python:
	@for candidate in $(PYTHONS); do \
	    if "$$candidate" -c '$(RUNS_HERE)' 2>/dev/null; then \
	        echo "Making $(VENV) with $$("$$candidate" --version)"; \
	        exec "$$candidate" -m venv --clear $(VENV); \
	    fi; \
	done; \
	echo "Paragon needs Python 3.11 or newer with its venv module, and none was found." >&2; \
	echo "Install it (Debian, Ubuntu: apt install python3 python3-venv) or name one: make PYTHON=/path/to/python" >&2; \
	exit 1

$(VENV)/.locked-demo: requirements.txt | $(BIN)/python
	@echo "Installing the locked dependencies of the products"
	@$(PIP) install --require-hashes --requirement requirements.txt
	@touch $@

$(VENV)/.locked-test: requirements-dev.txt | $(BIN)/python
	@echo "Installing the locked dependencies of the products and their tests"
	@$(PIP) install --require-hashes --requirement requirements-dev.txt
	@touch $@

# setuptools warns at length that an editable install is one.
$(VENV)/.ready-%: $(VENV)/.locked-% pyproject.toml
	@PYTHONWARNINGS=ignore $(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@
