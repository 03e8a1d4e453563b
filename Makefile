# `make serve` and `make test` each do everything, from the environment to the result.

# FLAGS goes to the command: make serve FLAGS="--port 9000"

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
TOOLS := $(VENV)/tools
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: serve build check quick test lint unit bench bench-large bench-scale docs image-test soak mutations lock clean

serve: $(READY)
	$(BIN)/python -m feedsvc serve $(FLAGS)

build: $(READY)
	$(BIN)/python -m feedsvc build $(FLAGS)

check: $(READY)
	$(BIN)/python -m feedsvc check $(FLAGS)

# The rings of tests: on each save, and before each commit. What goes on for long is below: soak
# and mutations.
quick: $(TOOLS)
	$(BIN)/pytest -n auto -q -m "not slow"

test: lint unit

lint: $(TOOLS)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

unit: $(TOOLS)
	$(BIN)/pytest -n auto

# Beside Hugo, wrk and nginx where these are installed; see benchmarks/README.md.
bench: $(TOOLS)
	$(BIN)/python -m benchmarks

bench-large: $(TOOLS)
	$(BIN)/python -m benchmarks --large

# The handbook, as pages in HANDBOOK; what is wrong in it, such as a link that leads nowhere, is an
# error.
HANDBOOK ?= dist/handbook
docs: $(TOOLS)
	$(BIN)/python -m sphinx --fail-on-warning --keep-going --quiet -c docs . $(HANDBOOK) -d $(VENV)/doctrees
	@echo "The handbook begins at $(HANDBOOK)/index.html."

# The image of deploy/Containerfile, built and run by podman.
image-test:
	tests/image.sh

# What a poll costs, of the server alone and behind nginx and Varnish; see docs/scale.md.
bench-scale: $(TOOLS)
	$(BIN)/python -m benchmarks.scale

# Digests that change under load, for MINUTES; every point at which a build can be killed; histories
# of which clients get deltas, for MINUTES; and a walk over all that can happen to digests, settings,
# the built folder and the index; and every call of a publish to a store that can go wrong.
MINUTES ?= 10
STEPS ?= 500
soak: $(TOOLS)
	$(BIN)/python -m tests.soak --minutes $(MINUTES) --faults
	$(BIN)/python -m tests.delta_histories --minutes $(MINUTES)
	$(BIN)/python -m tests.walks --steps $(STEPS)
	$(BIN)/pytest -q -n auto tests/test_publisher_faults.py tests/test_publisher_on_ceph.py --every-call

# Mistakes drawn at random, each of which some test should notice.
COUNT ?= 100
mutations: $(TOOLS)
	$(BIN)/python -m tests.mutations --count $(COUNT) $(FLAGS)

$(READY): requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { \
	  echo "There is no $(PYTHON) here. Install Python 3.11 or newer, or name it: make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "feedsvc needs Python 3.11 or newer and $(PYTHON) is $$($(PYTHON) --version). Name a newer one: make PYTHON=python3.13" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "$(PYTHON) lacks venv or ensurepip. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	rm -rf $(VENV)
	@echo "Installing what feedsvc needs into $(VENV): once, about half a minute."
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --require-hashes --use-pep517 -r requirements.lock
	$(BIN)/python -m compileall -q feedsvc
	touch $@

# And what only developers need: linters, pytest, feed readers.
$(TOOLS): requirements-dev.lock $(READY)
	@echo "Installing the tools of developers into $(VENV): once, about a minute."
	$(PIP) install --require-hashes --use-pep517 -r requirements-dev.lock
	$(PIP) install --no-deps --no-build-isolation -e .
	$(BIN)/python -m compileall -q feedsvc
	touch $@

# Needs uv. The lock files name no registry, so they serve behind any mirror.
LOCK := uv pip compile pyproject.toml --universal --generate-hashes --no-emit-index-url \
  --python-version 3.11 --custom-compile-command "make lock" --no-annotate
lock:
	$(LOCK) --output-file requirements.lock --upgrade
	$(LOCK) --output-file requirements-dev.lock --group dev --extra bucket --constraint requirements.lock --upgrade

clean:
	rm -rf $(VENV) site dist .*_cache .hypothesis
