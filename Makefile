# Everything by one word: `make` lists the words. Needs Python 3.11 or 3.12 and nothing else.

UV_VERSION := 0.13.9
VENV       := .venv
BIN        := $(VENV)/bin
UV         := $(BIN)/uv
SYNCED     := $(VENV)/.synced
# Photos for the demo, and where its pictures go.
PHOTOS     ?= $(addprefix samples/,elderly_man.jpg woman_long_hair.jpg man_black_hair.jpg woman_headscarf.jpg man_glasses.jpg)
OUT        ?= out/demo
# Processes for the tests.
JOBS       ?= 2
# Of the simulation.
SEED       ?= 1

# uv uses this environment's own Python, downloads none, and fills the byte-code caches once.
export UV_PROJECT_ENVIRONMENT := $(VENV)
export UV_PYTHON := $(BIN)/python
export UV_PYTHON_DOWNLOADS := never
export UV_COMPILE_BYTECODE := 1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup start demo test check faults simulate load bench docs transcripts pictures gallery clean tools

help: ## list these words
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(SYNCED) ## install everything into .venv, fetch the models; quick when done
	@$(BIN)/tuanyuan models install

start: setup ## the studio at http://127.0.0.1:8000, with nothing but this computer
	@$(BIN)/tuanyuan start

demo: setup ## a family portrait of the sample photos, four candidates, and the best one moving, into out/demo
	$(BIN)/tuanyuan make reunion $(PHOTOS) --candidates 4 --out $(OUT)
	$(BIN)/tuanyuan make motion $(OUT)/reunion-1.jpg --effect fireworks --out $(OUT)/motion
	@echo "See $(OUT)"

test: setup tools ## every test, without network
	$(BIN)/pytest -n $(JOBS)

check: $(SYNCED) ## lint, format, types, imports, lock file
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(UV) lock --check --offline

faults: setup ## 1,000 kill -9 on SQLite and on PostgreSQL, 50 PostgreSQL restarts (about half an hour)
	$(BIN)/python tests/faults/storm.py --database sqlite --kills 1000 --seed 1 --folder out/faults/sqlite
	$(BIN)/python tests/faults/storm.py --database postgresql --kills 1000 --restarts 50 --seed 2 --folder out/faults/postgresql

simulate: JOBS = 3000
simulate: $(SYNCED) ## thousands of jobs through faulty providers: SEED=7 JOBS=3000 (docs/faults.md)
	$(BIN)/python tests/simulation/simulate.py --seed $(SEED) --jobs $(JOBS)

load: setup ## 1,000 people at once against the studio at http://127.0.0.1:8000 (docs/benchmarks.md)
	$(UV) sync --frozen --inexact --group bench
	$(BIN)/python -m load --users 1000 --ramp 60

bench: setup ## measure the stages against rembg (docs/benchmarks.md)
	$(UV) sync --frozen --inexact --group bench
	$(BIN)/python -m bench

docs: $(SYNCED) ## write docs/settings.md and docs/engines/parameters.md again from what they tell of
	$(BIN)/python -m tuanyuan.settings > docs/settings.md
	$(BIN)/python -m tuanyuan.engines.parameter_table > docs/engines/parameters.md

gallery: setup ## draw docs/gallery again: a contact sheet for each feature over all samples
	$(BIN)/python docs/gallery/draw.py

transcripts: $(SYNCED) ## write docs/engines/*.md again, with what crosses the wire to each engine's fake
	$(BIN)/python docs/engines/record.py

pictures: setup ## draw the pictures of the README again
	$(BIN)/python docs/pictures/draw.py

clean: ## remove what can be made again (.venv, caches, out); keeps data
	rm -rf $(VENV) out dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find src tests bench scenes -name __pycache__ -prune -exec rm -rf {} +

$(SYNCED): pyproject.toml uv.lock | $(UV)
	$(UV) sync --frozen --inexact
	@touch $@

$(UV): | $(BIN)/python
	$(BIN)/python -m pip install --disable-pip-version-check --quiet uv==$(UV_VERSION)

# A name on PATH is not enough: a version manager's shim may be found and not work. So each is asked.
USABLE := import sys, ensurepip, venv; raise SystemExit(not (3, 11) <= sys.version_info[:2] <= (3, 12))

$(BIN)/python:
	@if [ -n "$(PYTHON)" ]; then set -- "$(PYTHON)"; else \
		set --; IFS=:; \
		for name in python3.11 python3.12 python3 python; do for folder in $$PATH; do \
			if [ -x "$$folder/$$name" ]; then set -- "$$@" "$$folder/$$name"; fi; \
		done; done; unset IFS; \
	fi; \
	for python; do \
		if "$$python" -c "$(USABLE)" 2>/dev/null; then \
			echo "$$python -m venv $(VENV)"; \
			exec "$$python" -m venv $(VENV); \
		fi; \
	done; \
	echo "找不到可用的 Python 3.11 或 3.12（需带 venv）。 No usable Python 3.11 or 3.12 with venv."; \
	for python; do echo "  ✗ $$python: $$("$$python" --version 2>&1 | head -n 1)"; done; \
	echo "  → Debian/Ubuntu: apt-get install python3-venv；或 or: make PYTHON=/path/to/python3.11"; \
	exit 1

# The tests read what we write with exiftool and ffprobe, readers that are not ours, and follow the README with curl
# and jq.
TOOLS := exiftool:libimage-exiftool-perl ffmpeg:ffmpeg curl:curl jq:jq

tools:
	@for tool in $(TOOLS); do \
		command -v $${tool%%:*} >/dev/null && continue; \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $${tool##*:}; \
		else \
			echo "测试需要 $${tool%%:*}。 The tests need $${tool%%:*}."; \
			echo "  → Debian/Ubuntu: apt-get install $${tool##*:}；macOS: brew install $${tool%%:*}"; \
			exit 1; \
		fi; \
	done
