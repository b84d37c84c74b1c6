PYTHON ?= python3
BIN = .venv/bin
unexport PYTHONDONTWRITEBYTECODE  # each of a night's processes would compile the package anew

.PHONY: night up down test lint bench soak install

night: install  ## one whole night on this machine; on a new one with the sample chats
	@$(BIN)/selfimprove night --sample

up: install  ## Postgres, Dagster's web interface and its daemon, until Ctrl-C
	@$(BIN)/selfimprove up

down: install  ## stop everything
	@$(BIN)/selfimprove down

test: install  ## the whole suite
	@$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder --durations 15

lint: install  ## style, types, layers, size figures
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest -q selfimprove_tests/test_layers.py selfimprove_tests/test_readme.py
	@$(BIN)/python selfimprove_tests/shape.py

bench: install  ## speed and quality against peers in the same run
	@$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[bench]'
	@for table in benchmarks/*.py; do echo; echo "$$table"; $(BIN)/python $$table || exit 1; done

soak: install  ## clients, nights, swaps and kills for MINUTES=15, do the counts add up? then the tests that take longest
	@$(BIN)/python -W ignore -m soak --minutes $(or $(MINUTES),15) $(if $(SEED),--seed $(SEED))
	@$(BIN)/python -m pytest -q -m "long or not long" selfimprove_tests/end_to_end/test_nights.py
	@$(BIN)/python -m pytest -q -m long --ignore selfimprove_tests/end_to_end

install:  ## the set-up alone: .venv from pyproject.toml and constraints.txt
	@$(PYTHON) selfimprove/install.py
