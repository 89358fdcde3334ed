# Every target sets up what it needs: python3 (3.11 to 3.13, with venv) and make are all that must be there.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet
SETUP  := $(VENV)/.ready
BENCH  := $(VENV)/.bench

# One thread per linear-algebra call: the runner parallelises over blocks, not BLAS inside them.
export OMP_NUM_THREADS := 1
export OPENBLAS_NUM_THREADS := 1
export MKL_NUM_THREADS := 1

.DEFAULT_GOAL := help
.PHONY: help setup verify test lint bench report wheel clean

help:
	@echo "make verify   verify every claim (quick tier) and write report/index.html"
	@echo "make test     run the tests"
	@echo "make lint     ruff, pyright, import layers"
	@echo "make bench    measure speed beside other libraries (installs them)"
	@echo "make report   write report/ from the last verification"
	@echo "make wheel    build the wheel and test it from outside the checkout"
	@echo "make clean    remove everything that was made here"

$(SETUP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if (3, 11) <= v < (3, 14) else f"expected Python 3.11 to 3.13, found {v.major}.{v.minor}")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install --constraint constraints.txt --editable '.[dev,report]'
	touch $@

$(BENCH): $(SETUP) benchmarks/requirements.txt
	$(PIP) install --constraint constraints.txt --requirement benchmarks/requirements.txt
	touch $@

setup: $(SETUP)

verify: $(SETUP)
	$(BIN)/firstmover verify --tier quick --report report

test: $(SETUP)
	$(BIN)/python -m pytest -n 2

lint: $(SETUP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	$(BIN)/lint-imports

bench: $(BENCH)
	$(BIN)/python -m benchmarks

report: $(SETUP)
	$(BIN)/firstmover report --out report

wheel: $(SETUP)
	.ci/wheel

clean:
	rm -rf $(VENV) build dist report .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
