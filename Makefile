.DEFAULT_GOAL := help
.PHONY: help setup format lint types floors system migrations schema docs translations test services \
  check lock

BIN := .venv/bin
MANAGE := $(BIN)/python manage.py

help: ## Say what each target does
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "%-12s %s\n", $$1, $$2}'

setup: ## Make .venv with everything a developer needs, or bring it up to date
	@python3 manage.py setup --dev

format: setup ## Rewrite the code the way ruff wants it
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lint: setup ## Ruff, without changing anything
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: setup ## mypy, strict
	$(BIN)/mypy .

floors: setup ## Import contracts: nothing imports upwards
	$(BIN)/lint-imports

system: setup ## Django's system checks, and ours
	$(MANAGE) check --fail-level WARNING

migrations: setup ## Models and migrations agree
	$(MANAGE) makemigrations --check --dry-run

schema: setup ## The OpenAPI document is made without a warning
	$(MANAGE) spectacular --validate --fail-on-warn --file /dev/null

docs: setup ## The generated documents are fresh
	$(MANAGE) settings_doc --check

translations: setup ## Every text has its translation, and the compiled catalogues are fresh
	$(MANAGE) translations --check

test: setup ## Every test, with coverage; warnings are errors
	$(BIN)/python -m pytest -q -n 2 --cov --cov-report=term:skip-covered --cov-fail-under=95

services: setup ## The tests again on PostgreSQL, Redis and RabbitMQ, and on MariaDB, where they run
	$(MANAGE) test_services

lock: setup ## Lock the requirements anew, for every platform and with hashes
	for kind in base dev prod; do uv pip compile --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url -q requirements/$$kind.txt -o requirements/$$kind.lock; done

check: lint types floors system migrations schema docs translations test services ## Everything CI runs, in CI's order
