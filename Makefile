# Everything a person runs here. `make` alone lists it.
.DEFAULT_GOAL := help
.PHONY: help demo flask clean-demo test proof bench lint lint-format lint-code lint-types lint-layers lint-templates lint-security known-weaknesses known-secrets format words pictures pins

# The first interpreter that is new enough; `make PYTHON=… demo` names another.
PYTHON ?= $(firstword $(foreach p,python3 python3.14 python3.13 python3.12 python3.11,$(shell $(p) -c 'import sys; print("$(p)" if sys.version_info >= (3, 11) else "")' 2>/dev/null)))
BIN := .venv/bin
CHECKED := portal sandbox laptop benchmarks tests docs/draw_life.py worker.py wsgi.py

# All tests run side by side, in more processes than a small machine has cores, because much of a test is waiting. A few
# that were picked run one after another: what they need is started once, and what they say stays in order.
PROCESSES ?= 3
SIDE_BY_SIDE := --numprocesses=$(PROCESSES) --dist=worksteal

help:
	@echo 'make demo        an AWS Marketplace and the portal on this machine; Ctrl-C stops them'
	@echo 'make flask       one of the portal’s commands, in the running demo (make flask ARGS="doctor", ARGS="confirm --sandbox")'
	@echo 'make clean-demo  forget everything the demo remembers'
	@echo 'make test        everything the tests need, then all of them (make test ARGS="-k claim" picks some)'
	@echo 'make proof       try for some minutes to lose or double a notification, and to take a defence away unseen (ARGS="crash --rounds 300" picks one)'
	@echo 'make bench       measure it all, some minutes (make bench ARGS="--only a,b --quick" measures less)'
	@echo 'make lint        formatting, lint, types, layers, templates, secrets'
	@echo 'make known-weaknesses   whether a weakness is known of a pinned package, where that can be asked'
	@echo 'make format      write the formatting'
	@echo 'make words       bring the translations up to date with the texts in the code; say what is still to be translated'
	@echo 'make pictures    draw the life of a contract anew, from the table in the code'
	@echo 'make pins        choose the newest versions pyproject.toml allows and write requirements*.txt'

demo: .venv/demo
	@$(BIN)/python -m laptop.demo

flask: .venv/demo
	@$(BIN)/python -m laptop.commands $(ARGS)

clean-demo:
	@rm -rf .laptop && echo 'The demo starts from nothing next time.'

test: .venv/dev
	@$(BIN)/python -m laptop.browser
	$(BIN)/python -m pytest $(or $(ARGS),$(SIDE_BY_SIDE))

proof: .venv/dev
	@$(BIN)/python -m tests.proof $(or $(ARGS),all)

bench: .venv/bench
	@$(BIN)/python -m benchmarks $(ARGS)

# One target each, so that `make --keep-going lint` shows everything that is wrong.
lint: lint-format lint-code lint-types lint-layers lint-templates lint-security

lint-format: .venv/dev
	$(BIN)/ruff format --check $(CHECKED)

lint-code: .venv/dev
	$(BIN)/ruff check $(CHECKED)

lint-types: .venv/dev
	$(BIN)/mypy

lint-layers: .venv/dev
	$(BIN)/lint-imports

lint-templates: .venv/dev
	$(BIN)/djlint --lint --quiet portal/templates sandbox/templates

# Where a secret could slip in. What looks like one and is none stands in .secrets.baseline (`make known-secrets`).
READABLE = $(shell find $(CHECKED) docs .ci Makefile Procfile README.md CHANGELOG.md pyproject.toml products.toml .env.example \
	-type f -not -path '*/__pycache__/*')

lint-security: .venv/dev
	$(BIN)/bandit --quiet --configfile pyproject.toml --severity-level medium --recursive portal worker.py wsgi.py
	@$(BIN)/detect-secrets-hook --baseline .secrets.baseline $(READABLE)

known-secrets: .venv/dev
	@$(BIN)/detect-secrets scan --slim $(READABLE) > .secrets.new && mv .secrets.new .secrets.baseline
	@git diff --stat .secrets.baseline

known-weaknesses: .venv/dev
	@$(BIN)/python -m laptop.weaknesses

format: .venv/dev
	$(BIN)/ruff format $(CHECKED)
	$(BIN)/ruff check --fix $(CHECKED)

words: .venv/demo
	@$(BIN)/python -m laptop.words $(ARGS)

pictures: .venv/demo
	PYTHONPATH=. $(BIN)/python docs/draw_life.py

# The virtual environment, and what is installed in it: the demo's packages, or also those of tests and lint.
.venv/bin/python:
	@test -n '$(PYTHON)' || { echo 'This needs Python 3.11 or newer, and none was found. Install one, or say where: make PYTHON=/path/to/python3'; exit 1; }
	@echo 'Making the virtual environment .venv with $(PYTHON)'
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo 'Python cannot make virtual environments here. On Debian and Ubuntu: apt-get install python3-venv'; exit 1; }

.venv/demo: requirements-demo.txt | .venv/bin/python
	@echo 'Installing the pinned packages (once, about a minute)'
	$(BIN)/python -m pip install --require-hashes --disable-pip-version-check --progress-bar on -r requirements-demo.txt
	@touch $@

.venv/dev: requirements-dev.txt | .venv/bin/python
	@echo 'Installing the pinned packages, those for tests and lint included (once, about two minutes)'
	$(BIN)/python -m pip install --require-hashes --disable-pip-version-check --progress-bar on -r requirements-dev.txt
	@touch $@ .venv/demo

.venv/bench: requirements-bench.txt | .venv/bin/python
	@echo 'Installing the pinned packages, those for benchmarks included (once, about a minute)'
	$(BIN)/python -m pip install --require-hashes --disable-pip-version-check --progress-bar on -r requirements-bench.txt
	@touch $@ .venv/demo

# Each file is whole, with the hash of every package that may be installed, and keeps to the versions of the one before.
# Redis needs async-timeout on the earliest 3.11s only, where pip-compile may not be running, so that is written by hand.
COMPILE = $(BIN)/pip-compile --quiet --strip-extras --no-header --no-annotate --no-emit-index-url --generate-hashes \
	--allow-unsafe --no-emit-find-links --no-emit-trusted-host pyproject.toml
pins: | .venv/bin/python
	$(BIN)/python -m pip install --quiet pip-tools
	@set -e; new=$$(mktemp -d); trap 'rm -rf "$$new"' EXIT; \
	write() { { echo "# $$3 Written by \`make pins\`."; \
	  echo "async-timeout==5.0.1 ; python_full_version < '3.11.3' \\"; \
	  echo '    --hash=sha256:39e3809566ff85354557ec2398b55e096c8364bacac9405a7a1fa429e77fe76c \'; \
	  echo '    --hash=sha256:d9321a7a3d5a6a5e187e824d2fa0793ce379a202935782d555d6e9d2735677d3'; cat "$$new/$$1"; } > "$$2"; }; \
	$(COMPILE) --upgrade -o "$$new/runtime"; \
	$(COMPILE) -c "$$new/runtime" --extra demo -o "$$new/demo"; \
	$(COMPILE) -c "$$new/demo" --extra demo --extra dev -o "$$new/dev"; \
	$(COMPILE) -c "$$new/dev" --extra demo --extra bench -o "$$new/bench"; \
	write runtime requirements.txt 'What the portal and its worker run on, pinned with hashes.'; \
	write demo requirements-demo.txt 'That, and what `make demo` adds: the sandbox, Valkey.'; \
	write dev requirements-dev.txt 'The demo, and what tests and lint add.'; \
	write bench requirements-bench.txt 'The demo, and what `make bench` adds: PostgreSQL, tables, Celery.'; \
	rm -rf marketplace_portal.egg-info
