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
NODE_MODULES := node_modules/.ready
NODE_BIN := node_modules/.bin

# Where tools that have to be compiled are kept. CI points it outside the tree, so that the next run finds them.
TOOLS ?= .tools
CARGO_DENY_VERSION := 0.20.2
CARGO_DENY := $(TOOLS)/cargo-deny-$(CARGO_DENY_VERSION)/bin/cargo-deny

# pyo3 looks at an interpreter while it compiles; always the same one, or everything is built twice.
export PYO3_PYTHON := $(CURDIR)/$(BIN)/python
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# Rust tests live in the core; the bindings are tested from Python and Node, where their users are.
RUST_TESTS := --locked --workspace --exclude oxmcp-python --exclude oxmcp-node

# Milliseconds that one file of Node's tests may take: many times what the slowest does, so that one which hangs is named.
NODE_FILE_LIMIT := 600000

RMCP_CLIENT := tests/interoperability/rmcp_client
# Of workspaces of their own, which `cargo fmt` does not see.
LONE_PROGRAMS := $(wildcard core/fuzz/fuzz_targets/*.rs) $(RMCP_CLIENT)/main.rs \
	tests/load/generator/src/main.rs $(wildcard tests/load/rust/src/*.rs tests/load/rust/src/bin/*.rs)

.PHONY: help
help: ## list the commands
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# ── Getting ready ────────────────────────────────────────────────────────────────────────────────────────────

.PHONY: demo
demo: $(VENV)/.demo build ## build, then ask the example servers questions: two languages, four ways
	@$(BIN)/python examples/demo.py

.PHONY: setup
setup: $(VENV)/.tests $(VENV_MCP1)/.ready $(CARGO_DENY) build ## install everything the other commands need

.PHONY: build build-python build-node build-typescript
build: build-python build-node ## compile what has changed, for Python and for Node (release mode)

build-python: $(VENV)/.demo need-rust ## the native module of the Python package, into .venv
	@[ -t 1 ] || quiet=--quiet; unset CONDA_PREFIX; PIP_QUIET=1 VIRTUAL_ENV="$(CURDIR)/$(VENV)" $(BIN)/maturin develop --release $$quiet

build-node: $(NODE_MODULES) need-rust ## the addon and the wrapper of the Node package, into bindings-node/dist
	@npm run --silent build

build-typescript: $(NODE_MODULES)
	@npm run --silent build:typescript

.PHONY: need-rust
need-rust:
	@command -v cargo >/dev/null || { echo "Rust is missing: see https://rustup.rs"; exit 1; }
	@test -d $${CARGO_TARGET_DIR:-target}/release || echo "Building the engine. The first time takes a few minutes…"

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

$(NODE_MODULES): package-lock.json
	@node -e 'process.exit(parseInt(process.versions.node, 10) < 20 ? 1 : 0)' 2>/dev/null \
		|| { echo "Node 20 or newer is missing$$(node --version 2>/dev/null | sed 's/^/: this is /'). See https://nodejs.org"; exit 1; }
	@echo "Installing the Node packages…"
	@npm ci --no-audit --no-fund --loglevel=error
	@touch $@

# Unoptimised on purpose: it compiles in a minute and then runs for half a second.
$(CARGO_DENY):
	@echo "Compiling cargo-deny $(CARGO_DENY_VERSION), once…"
	@CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_DEBUG=false CARGO_PROFILE_RELEASE_LTO=off \
		CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_TARGET_DIR="$(TOOLS)/build" \
		cargo install --quiet --locked --root "$(TOOLS)/cargo-deny-$(CARGO_DENY_VERSION)" cargo-deny@$(CARGO_DENY_VERSION)
	@rm -rf "$(TOOLS)/build"

# ── Checks ───────────────────────────────────────────────────────────────────────────────────────────────────

.PHONY: check check-rust check-python check-node check-bans
check: check-rust check-python check-node check-bans ## format, lints, types, and what may stand in Cargo.lock

check-rust: $(VENV)/.demo
	cargo fmt --all --check
	rustfmt --check --edition 2024 $(LONE_PROGRAMS)
	cargo clippy --locked --workspace -- -D warnings
	@# Compiled as a test, the addon has no exports, so that nothing in it is used.
	cargo clippy --locked --workspace --exclude oxmcp-node --all-targets -- -D warnings
	@# Nobody runs them every day, and what they call changes.
	cargo check --locked --manifest-path core/fuzz/Cargo.toml --no-default-features --target-dir $${CARGO_TARGET_DIR:-target}

check-python: $(VENV)/.tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

check-node: build-typescript
	$(NODE_BIN)/biome ci --error-on-warnings $$([ -t 1 ] || echo --colors=off)
	$(NODE_BIN)/tsc --project bindings-node/tsconfig.check.json
	node bindings-node/tests/types/instantiations.mjs
	node bindings-node/scripts/check_package.mjs

check-bans: $(CARGO_DENY)
	$(CARGO_DENY) --locked check bans licenses sources

.PHONY: format
format: $(VENV)/.tests $(NODE_MODULES) ## rewrite everything in the house style
	cargo fmt --all
	rustfmt --edition 2024 $(LONE_PROGRAMS)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(NODE_BIN)/biome check --write

# ── Tests ────────────────────────────────────────────────────────────────────────────────────────────────────

.PHONY: test test-core test-python test-pythons test-node test-cross conformance
test: test-core test-python test-python-3.10 test-node test-cross ## build everything, run every test

test-core: ## the engine, in Rust
	@if cargo nextest --version >/dev/null 2>&1; \
		then set -x; cargo nextest run $(RUST_TESTS) --status-level fail && cargo test $(RUST_TESTS) --doc --quiet; \
		else set -x; cargo test $(RUST_TESTS); fi

test-python: $(VENV)/.tests build-python ## the Python package
	$(BIN)/python -m pytest bindings-python/tests

test-pythons: test-python-3.10 test-python-3.12 test-python-3.13 test-python-3.14 ## the Python package, with other versions of Python

# One module serves all of them, but each runs coroutines, contexts and threads in its own way. Versions that pyenv keeps count, too.
test-python-%: $(VENV)/.tests build-python
	@python=$$(for python in python$* $(wildcard $(HOME)/.pyenv/versions/$*.*/bin/python$*); do \
			$$python -c '' 2>/dev/null && { echo $$python; break; }; done); \
		[ -n "$$python" ] || { echo "There is no Python $* here, so the package is not tested with it."; exit 0; }; \
		set -e; venv=.venv-$*; \
		if [ ! -e $$venv/.ready ] || [ pyproject.toml -nt $$venv/.ready ]; then \
			echo "Installing the packages of the tests for Python $*…"; \
			$$python -m venv $$venv; \
			$$venv/bin/python -m pip install --quiet 'pip>=25.1'; \
			$$venv/bin/python -m pip install --quiet --group tests; \
			echo "$(CURDIR)/bindings-python/python" > $$($$venv/bin/python -c 'import site; print(site.getsitepackages()[0])')/oxmcp.pth; \
			touch $$venv/.ready; \
		fi; \
		echo "The package with $$($$venv/bin/python --version):"; \
		$$venv/bin/python -m pytest -p no:cacheprovider bindings-python/tests

