PYTHON ?= python3

.PHONY: run test bench clean

# This host checked, with an agent and a master beside, in an environment of its own. Needs no root, changes nothing on
# the host. ONCE=1 ends after one round, with an error when the host is not fit (make itself then exits with 2 and names
# the verdict's code).
run:
	@sh .ci/venv.sh $(PYTHON) .venv master
	@.venv/bin/nodeprep trial $(if $(ONCE),--once)

# REQUIRE_ALL_TIERS=1 makes a tier that this machine cannot run a failure instead of a skip.
test:
	@sh .ci/venv.sh $(PYTHON) .venv test
	@sh .ci/test.sh

bench:
	@sh .ci/venv.sh $(PYTHON) .venv run
	@.venv/bin/python benchmarks/run.py

clean:
	rm -rf .venv .venvs benchmarks/.venv .coverage .pytest_cache .mypy_cache .ruff_cache .hypothesis .lab
