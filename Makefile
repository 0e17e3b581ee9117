# Souk. `make` alone prints this help.
# Everything lives in this folder: the environment in .venv, servers and data in var.

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help setup demo journey test stripe check bench soak screens clean
.DEFAULT_GOAL := help

help: ## Show this help
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | awk -F'\t' '{printf "  make %-9s %s\n", $$1, $$2}'

setup: .venv/dev ## Make the environment in .venv (pinned, hashed), with the tools for tests and checks

demo: .venv/run ## Start the marketplace with its demo cast; prints addresses and sign-ins; Ctrl-C ends it
	@$(BIN)/python manage.py demo $(ARGS)

journey: .venv/run ## The main job without a browser, from application to reconciled payout [CATALOGUE=products.csv.xz]
	@$(BIN)/python manage.py journey $(if $(CATALOGUE),--catalogue "$(CATALOGUE)") $(ARGS)

test: .venv/dev ## Run the tests on embedded servers; prints their count
	@$(BIN)/python -m pytest -q $(ARGS)

stripe: .venv/dev ## Run the scenarios that Stripe itself can answer against it, with STRIPE_SECRET_KEY of a test account
	@SOUK_TEST_AT_STRIPE=1 $(BIN)/python -m pytest -q -rs -m at_stripe tests/scenarios/test_at_stripe.py $(ARGS)

check: .venv/dev ## What CI checks besides the tests: style, types, arrows, migrations
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports --no-logo && \
	SOUK_WORLD=test SOUK_PROCESS=test SOUK_DATABASE=postgres $(BIN)/python manage.py makemigrations --check --dry-run

bench: .venv/dev ## Measure pages, the API, the catalogue; prints JSON [SUITE=pages]
	@$(BIN)/python manage.py bench $(SUITE) $(ARGS)

soak: .venv/dev ## Walk a random life of the money for 100,000 steps; interrupted, it goes on [STEPS=n]
	@SOUK_SOAK_STEPS=$(or $(STEPS),100000) $(BIN)/python -m pytest -q tests/billing/stripe/test_money_machine.py -k long_walk $(ARGS)

screens: .venv/dev ## Write screenshots of the main pages to var/screens (needs Chromium)
	@$(BIN)/python manage.py screens $(ARGS)

clean: ## Remove the environment; data in var stays
	rm -rf .venv

.venv/python: 
	@test -n "$(PYTHON)" || { echo "Souk needs Python 3.11 or newer; none was found on the PATH." >&2; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "python -m venv failed; on Debian: apt-get install python3-venv" >&2; exit 1; }
	@touch $@

.venv/run: .venv/python requirements.txt pyproject.toml
	@echo "Installing what Souk needs into .venv ..."
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements.txt
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --no-index -e .
	@touch $@

.venv/dev: .venv/run requirements-dev.txt
	@echo "Installing the tools for tests and checks ..."
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.txt
	@touch $@
