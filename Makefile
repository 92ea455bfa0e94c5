# Bare `make` lists the targets.  PYTHON=python3.12 chooses the Python for .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check

# make sim BUSES=6 SPEED=20 SEED=7 DURATION=60 BROKER=127.0.0.1:1883
TOWN := $(if $(BUSES),--buses $(BUSES)) $(if $(SPEED),--speed $(SPEED)) $(if $(SEED),--seed $(SEED)) \
        $(if $(DURATION),--duration $(DURATION)) $(if $(BROKER),--broker $(BROKER))

COVERING := tests/portable tests/test_rules_hypothesis.py

.PHONY: help setup sim test lint bench vm soak cover hazards clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(VENV)/dev  ## make .venv with everything in it (the other targets do it when needed)

sim: $(VENV)/sim  ## a school morning in Laem Chabang, live (BUSES= SPEED= SEED= DURATION= BROKER=)
	@$(BIN)/python -m sim town $(TOWN)

test: $(VENV)/dev  ## all tests
	@$(BIN)/python -m pytest -q -n auto --dist loadfile

lint: $(VENV)/dev $(VENV)/typings  ## style (ruff) and types (mypy)
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check .
	@$(BIN)/mypy sim tools
	@$(BIN)/mypy --config-file tools/mypy-board.ini firmware drivers

bench: $(VENV)/dev  ## measure, beside the goals
	@$(BIN)/python -m sim bench

vm: $(VENV)/dev  ## the portable tests of firmware/, on CPython and in the MicroPython VM
	@$(BIN)/python -m pytest -q -rs tests/portable tests/test_portable_vm.py

soak: $(VENV)/sim  ## cut the power of a journal 100,000 times (some minutes)
	@$(BIN)/python -m sim soak --flash

cover: $(VENV)/dev  ## 100 % of lines and branches of what judges (rules, trip, seats, policy, ...)
	@$(BIN)/python -m pytest -q --no-cov-on-fail --cov --cov-fail-under=100 $(COVERING)

hazards: $(VENV)/dev  ## docs/hazards.md from the code
	@$(BIN)/python -m tools.hazards

clean:  ## remove .venv and everything else that was made
	rm -rf $(VENV) .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || \
	  { echo "Busguard needs Python 3.10 or newer. Try: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
	  { echo "$(PYTHON) cannot make a virtual environment. On Debian: apt install python3-venv" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/sim: requirements.txt tools/get_umqtt.py | $(BIN)/python
	@echo "Setting up $(VENV) for the simulator (once) ..."
	@$(PIP) -r requirements.txt
	@$(BIN)/python tools/get_umqtt.py
	@touch $@

$(VENV)/dev: requirements-dev.txt $(VENV)/sim
	@echo "Setting up $(VENV) for tests and lint (once) ..."
	@$(PIP) -r requirements-dev.txt
	@touch $@

$(VENV)/typings: requirements-stubs.txt | $(BIN)/python
	@$(PIP) --upgrade --no-deps --target $@ -r requirements-stubs.txt
	@touch $@
