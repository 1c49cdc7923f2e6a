# Two commands matter: `make demo` shows the whole story, `make test` proves it.
VENV := .venv
PY := $(VENV)/bin/python
PYTHON ?= python3

.PHONY: setup setup-s3 warm test test-slow lint demo lock clean

setup: $(VENV)/.ready

$(VENV)/.ready: requirements/dev.txt pyproject.toml verifier/pyproject.toml
	test -x $(PY) || $(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet --requirement requirements/dev.txt
	$(PY) -m pip install --quiet --no-deps --no-build-isolation --editable verifier --editable .
	touch $@

# An S3 server on loopback, for the tests of whole projects on object stores; they skip without it.
setup-s3: setup
	$(PY) -m pip install --quiet --group s3

# Compiles the scanner once (a minute), so that not every process of the tests does.
warm: setup
	@$(PY) -c "import privet; privet.detect(['warm'], kinds=['email', 'special'])"

test: warm
	$(PY) -m pytest -n 2 -m "not slow"

test-slow: warm
	$(PY) -m pytest -n 2 -m slow

lint: setup
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

demo: setup
	rm -rf .demo
	$(VENV)/bin/privet demo

# Pin what development uses; users get the ranges of pyproject.toml.
lock:
	$(PY) requirements/inputs.py | $(VENV)/bin/pip-compile --quiet --strip-extras --allow-unsafe \
	    --no-header --no-annotate --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
	    --output-file requirements/dev.txt -

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .demo