test-node: build-node tests/runtimes/node_modules/.ready tests/bundlers/node_modules/.ready ## the Node package, in Node and other runtimes, bundled and not
	node --import tsx --test --test-timeout=$(NODE_FILE_LIMIT) --test-reporter=spec $$(find bindings-node/tests tests -name node_modules -prune -o -name '*.test.ts' -print | sort)

.PHONY: rmcp-client
rmcp-client: need-rust
	@test -d $${CARGO_TARGET_DIR:-target}/rmcp || echo "Building the client of rmcp. The first time takes a minute…"
	@cargo build --quiet --locked --manifest-path $(RMCP_CLIENT)/Cargo.toml --target-dir $${CARGO_TARGET_DIR:-target}/rmcp

# Unoptimised: the tests of the engine have compiled the same before.
.PHONY: everything-server
everything-server: need-rust
	@cargo build --quiet --locked --package oxmcp-everything

test-cross: $(VENV)/.tests $(VENV_MCP1)/.ready build build-node everything-server rmcp-client ## other people's clients, faults, examples, conformance
	$(BIN)/python -m pytest tests

conformance: $(VENV)/.tests build build-node everything-server ## the official conformance suite alone, on the servers of all languages
	$(BIN)/python tests/conformance/run.py $(ARGS)

tests/bundlers/node_modules/.ready: tests/bundlers/package-lock.json
	@echo "Installing the bundlers…"
	@npm ci --prefix tests/bundlers --ignore-scripts --no-audit --no-fund --silent
	@touch $@

tests/runtimes/node_modules/.ready: tests/runtimes/package-lock.json
	@echo "Installing the other JavaScript runtimes…"
	@npm ci --prefix tests/runtimes --ignore-scripts --no-audit --no-fund --silent
	@touch $@

.PHONY: bench bench-quick
bench: run-bench ## oxmcp next to its peers: half an hour, and BENCHMARKS.md is written anew; ARGS narrow it
bench-quick: run-bench ## some of it, in five minutes, into target/load/report

.PHONY: run-bench
run-bench: $(VENV)/.bench build tests/load/npm/node_modules/.ready
	@$(BIN)/python tests/load/bench.py $(if $(filter bench-quick,$(MAKECMDGOALS)),--quick) $(ARGS)

tests/load/npm/node_modules/.ready: tests/load/npm/package-lock.json
	@echo "Installing the npm packages of the benchmark…"
	@npm ci --prefix tests/load/npm --ignore-scripts --no-audit --no-fund --silent
	@touch $@

.PHONY: check-instructions
check-instructions: build-python ## what a request costs in instructions, held against core/benches/instructions.md
	@$(PYTHON) core/benches/instructions.py $(ARGS); rust=$$?; \
		$(BIN)/python bindings-python/benches/instructions.py $(ARGS) && exit $$rust

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
	rm -rf dist build bindings-python/python/oxmcp/*.so bindings-node/dist
