# Every target sets up what it needs: Python 3.11 or newer and make are enough.
#   make run [PORT=8000] [SANDBOX=0]   the newsroom, all of it, on this machine
#   make manage DO="help"              manage.py with the settings and servers of that newsroom
#   make test [ARGS=…]                 every test
#   make check                         format, lint, types, imports, migrations
#   make bench [ONLY=name]             the figures, against their baselines
#   make chaos [SEED=… SECONDS=…]      everything fails while replies are posted; the books after it
#   make audit                         known holes in what we use (asks the package index)
#   make licences                      what each of it is licensed under; fails on an unknown one
#   make soak [SECONDS=600]            steady load on all of it: nothing grows, nothing is lost
#   make pictures                      every page as it looks now
#   make reset                         empty var/, where `make run` keeps its data

PYTHON ?= python3
RUN := .venv/bin/python
CODE := campaign responders videos petitions tests manage.py
JINJA := $(shell find templates -name "*.jinja")
# Settings that let Django be read without a server; nothing is kept with them.
UNREAL := SECRET_KEY=only-for-checks-only-for-checks-only \
	EMAIL_HMAC_KEYS=only-for-checks-only-for-checks-only \
	FIELD_ENCRYPTION_KEYS=MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE= \
	DATABASE_URL=postgres://nobody@127.0.0.1:1/none REDIS_URL=redis://127.0.0.1:1/0

.PHONY: audit chaos licences manage pictures run soak test check bench reset dev format check-format check-lint \
	check-types check-imports check-templates check-migrations

run:
	@$(PYTHON) campaign/local/bootstrap.py
	@exec $(RUN) -m campaign.local

# Every page as it looks now, from a running demo, into var/pictures/.
pictures: dev
	$(RUN) -m tests.pictures

manage:
	@$(PYTHON) campaign/local/bootstrap.py
	@$(RUN) -m campaign.local manage $(DO)

reset:
	@$(PYTHON) campaign/local/bootstrap.py
	@exec $(RUN) -m campaign.local reset

dev:
	@$(PYTHON) campaign/local/bootstrap.py --dev

# What starts real processes or a browser comes after the rest: it is judged by the clock, and
# mostly waits, so the journeys, in one newsroom, run beside the others. A journey that fails is
# tried again, and the closing lines name it (R); a process test never is.
test: dev
	$(RUN) -m pytest -n auto --maxprocesses 8 -m "not process and not journey" $(ARGS)
	CHROMIUM="$$($(RUN) -m tests.browser)" $(RUN) -m pytest -n 2 --dist loadgroup -rsR -m "process or journey" $(ARGS)

# `make -k check` goes on after the first complaint.
check: check-format check-lint check-types check-imports check-templates check-migrations

check-format: dev
	$(RUN) -m ruff format --check $(CODE)

check-lint: dev
	$(RUN) -m ruff check $(CODE)

check-types: dev
	$(UNREAL) $(RUN) -m mypy $(CODE)

check-imports: dev
	$(UNREAL) .venv/bin/lint-imports

check-templates: dev
	.venv/bin/djangofmt --check templates
	.venv/bin/djangofmt check templates
	.venv/bin/djangofmt --profile jinja --check $(JINJA)
	.venv/bin/djangofmt --profile jinja check $(JINJA)

check-migrations: dev
	$(UNREAL) $(RUN) -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	$(UNREAL) $(RUN) -W ignore::RuntimeWarning -m tests.migrations

format: dev
	$(RUN) -m ruff format $(CODE)
	$(RUN) -m ruff check --fix $(CODE)
	.venv/bin/djangofmt templates
	.venv/bin/djangofmt --profile jinja $(JINJA)

bench: dev
	ONLY="$(ONLY)" $(RUN) -m tests.bench

# Tools with many parts of their own, which the newsroom's environment need not know.
AUDIT := var/audit/bin
AUDIT_TOOLS := pip-audit==2.10.1 pip-licenses==5.5.5
$(AUDIT): Makefile
	$(PYTHON) -m venv var/audit
	$(AUDIT)/pip install -q --disable-pip-version-check $(AUDIT_TOOLS)
	@touch $(AUDIT)

audit: $(AUDIT)
	$(AUDIT)/pip-audit --requirement requirements.txt --no-deps --disable-pip --strict

# AGPL asks of whoever runs a service to publish it all; "UNKNOWN" has to be looked up by a person
# (axe-playwright-python is MIT: its wheel holds the licence, its metadata do not say so).
licences: dev $(AUDIT)
	$(AUDIT)/pip-licenses --python=$(RUN) --from=mixed --order=license --partial-match \
		--ignore-packages axe-playwright-python --fail-on="Affero;UNKNOWN"

# Only this machine is touched; writes var/soak.json.
soak: dev
	SECONDS="$(SECONDS)" $(RUN) -m tests.soak

# Only this machine is touched; writes var/chaos.json. The printed seed plays it again.
chaos: dev
	SEED="$(SEED)" SECONDS="$(SECONDS)" $(RUN) -m tests.chaos
