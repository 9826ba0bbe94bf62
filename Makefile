# The two commands of the README are `make quickstart` and `make test`; both make what is missing first.
PYTHON ?= python3
VENV ?= .venv
TF5 ?= .venv-tf5
EXTRAS = transformers
ADAPTERS = $(addprefix tests/plugins/test_,transformers.py pipeline.py torch.py sklearn.py)
# Four workers at most: each of them loads torch and TextAttack.
PYTEST = -m pytest -n auto --maxprocesses 4
# TORCH_INDEX names an index of torch's CPU builds, 5 GB smaller than what Linux gets else: https://pytorch.org/get-started/locally
INSTALL = -m pip install --quiet $(if $(TORCH_INDEX),--extra-index-url '$(TORCH_INDEX)')
export HF_HUB_OFFLINE = 1
export TOKENIZERS_PARALLELISM = false

ifeq ($(OS),Windows_NT)
BIN = Scripts
else
BIN = bin
endif

.PHONY: quickstart test test-slow test-adapters check check-style bench coverage pictures clean

quickstart: $(VENV)/installed
	$(VENV)/$(BIN)/harness run quickstart

test: $(VENV)/installed-all
	$(VENV)/$(BIN)/python $(PYTEST)

test-slow: $(VENV)/installed-all
	$(VENV)/$(BIN)/python -m pytest -m "slow or not slow"

# The model adapters under both versions of transformers that are supported; what `make test` leaves out of the first.
test-adapters: $(VENV)/installed-all $(TF5)/installed
	$(VENV)/$(BIN)/python $(PYTEST) -m slow $(ADAPTERS)
	$(TF5)/$(BIN)/python $(PYTEST) -m "slow or not slow" $(ADAPTERS) tests/suites

check: check-style test

check-style: $(VENV)/installed-all
	$(VENV)/$(BIN)/ruff check .
	$(VENV)/$(BIN)/ruff format --check .
	$(VENV)/$(BIN)/mypy

bench: $(VENV)/installed-all
	$(VENV)/$(BIN)/python -m benchmarks

# What intervals and verdicts are worth: the tables of docs/statistics.md.
coverage: $(VENV)/installed-all
	$(VENV)/$(BIN)/python -m benchmarks.coverage
	$(VENV)/$(BIN)/python -m benchmarks.abstaining

# The picture in the README, of the quickstart's report; needs chromium.
pictures: $(VENV)/installed-all
	$(VENV)/$(BIN)/python -m benchmarks.pictures

$(VENV)/installed: pyproject.toml constraints.txt
	test -d $(VENV) || $(PYTHON) -m venv $(VENV)
	$(VENV)/$(BIN)/python -m pip install --quiet --upgrade pip
	$(VENV)/$(BIN)/python $(INSTALL) --constraint constraints.txt --editable '.[$(EXTRAS)]'
	touch $@

$(VENV)/installed-all: $(VENV)/installed
	$(VENV)/$(BIN)/python $(INSTALL) --constraint constraints.txt --editable '.[$(EXTRAS),datasets,textattack,shap,lime,sklearn,torch,image,endpoints,onnx,keras,lightgbm,catboost,setfit,spelling,pytest]' --group test --group check
	$(VENV)/$(BIN)/python $(INSTALL) --constraint constraints.txt --no-deps --editable tests/outside_plugin
	$(VENV)/$(BIN)/python $(INSTALL) --constraint constraints.txt --no-deps ferret-xai
	touch $@

$(TF5)/installed: pyproject.toml constraints-tf5.txt
	test -d $(TF5) || $(PYTHON) -m venv $(TF5)
	$(TF5)/$(BIN)/python -m pip install --quiet --upgrade pip
	$(TF5)/$(BIN)/python $(INSTALL) --constraint constraints-tf5.txt --editable '.[$(EXTRAS),datasets,sklearn,torch,image]' --group test
	touch $@

clean:
	rm -rf $(VENV) $(TF5) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
