# Everything runs from .venv in this checkout, built from the hashed locks: each target adds the one that it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN := $(VENV)/.run
SERVER := $(VENV)/.server
S3 := $(VENV)/.s3
LAKEHOUSE := $(VENV)/.lakehouse
DEV := $(VENV)/.dev
SPARK := $(VENV)/.spark
SOAK := $(VENV)/.soak
# Each outside judge has an environment of its own, whose lock bears its name.
JUDGES := $(patsubst requirements/judges/%.txt,$(VENV)/judges/%/.locked,$(wildcard requirements/judges/*.txt))
# A lock names every package, builders too, so nothing is left to resolve.
FROM_LOCK := install -q --disable-pip-version-check --no-deps --no-build-isolation
PIP := $(BIN)/python -m pip $(FROM_LOCK)
# A module is compiled when it is first imported: most never are.
LOCKED := $(PIP) --no-compile --require-hashes -r
export DAGSTER_DISABLE_TELEMETRY := yes
# A refresh and its tests start many processes; each would compile every module anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test walks judges lint ui bench soak lock clean

demo: $(RUN)
	@$(BIN)/bpp demo

# Three workers on two cores: one is mostly waiting for servers and browsers. A file is one worker's, so that what
# its tests share is made once; the chapters with the long ones come first by their names.
WORKERS := -n 3 --dist loadfile --no-loadscope-reorder

test: lint
	@$(BIN)/python -m pytest $(WORKERS) -m "not soak and not walk and not judge"

# What refreshes as a whole, reads public files, runs servers and a browser, kills them, follows the pages.
walks: $(DEV)
	@$(BIN)/python -m pytest $(WORKERS) -m "walk and not soak"

# What is written in standards of others, judged by tools of others.
judges: $(DEV) $(JUDGES)
	@$(BIN)/python -m pytest $(WORKERS) -m judge tests/judges

lint: $(DEV)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

ui: $(RUN)
	@$(BIN)/bpp ui

bench: $(DEV)
	@$(BIN)/python -m tests.bench

soak: $(SOAK)
	@$(BIN)/python -m pytest -m soak

# Needs an index; everything else works offline once installed.
lock: $(VENV)/.python
	@$(BIN)/python -m pip install -q --disable-pip-version-check uv
	@PATH="$(BIN):$$PATH" $(BIN)/python requirements/lock.py

$(VENV)/.python:
	@$(PYTHON) -m venv $(VENV)
	@touch $@

# The locked pip goes first: it installs the rest in half the time of the one that Python brings. So does what
# builds the few packages that have no wheel.
$(RUN): requirements/run.txt pyproject.toml $(VENV)/.python
	@sed -n -e '/^pip==/,/[^\\]$$/p' -e '/^setuptools==/,/[^\\]$$/p' $< > $(VENV)/first.txt
	@$(LOCKED) $(VENV)/first.txt
	@$(LOCKED) $<
	@$(PIP) -e .
	@touch $@

$(SERVER): requirements/server.txt $(RUN)
	@$(LOCKED) $<
	@touch $@

$(S3): requirements/s3.txt $(SERVER)
	@$(LOCKED) $<
	@touch $@

$(LAKEHOUSE): requirements/lakehouse.txt $(S3)
	@$(LOCKED) $<
	@touch $@

$(DEV): requirements/dev.txt $(LAKEHOUSE)
	@$(LOCKED) $<
	@touch $@

$(SPARK): requirements/spark.txt $(DEV)
	@$(LOCKED) $<
	@touch $@

$(SOAK): requirements/soak.txt $(SPARK)
	@$(LOCKED) $<
	@touch $@

# The locked pip fills it, and none is put into it.
$(VENV)/judges/%/.locked: requirements/judges/%.txt $(RUN)
	@$(PYTHON) -m venv --clear --without-pip $(@D)
	@$(BIN)/python -m pip --python $(@D)/bin/python $(FROM_LOCK) --no-compile --require-hashes -r $<
	@touch $@

clean:
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache
