# Bare `make` lists the targets.  PYTHON=python3.12 chooses the Python for .venv.

PYTHON ?= python3
VENV := .venv
VENV_BIN := $(VENV)/bin
PIP := $(VENV_BIN)/python -m pip install -qq --disable-pip-version-check

# make sim BUSES=6 SPEED=20 SEED=7 DURATION=60 BROKER=127.0.0.1:1883 RELEASE=0     (0: no update)
TOWN := $(if $(BUSES),--buses $(BUSES)) $(if $(SPEED),--speed $(SPEED)) $(if $(SEED),--seed $(SEED)) \
        $(if $(DURATION),--duration $(DURATION)) $(if $(BROKER),--broker $(BROKER)) \
        $(if $(filter 0,$(RELEASE)),--no-release)

SOAK := $(if $(SEED),--seed $(SEED))
COVERING := $(wildcard tests/portable/test_*.py tests/portable/journal/test_recorder*.py tests/portable/journal/test_flapping.py) \
            $(addprefix tests/portable/,rules policy sensing trip)

# make station BROKER=mqtts://mqtt.example.org CA=city.pem DB=postgresql://... HTTP=127.0.0.1:8080 KEYS=keys
STATION := $(if $(BROKER),--broker $(BROKER)) $(if $(CA),--broker-ca $(CA)) $(if $(DB),--db $(DB)) $(if $(HTTP),--http $(HTTP)) \
           $(if $(TILES),--tiles $(TILES))

# make enrol BUS="bus-07 bus-08" DB=postgresql://... KEYS=/media/stick/keys     (BUS=all: each of fleet/)
ENROL = $(BUS) $(if $(DB),--db $(DB)) $(if $(KEYS),--keys "$(KEYS)") $(if $(REPLACE),--replace) $(if $(ROTATE),--rotate) \
         $(if $(PASSWORD),--password) $(if $(NEW_AUTHORITY),--new-authority)

# make deploy BUS=bus-07 PORT=/dev/ttyUSB0     (no PORT: the board that is attached)
WHERE = $(if $(PORT),--port '$(PORT)')

# make release VERSION=0.4.0 KEY=/media/stick/release.key NOTES=notes.md     (DIRTY=1: to try something out)
RELEASING = $(if $(VERSION),--version "$(VERSION)") $(if $(KEY),--key "$(KEY)") $(if $(NOTES),--notes "$(NOTES)") $(if $(DIRTY),--dirty)

# What a target takes, and what it cannot do without. A mistake on the command line is reported
# before anything is set up.
takes_sim := BUSES SPEED SEED DURATION BROKER RELEASE
takes_soak := SEED
takes_station := BROKER CA DB HTTP TILES KEYS
takes_firmware := BIN PORT
takes_enrol := BUS DB KEYS REPLACE ROTATE PASSWORD NEW_AUTHORITY
takes_deploy := BUS PORT RENAME RELEASE
takes_release := VERSION KEY NOTES DIRTY
takes_pull := OUT PORT
takes_selftest := PORT
takes_logs := PORT
takes_repl := PORT
takes_erase := PORT
goals := $(or $(MAKECMDGOALS),help)
takes := $(foreach goal,$(goals),$(takes_$(goal)))
given := $(foreach name,$(.VARIABLES),$(if $(filter command,$(origin $(name))),$(name)))
anywhere := PYTHON VENV NO_STATION STATION_%  # the last two reach the programs by the environment
unknown := $(firstword $(filter-out $(takes) $(anywhere),$(given)))
shout = $(shell echo '$(1)' | tr a-z A-Z)
near = $(strip $(foreach name,$(takes),\
  $(if $(findstring $(1),$(name))$(findstring $(name),$(1)),$(name))))
meant = $(if $(near),Did you mean $(firstword $(near))? ,)
$(if $(unknown),$(error make $(goals) does not know $(unknown).\
  $(call meant,$(call shout,$(unknown)))$(if $(takes),It takes: $(takes),It takes no variables)))

