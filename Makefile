# `make demo` shows what marchpast does; `make test` checks all of it. Each sets up what it needs.
PYTHON ?= python3
VENV := .venv
TRAIN_VENV := .venv-train
NEIGHBOURS_VENV := .venv-neighbours
RUN := $(VENV)/bin
DEMO_OUT := demo-out

.PHONY: demo test check test-base test-train test-neighbours format lock clean

demo: $(VENV)/.ready
	$(RUN)/classify-frames datasets/demo/convoy.mp4 --inventory vladivostok-2017 \
		--out $(DEMO_OUT) --overwrite --annotate
	@echo "Report: $(CURDIR)/$(DEMO_OUT)/report.html"

test: check test-base test-train test-neighbours

check: $(VENV)/.ready
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/mypy
	$(RUN)/codespell src tests benchmarks docs README.md CHANGELOG.md

test-base: $(VENV)/.ready
	$(RUN)/python -m pytest --nbmake tests src notebooks

# torch stays out of the base environment; its tests run in one of their own.
test-train: $(TRAIN_VENV)/.ready
	$(TRAIN_VENV)/bin/python -m pytest tests/training tests/cli/test_model_commands.py \
		src/marchpast/training

# What other projects' own programs make of our exports, and we of theirs. megadetector and
# auto-archiver come without the networks and browsers that these parts of them never touch, and
# fiftyone without its database server.
test-neighbours: $(NEIGHBOURS_VENV)/.ready
	$(NEIGHBOURS_VENV)/bin/python -m pytest tests/exchange

format: $(VENV)/.ready
	$(RUN)/ruff check --fix .
	$(RUN)/ruff format .

# The exact versions of the development environment, for every platform, with hashes.
lock: $(VENV)/.ready
	$(RUN)/uv pip compile pyproject.toml --extra cpu --extra synthesis --group dev --universal \
		--generate-hashes --no-emit-index-url --no-header --upgrade -o requirements-dev.lock

$(VENV)/.ready: pyproject.toml requirements-dev.lock
	$(PYTHON) -m venv --clear $(VENV)
	$(RUN)/python -m pip install --quiet --require-hashes -r requirements-dev.lock
	$(RUN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	touch $@

$(TRAIN_VENV)/.ready: pyproject.toml
	$(PYTHON) -m venv --clear $(TRAIN_VENV)
	$(TRAIN_VENV)/bin/python -m pip install --quiet -e ".[train]" pytest hypothesis
	touch $@

$(NEIGHBOURS_VENV)/.ready: pyproject.toml
	$(PYTHON) -m venv --clear $(NEIGHBOURS_VENV)
	$(NEIGHBOURS_VENV)/bin/python -m pip install --quiet -e ".[cpu]" pytest hypothesis \
		pycocotools supervision humanfriendly jsonpickle fastquadtree dill send2trash clipboard \
		pandas python-dateutil tqdm dataclasses-json loguru python-slugify yt-dlp retrying \
		beautifulsoup4
	$(NEIGHBOURS_VENV)/bin/python -m pip install --quiet --no-deps megadetector auto-archiver fiftyone
	$(NEIGHBOURS_VENV)/bin/python -c 'from importlib.metadata import requires; \
		print(*(r for r in requires("fiftyone") if "extra ==" not in r and "fiftyone-db" not in r), sep="\n")' \
		> $(NEIGHBOURS_VENV)/fiftyone.txt
	$(NEIGHBOURS_VENV)/bin/python -m pip install --quiet -r $(NEIGHBOURS_VENV)/fiftyone.txt
	touch $@

clean:
	rm -rf $(VENV) $(TRAIN_VENV) $(NEIGHBOURS_VENV) $(DEMO_OUT)
