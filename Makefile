# Every command a developer or CI runs. `make` alone lists them.

MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.SUFFIXES:

# The first interpreter that is new enough; `make PYTHON=python3.13 …` chooses another.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 python3.10 python; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null && { echo $$python; break; }; done)
VENV := .venv
VENV_MCP1 := .venv-mcp1
BIN := $(VENV)/bin

# Where tools that have to be compiled are kept. CI points it outside the tree, so that the next run finds them.
TOOLS ?= .tools
CARGO_DENY_VERSION := 0.20.2
CARGO_DENY := $(TOOLS)/cargo-deny-$(CARGO_DENY_VERSION)/bin/cargo-deny

# pyo3 looks at an interpreter while it compiles; always the same one, or everything is built twice.
export PYO3_PYTHON := $(CURDIR)/$(BIN)/python
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# Rust tests live in the core; the binding is tested from Python, where its users are.
RUST_TESTS := --locked --workspace --exclude oxmcp-python

# A workspace of its own, which `cargo fmt` does not see.
FUZZ_TARGETS := $(wildcard core/fuzz/fuzz_targets/*.rs)

.PHONY: help
help: ## list the commands
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# ── Getting ready ────────────────────────────────────────────────────────────────────────────────────────────

.PHONY: demo
demo: $(VENV)/.demo build ## build, then ask the example server questions, four ways
	@$(BIN)/python examples/demo.py

.PHONY: setup
setup: $(VENV)/.tests $(VENV_MCP1)/.ready $(CARGO_DENY) build ## install everything the other commands need

.PHONY: build
build: $(VENV)/.demo ## compile the native module into .venv (release mode, incremental)
	@command -v cargo >/dev/null || { echo "Rust is missing: see https://rustup.rs"; exit 1; }
	@test -d $${CARGO_TARGET_DIR:-target}/release || echo "Building the engine. The first time takes a few minutes…"
	@[ -t 1 ] || quiet=--quiet; unset CONDA_PREFIX; PIP_QUIET=1 VIRTUAL_ENV="$(CURDIR)/$(VENV)" $(BIN)/maturin develop --release $$quiet

# pip learned dependency groups in 25.1.
define install_group
	@test -n "$(PYTHON)" || { echo "Python 3.10 or newer is missing"; exit 1; }
	@test -x $(1)/bin/python || $(PYTHON) -m venv $(1)
	@echo "Installing the Python packages of the group '$(2)'…"
	@$(1)/bin/python -m pip install --quiet 'pip>=25.1'
	@$(1)/bin/python -m pip install --quiet --group $(2)
	@touch $@
endef

$(VENV)/.demo: pyproject.toml
	$(call install_group,$(VENV),demo)

$(VENV)/.tests: pyproject.toml $(VENV)/.demo
	$(call install_group,$(VENV),tests)

$(VENV)/.bench: pyproject.toml $(VENV)/.demo
	$(call install_group,$(VENV),bench)

$(VENV_MCP1)/.ready: pyproject.toml
	$(call install_group,$(VENV_MCP1),mcp1)

# Unoptimised on purpose: it compiles in a minute and then runs for half a second.
$(CARGO_DENY):
	@echo "Compiling cargo-deny $(CARGO_DENY_VERSION), once…"
	@CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_DEBUG=false CARGO_PROFILE_RELEASE_LTO=off \
		CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_TARGET_DIR="$(TOOLS)/build" \
		cargo install --quiet --locked --root "$(TOOLS)/cargo-deny-$(CARGO_DENY_VERSION)" cargo-deny@$(CARGO_DENY_VERSION)
	@rm -rf "$(TOOLS)/build"

# ── Checks ───────────────────────────────────────────────────────────────────────────────────────────────────

.PHONY: check check-rust check-python check-bans
check: check-rust check-python check-bans ## format, lints, types, and what may stand in Cargo.lock

check-rust: $(VENV)/.demo
	cargo fmt --all --check
	rustfmt --check --edition 2024 $(FUZZ_TARGETS)
	cargo clippy --locked --workspace --all-targets -- -D warnings

check-python: $(VENV)/.tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

check-bans: $(CARGO_DENY)
	$(CARGO_DENY) --locked check bans licenses sources

.PHONY: format
format: $(VENV)/.tests ## rewrite everything in the house style
	cargo fmt --all
	rustfmt --edition 2024 $(FUZZ_TARGETS)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# ── Tests ────────────────────────────────────────────────────────────────────────────────────────────────────

.PHONY: test test-core test-python test-cross conformance
test: test-core test-python test-cross ## build everything, run every test

test-core: ## the engine, in Rust
	@if cargo nextest --version >/dev/null 2>&1; \
		then set -x; cargo nextest run $(RUST_TESTS) --status-level fail && cargo test $(RUST_TESTS) --doc --quiet; \
		else set -x; cargo test $(RUST_TESTS); fi

test-python: $(VENV)/.tests build ## the Python package
	$(BIN)/python -m pytest bindings-python/tests

test-cross: $(VENV)/.tests $(VENV_MCP1)/.ready build ## other people's clients, faults, examples, conformance
	$(BIN)/python -m pytest tests

conformance: $(VENV)/.tests build ## the official conformance suite alone
	$(BIN)/python tests/conformance/run.py $(ARGS)

.PHONY: bench-python bench-node
bench-python: $(VENV)/.tests $(VENV)/.bench build ## CPU and latency per call, next to other Python servers
	$(BIN)/python tests/load/bench.py python $(ARGS)

bench-node: build-node tests/load/npm/node_modules/.ready ## the same, next to other JavaScript servers
	$(PYTHON) tests/load/bench.py node $(ARGS)

tests/load/npm/node_modules/.ready: tests/load/npm/package-lock.json
	npm ci --prefix tests/load/npm --ignore-scripts --no-audit --no-fund --silent
	@touch $@

.PHONY: fuzz
fuzz: ## look for inputs that break it: make fuzz TARGET=parse [FOR=60]
	@test -n "$(TARGET)" || { echo "Which one? make fuzz TARGET=…"; ls core/fuzz/seeds; exit 2; }
	@cargo fuzz --version >/dev/null 2>&1 || { echo "cargo-fuzz is missing: cargo install cargo-fuzz --locked"; exit 1; }
	@mkdir -p core/fuzz/corpus/$(TARGET)
	cd core && cargo fuzz run -s none $(TARGET) fuzz/corpus/$(TARGET) fuzz/seeds/$(TARGET) -- -max_total_time=$(or $(FOR),60)

.PHONY: ready
ready: ## exactly what CI runs
	@.ci/run

.PHONY: clean
clean: ## remove what was built, keep the environments
	cargo clean
	rm -rf dist build bindings-python/python/oxmcp/*.so
