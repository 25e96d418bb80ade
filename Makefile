# Everything here needs Python 3.11 or newer and make, nothing else.
# `make book` and `make test` make their own environment; a second run does not install again.

PYTHON ?= python3
VENV ?= .venv
PORT ?= 8000
# What `make quick` tests: the floors in which something is changed, with those above; else all four.
CHANGED = $(shell git diff --name-only HEAD 2>/dev/null; git ls-files -o --exclude-standard 2>/dev/null)
IN = $(filter $(foreach floor,$(1),cnnlib/$(floor)/% tests/$(floor)/%),$(CHANGED))
FLOORS ?= $(or $(strip $(if $(call IN,ops trace nn),ops trace nn) $(if $(call IN,check),check)),ops trace nn check)
FUZZ_INPUTS ?= 100000
MUTANTS ?= 400
BIN := $(VENV)/bin
SITE := _build/html

# Folders too: removing a file changes its folder.
SOURCES := $(shell find chapters cnnlib _ext _static -not -name '*.pyc' -not -name __pycache__ \
    -not -path '* *' 2>/dev/null) _config.yml _toc.yml

# The images are small: a second BLAS thread costs more than it brings, and pages run side by side.
export OPENBLAS_NUM_THREADS := 1
export OMP_NUM_THREADS := 1

.PHONY: .FORCE book test quick test-browser fuzz mutants check audit serve lab homework screenshot bench clean help

help:
	@echo "make book        build the site (into $(SITE)); CLEAN=1 from nothing"
	@echo "make test        run everything that is tested"
	@echo "make quick       the tests of ops, trace, nn and check alone, FLOORS=… for some; no book, no browser"
	@echo "make test-browser  the widgets in Chromium; no book"
	@echo "make serve       show the site on 127.0.0.1:$(PORT)"
	@echo "make lab         open the chapters as notebooks in JupyterLab"
	@echo "make homework    write the assignments for a course (into _build/homework); SEED=… keeps their numbers"
	@echo "make check       format, lint, types and floors"
	@echo "make audit       look the pinned packages up in a database of known weaknesses"
	@echo "make fuzz        feed damaged files to the loaders; FUZZ_INPUTS=$(FUZZ_INPUTS), FUZZ_SEED=…"
	@echo "make mutants     plant $(MUTANTS) small faults and count how many a test notices"
	@echo "make screenshot  take the README's picture of the built book"
	@echo "make bench       measure the speed of everything, against PyTorch and loops; BENCH=--no-site skips the pages"
	@echo "make clean       remove the site; the environment stays"

book: $(SITE)/.built
	@echo
	@echo "The book is ready. Open  file://$(CURDIR)/$(SITE)/index.html  or run  make serve"

# What an unchanged page needs is kept, under names which change with all it depends on.
$(SITE)/.built: $(VENV)/.book $(SOURCES) $(if $(CLEAN),.FORCE)
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python _ext/build_book.py $(if $(CLEAN),--clean)
	@touch $@

test: $(VENV)/.dev $(SITE)/.built
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pytest -n auto --maxprocesses 4 --dist worksteal $(if $(DURATIONS),--durations=$(DURATIONS))

# After a change in a floor: its tests and doctests. Mistakes are planted with one seed instead of two.
quick: $(VENV)/.dev
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pytest -q -n auto --maxprocesses 4 --dist worksteal \
	    -m "not slow and not torch and not browser" -k "not 20240229" \
	    $(foreach floor,$(FLOORS),cnnlib/$(floor) tests/$(floor)) cnnlib/autograd.py cnnlib/gradcheck.py \
	    tests/test_autograd.py tests/test_gradcheck.py tests/test_house.py tests/test_architecture.py \
	    tests/widgets/test_javascript.py

test-browser: $(VENV)/.dev
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pytest -q -n auto --maxprocesses 4 --dist worksteal tests/browser/widgets

fuzz: $(VENV)/.dev
	FUZZ_INPUTS=$(FUZZ_INPUTS) PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pytest -q tests/fuzz/fuzz_*.py

mutants: $(VENV)/.dev
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m tests.mutation.run --sample $(MUTANTS)

check: $(VENV)/.dev $(VENV)/.javascript
	PATH="$(CURDIR)/$(BIN):$(CURDIR)/$(VENV)/javascript/node_modules/.bin:$$PATH" $(BIN)/pre-commit run --all-files

# Known weaknesses of what requirements.txt pins; asks a database on the network.
audit: $(VENV)/.dev
	$(BIN)/python -m pip install --quiet pip-audit
	$(BIN)/python -m pip_audit --local --skip-editable

serve: $(SITE)/.built
	@echo "http://127.0.0.1:$(PORT)/  (stop with Ctrl-C)"
	@$(BIN)/python -m http.server $(PORT) --bind 127.0.0.1 --directory $(SITE)

# The clean notebooks, copied once: what a reader writes there is never overwritten.
lab: $(SITE)/.built
	$(BIN)/python _ext/lab_settings.py
	mkdir -p notebooks
	cp -n $(SITE)/notebooks/*.ipynb notebooks/
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/jupyter lab notebooks

# The folder is not part of the site; make book and make clean remove it with the rest of _build.
homework: $(VENV)/.course
	$(BIN)/python -m homework.make $(if $(SEED),--seed $(SEED)) $(if $(PER_STUDENT),--per-student) \
	    $(if $(INSTALL),--install "$(INSTALL)") $(if $(BOOK),--book "$(BOOK)") $(ONLY)

screenshot: $(VENV)/.dev $(SITE)/.built
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python _ext/screenshot.py $(SITE) _static/screenshot.png

# Not part of the tests: times belong to a machine. Takes some minutes, best on an idle one.
bench: $(VENV)/.dev
	$(BIN)/python -m pip install --quiet torch || echo "without PyTorch there is nothing to compare with"
	$(BIN)/python benchmarks/run.py $(BENCH)

clean:
	rm -rf _build

$(VENV)/.book: requirements.txt pyproject.toml
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'Python 3.11 or newer is needed: make PYTHON=python3.12 …')"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet -r requirements.txt
	@touch $@

$(VENV)/.course: $(VENV)/.book
	$(BIN)/python -m pip install --quiet -e ".[course]"
	@touch $@

$(VENV)/.dev: $(VENV)/.book
	$(BIN)/python -m pip install --quiet -e ".[dev]"
	@touch $@

# Biome and TypeScript only look at the JavaScript; the pages need neither.
$(VENV)/.javascript: _ext/javascript/package-lock.json $(VENV)/.dev
	mkdir -p $(VENV)/javascript
	cp _ext/javascript/package.json _ext/javascript/package-lock.json $(VENV)/javascript
	PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --prefix $(VENV)/javascript --no-audit --no-fund --loglevel error
	@touch $@
