# `make run` shows the portal, `make test` proves it. Everything else is for whoever changes it: `make help`.
SHELL := /bin/sh
VENV := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help run demo install install-dev test check format bench faults screenshots messages lock clean

help: ## Say what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

run demo: export DEMO ?= true

run: install ## Start the portal with an invented municipality (PORT=8000)
	@exec $(VENV)/python manage.py run

demo: install ## Start the invented municipality over
	@$(VENV)/python manage.py run --start-over

install: ## Make .venv with the locked requirements
	@scripts/install

install-dev: ## The same, with what tests and checks need
	@scripts/install dev

test: install-dev ## Run all tests on PostgreSQL and Redis, then on SQLite (ARGS="-k board")
	@scripts/test $(ARGS)

check: install-dev ## Look at style, types, templates, migrations, translations and production settings
	@scripts/check

format: install-dev ## Put code and templates in the house's form
	@$(VENV)/ruff check --quiet --fix-only .
	@$(VENV)/ruff format --quiet .
	@$(VENV)/djlint --quiet --reformat templates || $(VENV)/djlint --quiet --check templates # 1 says "changed some" too

bench: install-dev ## Measure what docs/measurements.md promises (ARGS for the command)
	@scripts/need postgresql redis
	@scripts/services run -- $(VENV)/python manage.py bench $(ARGS)

faults: install-dev ## Kill workers while they send, upload what is hostile, fill disks (ARGS="--deliveries 500")
	@scripts/need postgresql redis
	@scripts/services run -- $(VENV)/python manage.py faults $(ARGS)
	@echo "Hostile and damaged files, and full disks"
	@$(VENV)/python -m pytest -q --no-header -rs tests/test_check_upload.py tests/test_disk_full.py tests/test_documents_pictures.py

screenshots: install-dev ## Take a picture of every page
	@scripts/need browser
	@$(VENV)/python scripts/screenshots.py $(ARGS)

messages: install-dev ## Collect the texts that need a translation, and compile the translations
	@scripts/need gettext
	@$(VENV)/python scripts/check_translations --write

lock: install-dev ## Choose the newest versions that requirements*.in allow
	@scripts/lock

clean: ## Remove everything that can be made again, the demo's data too
	rm -rf .venv var staticfiles .mypy_cache .pytest_cache .ruff_cache .hypothesis test-results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