needs = $(if $(filter $(1),$(MAKECMDGOALS)),$(if $($(2)),,$(error make $(1) needs $(2): make $(1) $(2)=$(3))))
$(call needs,firmware,BIN,ESP32_GENERIC-SPIRAM-....bin)
$(call needs,enrol,BUS,bus-07)
$(call needs,deploy,BUS,bus-07)
$(call needs,pull,OUT,bus-07.zip)

.PHONY: help setup sim station test lint bench vm soak cover texts wiring print pictures clean \
        firmware enrol deploy release selftest logs repl pull erase

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(VENV)/dev  ## make .venv with everything in it (the other targets do it when needed)

sim: $(VENV)/sim  ## a school morning in Laem Chabang, live (BUSES= SPEED= SEED= DURATION= BROKER= RELEASE=0)
	@$(VENV_BIN)/python -m sim town $(TOWN)

station: $(VENV)/station $(VENV)/web  ## what municipal staff see, for a broker that runs already (BROKER= CA= DB= HTTP= TILES= KEYS=)
	@$(if $(KEYS),STATION_KEYS="$(KEYS)" )$(VENV_BIN)/python -m station serve $(STATION)

test: $(VENV)/dev  ## all tests but the long ones of make soak
	@$(VENV_BIN)/python -m pytest -q -n auto --dist loadfile --no-loadscope-reorder

lint: $(VENV)/dev $(VENV)/typings  ## style (ruff) and types (mypy)
	@$(VENV_BIN)/ruff check --quiet .
	@$(VENV_BIN)/ruff format --quiet --check .
	@$(VENV_BIN)/mypy sim station tools
	@$(VENV_BIN)/mypy --config-file tools/mypy-board.ini firmware drivers

bench: $(VENV)/dev  ## measure, beside the goals
	@$(VENV_BIN)/python -m sim bench
	@$(VENV_BIN)/python -m tests.support.page_frames

vm: $(VENV)/dev  ## the portable tests of firmware/, on CPython and in MicroPython (64 and 32 bits)
	@VM32=all $(VENV_BIN)/python -m pytest -q -rs -n auto tests/portable tests/test_portable_vm.py tests/test_portable_vm32.py

soak: $(VENV)/dev  ## long runs with faults by the dice: days, hazards, power cuts (about 30 minutes; SEED=)
	@$(VENV_BIN)/python -m pytest -q -m soak --timeout 0
	@$(VENV_BIN)/python -m sim soak --days 2 $(SOAK)
	@$(VENV_BIN)/python -m sim soak --hazards --ordinary 10 --left 200 $(SOAK)
	@$(VENV_BIN)/python -m sim soak --flash --cuts 100000 $(SOAK)
	@$(VENV_BIN)/python -m sim board --days 7 $(SOAK)
	@BUSGUARD_FLIPS=1 $(VENV_BIN)/python -m pytest -q -n auto --timeout 0 tests/firmware/journal/test_flips.py

cover: $(VENV)/dev  ## 100 % of lines and branches of what judges (rules, trip, seats, policy, ...)
	@$(VENV_BIN)/python -m pytest -q -n auto --no-cov-on-fail --cov --cov-fail-under=100 $(COVERING)

firmware: $(VENV)/board  ## MicroPython with the journal's partition onto an ESP32 (BIN= PORT=)
	@$(VENV_BIN)/python -m tools.firmware $(WHERE) --bin "$(BIN)"

enrol: $(VENV)/board  ## an identity for each bus of fleet/, and the city's keys once (BUS= DB= KEYS= REPLACE=1 ROTATE=1 PASSWORD=1)
	@$(VENV_BIN)/python -m tools.enrol $(ENROL)

deploy: $(VENV)/board  ## program, settings and identity of fleet/BUS.json onto a board (BUS= PORT= RENAME=1 RELEASE=)
	@$(VENV_BIN)/python -m tools.deploy $(WHERE) --bus "$(BUS)" $(if $(RENAME),--rename) $(if $(RELEASE),--release "$(RELEASE)")

