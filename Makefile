# make demo    sets everything up, builds the demo fund and serves it (PORT=8000, SERVE=0 builds and stops)
# make test    sets everything up and passes every test; STRICT=1 fails where a tool is missing instead of skipping
# make check   lint, types, import contracts, migrations, templates, generated docs
# make bench   runnable comparisons;  make screenshots  the README's pictures anew;  make messages  the catalogues

PYTHON ?= python3
PORT ?= 8000
SERVE ?= 1
STRICT ?= 0
QUICK := -o fsync=off -o synchronous_commit=off -o full_page_writes=off -o ssl=off -o autovacuum=off
WORKERS ?= auto
BIN := .venv/bin
MANAGE := $(BIN)/python manage.py
export STRICT

.PHONY: demo test check lint types contracts migrations templates docs test-sqlite test-postgres test-crash test-demo test-upgrade crawl bench screenshots messages clean

# Runs a command on a throw-away PostgreSQL cluster; says so, or fails with STRICT=1, where there is none.
define on_postgresql
if command -v pg_virtualenv >/dev/null; then pg_virtualenv $(QUICK) sh -c 'DATABASE_URL="postgres://$$PGUSER:$$PGPASSWORD@$$PGHOST:$$PGPORT/postgres" $(1)'; \
elif [ "$(STRICT)" != 0 ]; then echo "FAILED: pg_virtualenv (Debian: postgresql-common, postgresql) is missing."; exit 1; \
else echo "SKIPPED on PostgreSQL, because pg_virtualenv (Debian: postgresql-common, postgresql) is not on this machine."; fi
endef

.venv/runtime: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed: make PYTHON=python3.12 ...") if sys.version_info < (3, 11) else None'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/dev: requirements-dev.txt .venv/runtime
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

.venv/catalogues: .venv/runtime $(wildcard locale/*/LC_MESSAGES/*.po)
	$(MANAGE) compile_catalogues
	@touch $@

demo: .venv/runtime .venv/catalogues
	$(MANAGE) demo --address http://localhost:$(PORT)
	@if [ "$(SERVE)" != 0 ]; then exec $(BIN)/python deploy/serve.py --port $(PORT); fi

test: check test-sqlite test-postgres test-crash test-demo test-upgrade
	@echo "All tests passed."

check: .venv/dev .venv/catalogues
	@$(MAKE) --no-print-directory --jobs=2 --output-sync lint types contracts migrations templates docs

lint: .venv/dev
	$(BIN)/ruff check .

types: .venv/dev
	$(BIN)/mypy trustfund grants donors ngos

contracts: .venv/dev
	$(BIN)/lint-imports

migrations: .venv/runtime
	$(MANAGE) makemigrations --check --dry-run

templates: .venv/dev
	$(BIN)/djlint --lint --quiet templates

docs: .venv/dev .venv/catalogues
	$(MANAGE) make_docs --check

test-sqlite: .venv/dev .venv/catalogues
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup

# What opens no database is not run twice, and pages are opened on PostgreSQL by test-upgrade, every one for everybody.
test-postgres: .venv/dev .venv/catalogues
	@$(call on_postgresql,$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup -m "not sqlite_only and not browser" -k "not views and not bad_input")

# Kill -9 at random moments while eight workers post, on SQLite and on a PostgreSQL that keeps what it has acknowledged; then a full disk.
test-crash: QUICK := -o ssl=off
test-crash: .venv/dev .venv/catalogues
	$(BIN)/python tests/crash.py
	@$(call on_postgresql,$(BIN)/python tests/crash.py)
	$(BIN)/python tests/full_disk.py sqlite
	$(BIN)/python tests/full_disk.py postgresql

# The demo fund as a test database: who gets what at every address, its books before outside programs, its statements.
test-demo: .venv/dev .venv/catalogues
	DEMO=1 $(BIN)/python -m pytest tests/demo -n $(WORKERS)

# Every page that each role reaches by its links, with axe; LOOK=1 keeps pictures, WIDTH=360 LANGUAGE_CODE=ar walk it on a telephone.
crawl: .venv/dev .venv/catalogues
	CRAWL=1 $(BIN)/python -m pytest tests/browser/test_crawl.py -n $(WORKERS)

test-upgrade: .venv/dev .venv/catalogues
	$(BIN)/python tests/upgrade.py

bench: .venv/dev .venv/catalogues
	$(BIN)/python -m bench

screenshots: .venv/dev .venv/catalogues
	$(BIN)/python tests/screenshots.py

messages: .venv/dev
	$(MANAGE) makemessages --all --no-obsolete --no-wrap --no-location --add-location=file --ignore=.venv --ignore=node_modules --ignore=var

clean:
	rm -rf .venv var
