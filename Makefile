SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
JOBS ?= $(shell nproc)
SOURCES = $(wildcard libs services deploy tests)

# What one process has compiled, the next one reads, whatever the shell says: each service is a process.
export PYTHONDONTWRITEBYTECODE :=

help:  ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  \033[1m%-8s\033[0m %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(READY)  ## Start the whole suite on this machine; Ctrl-C stops it
	@$(BIN)/tandem run

demo: $(READY)  ## Load the demonstration data into the running suite
	@$(BIN)/tandem demo $(if $(FILE),--file "$(FILE)")

test: $(READY)  ## Run the tests, with a real MongoDB and RabbitMQ (ARGS="-k leads" chooses)
	@$(BIN)/pytest $(ARGS)

check: $(READY)  ## Check format, lint, types, import rules, dependencies and deployment files
	@$(MAKE) --no-print-directory --jobs=$(JOBS) --keep-going --output-sync=target $(CHECKS)
	@echo "Everything holds."

bench: $(READY)  ## Measure speed
	@$(BIN)/python -m tests.benchmarks $(ARGS)

faults: $(READY)  ## Kill, freeze and cut processes under load (MODE=quick or full)
	@$(BIN)/pytest -n 0 -m "$(if $(filter full,$(MODE)),fault,fault and not full)" tests/faults $(ARGS)

format: $(READY)  ## Format the code and mend what lint can mend
	@$(BIN)/ruff format
	@$(BIN)/ruff check --fix --quiet

lock: $(READY)  ## Write the lock files anew from pyproject.toml (UPGRADE=1 takes newer versions)
	@$(COMPILE) --group build --output-file requirements/build.txt
	@$(COMPILE) pyproject.toml --all-extras --output-file requirements/dev.txt
	@$(COMPILE) pyproject.toml $(RUNTIME_EXTRAS:%=--extra %) --constraint requirements/dev.txt --output-file requirements/runtime.txt

docs: $(READY)  ## Write the reference of events and their AsyncAPI document anew from the code
	@$(BIN)/tandem docs

clean:  ## Remove the virtual environment, the caches and the local databases
	rm -rf $(VENV) .tandem .mypy_cache .pytest_cache .ruff_cache .hypothesis .schemathesis build dist
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +

.PHONY: help run demo test check bench faults format lock docs clean

$(READY): requirements/build.txt requirements/dev.txt
	@.ci/venv $(VENV)
	@touch $@

# What `make check` runs, side by side.
CHECKS := check-format check-lint check-types check-imports check-packages check-security check-compose check-docker check-alerts
.PHONY: $(CHECKS)

check-format:
	@.ci/step format $(BIN)/ruff format --check --output-format concise

check-lint:
	@.ci/step lint $(BIN)/ruff check --output-format concise

check-types:
	@.ci/step types $(BIN)/mypy $(SOURCES)

check-imports:
	@.ci/step imports $(BIN)/pytest -n 0 -q tests/architecture

check-packages:
	@.ci/step packages $(BIN)/deptry --no-ansi $(filter-out tests,$(SOURCES))

check-security:
	@.ci/step security $(BIN)/bandit --quiet --recursive --severity-level medium $(filter-out tests,$(SOURCES))

check-compose: $(wildcard docker-compose.yml)
	@$(if $^,.ci/step compose $(BIN)/check-jsonschema --builtin-schema vendor.compose-spec $^,:)

check-docker: $(wildcard deploy/docker/Dockerfile)
	@$(if $^,.ci/step docker $(BIN)/hadolint $^,:)

PROMTOOL := $(shell command -v promtool)
ALERTS := deploy/prometheus
check-alerts: $(wildcard $(ALERTS)/*)
	@$(if $(PROMTOOL),.ci/step alerts $(PROMTOOL) check config $(ALERTS)/prometheus.yml,\
		echo "alerts         left out: promtool (Debian package prometheus) is not on PATH")
	@$(if $(PROMTOOL),.ci/step alert-tests $(PROMTOOL) test rules $(ALERTS)/alerts_test.yml,:)

COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-annotate --custom-compile-command "make lock" $(if $(UPGRADE),--upgrade)
RUNTIME_EXTRAS := gateway identity sales marketing service activity reporting journal tracing
