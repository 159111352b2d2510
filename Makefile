# Everything runs from .venv in this checkout, built once from the hashed lock.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
export DAGSTER_DISABLE_TELEMETRY := yes
# A refresh and its tests start many processes; each would compile every module anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test lint ui bench soak lock clean

demo: $(STAMP)
	@$(BIN)/bpp demo

# Three workers on two cores: one is mostly waiting for servers and browsers.
test: lint
	@$(BIN)/python -m pytest -n 3 --dist worksteal -m "not soak"

lint: $(STAMP)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

ui: $(STAMP)
	@$(BIN)/bpp ui

bench: $(STAMP)
	@$(BIN)/python -m tests.bench

soak: $(STAMP)
	@$(BIN)/python -m pytest -m soak

# Needs an index; everything else works offline once installed.
lock: $(VENV)/.pip
	@$(BIN)/python -m pip install -q uv
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-header --group dev pyproject.toml -o requirements.txt

$(VENV)/.pip:
	@$(PYTHON) -m venv $(VENV)
	@touch $@

# The lock names every package, so nothing is left to resolve.
$(STAMP): requirements.txt pyproject.toml $(VENV)/.pip
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r requirements.txt
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

clean:
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache
