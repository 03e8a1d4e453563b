# `make serve` and `make test` each do everything, from the environment to the result.

# FLAGS goes to the command: make serve FLAGS="--port 9000"

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready

.PHONY: serve build check quick test lint unit bench bench-large soak mutations lock clean

serve: $(READY)
	$(BIN)/feedsvc serve $(FLAGS)

build: $(READY)
	$(BIN)/feedsvc build $(FLAGS)

check: $(READY)
	$(BIN)/feedsvc check

# The rings of tests: on each save, and before each commit. What goes on for long is below: soak
# and mutations.
quick: $(READY)
	$(BIN)/pytest -n auto -q -m "not slow"

test: lint unit

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

unit: $(READY)
	$(BIN)/pytest -n auto

# Beside Hugo, wrk and nginx where these are installed; see benchmarks/README.md.
bench: $(READY)
	$(BIN)/python -m benchmarks

bench-large: $(READY)
	$(BIN)/python -m benchmarks --large

# Digests that change under load, then every point at which a build can be killed.
MINUTES ?= 10
soak: $(READY)
	$(BIN)/python -m tests.soak --minutes $(MINUTES) --faults

# Mistakes drawn at random, each of which some test should notice.
COUNT ?= 100
mutations: $(READY)
	$(BIN)/python -m tests.mutations --count $(COUNT) $(FLAGS)

$(READY): requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { \
	  echo "There is no $(PYTHON) here. Install Python 3.11 or newer, or name it: make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "feedsvc needs Python 3.11 or newer and $(PYTHON) is $$($(PYTHON) --version). Name a newer one: make PYTHON=python3.13" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "$(PYTHON) lacks venv or ensurepip. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	rm -rf $(VENV)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/python -m compileall -q feedsvc
	touch $@

# Needs uv. The lock file names no registry, so it serves behind any mirror.
lock:
	uv pip compile pyproject.toml --group dev --universal --generate-hashes --no-emit-index-url \
	  --python-version 3.11 --custom-compile-command "make lock" --output-file requirements.lock --upgrade

clean:
	rm -rf $(VENV) site dist .*_cache .hypothesis