release: $(VENV)/board  ## the program for every board as one signed file, for updates over the air (VERSION= KEY= NOTES= DIRTY=1)
	@$(VENV_BIN)/python -m tools.release $(RELEASING)

selftest: $(VENV)/board  ## restart a board and ask its parts (PORT=)
	@$(VENV_BIN)/python -m tools.selftest $(WHERE)

logs: $(VENV)/board  ## what a board says on its console (PORT=)
	@$(VENV_BIN)/python -m tools.logs $(WHERE)

repl: $(VENV)/board  ## a prompt on a board (PORT=)
	@$(VENV_BIN)/python -m tools.repl $(WHERE)

pull: $(VENV)/board  ## journal and settings of a board to a file: evidence (OUT= PORT=)
	@$(VENV_BIN)/python -m tools.pull take $(WHERE) --out "$(OUT)"

erase: $(VENV)/board  ## everything on a board, the journal too; asks first (PORT=)
	@$(VENV_BIN)/python -m tools.erase $(WHERE)

texts: $(VENV)/dev  ## docs/hazards.md, the kinds in docs/mqtt.md and on the page, from the code
	@$(VENV_BIN)/python -m tools.texts

wiring: $(VENV)/dev  ## the circuits, boards and tables of docs/install.md from drivers/board/tables.py
	@$(VENV_BIN)/python -m tools.wiring

print: $(VENV)/sim  ## the guides for a workshop as pages of A4, in build/printed
	@$(VENV_BIN)/python -m tools.print_guides

pictures: $(VENV)/dev  ## the pictures of docs/station.md, from the page as it is
	@$(VENV_BIN)/python -m tests.support.page_pictures

clean:  ## remove .venv and everything else that was made
	rm -rf $(VENV) station/web/static/vendor* .hypothesis .mypy_cache .mpy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV_BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || \
	  { echo "Busguard needs Python 3.10 or newer. Try: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
	  { echo "$(PYTHON) cannot make a virtual environment. On Debian: apt install python3-venv" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/station: requirements-station.txt | $(VENV_BIN)/python
	@echo "Setting up $(VENV) for the station (once) ..."
	@$(PIP) -r requirements-station.txt
	@touch $@

$(VENV)/sim: requirements.txt tools/get_umqtt.py $(VENV)/station $(VENV)/web | $(VENV_BIN)/python
	@echo "Setting up $(VENV) for the simulator (once) ..."
	@$(PIP) -r requirements.txt
	@$(VENV_BIN)/python tools/get_umqtt.py
	@touch $@

$(VENV)/web: station/web/package-lock.json tools/web_files.py tools/npm.py | $(VENV_BIN)/python
	@echo "Fetching what the station's page takes from npm (once) ..."
	@$(VENV_BIN)/python -m tools.web_files
	@touch $@

$(VENV)/board: requirements-board.txt $(VENV)/sim
	@echo "Setting up $(VENV) for flashing boards (once) ..."
	@$(PIP) -r requirements-board.txt
	@touch $@

$(VENV)/vm32: tools/vm32/package-lock.json tools/get_vm32.py tools/npm.py | $(VENV_BIN)/python
	@echo "Fetching a MicroPython VM with words of 32 bits from npm (once) ..."
	@$(VENV_BIN)/python -m tools.get_vm32
	@touch $@

$(VENV)/asyncapi: tools/asyncapi_parser/package-lock.json tools/get_asyncapi.py tools/npm.py | $(VENV_BIN)/python
	@echo "Fetching AsyncAPI's own parser from npm (once) ..."
	@$(VENV_BIN)/python -m tools.get_asyncapi
	@touch $@

$(VENV)/dev: requirements-dev.txt requirements-board.txt requirements-station.txt $(VENV)/sim $(VENV)/web $(VENV)/vm32 $(VENV)/asyncapi
	@echo "Setting up $(VENV) for tests and lint (once) ..."
	@$(PIP) -r requirements-dev.txt
	@touch $@

$(VENV)/typings: requirements-stubs.txt | $(VENV_BIN)/python
	@$(PIP) --upgrade --no-deps --target $@ -r requirements-stubs.txt
	@touch $@
