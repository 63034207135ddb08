PYTHON ?= python3

.PHONY: run test bench rpm repo clean

# Not of `make -n`, for which nothing is done.
ifeq ($(MAKECMDGOALS)$(findstring n,$(filter-out --%,$(firstword -$(MAKEFLAGS)))),run)
ASKED := $(ONCE)
endif
ifdef ASKED
MAKEFLAGS := q$(MAKEFLAGS)
endif

# This host checked, with an agent and a master beside, in an environment of its own. Needs no root, changes nothing on
# the host. ONCE=1 ends after one round, with the verdict's code. make itself ends with 2 for whatever fails, but hands a
# 1 on when it is asked a question (-q) and the line is one that it does all the same (+). It has no 3: of a 3, and on
# versions of make that hand no 1 on, it says "Error 3" and ends with 2.
run: PLUS = $(if $(ASKED),+)
run:
	$(PLUS)@sh .ci/venv.sh $(PYTHON) .venv master || exit 2
	$(PLUS)@MAKEFLAGS= .venv/bin/nodeprep trial $(if $(ONCE),--once)

# REQUIRE_ALL_TIERS=1 makes a tier that this machine cannot run a failure instead of a skip.
test:
	@sh .ci/venv.sh $(PYTHON) .venv test
	@sh .ci/test.sh

# Real nodes only: systemd containers, and whole virtual machines with SELinux. What could not run is named at the end.
lab:
	@sh .ci/venv.sh $(PYTHON) .venv test
	@.venv/bin/python -m pytest -q --durations=10 tests/lab

bench:
	@sh .ci/venv.sh $(PYTHON) .venv run
	@.venv/bin/python benchmarks/run.py

# The packages for CentOS 7 to 10, into dist/rpm; RELEASES=el9 ARCHES=x86_64 for some of them. packaging/rpm/README.md
rpm:
	@$(PYTHON) packaging/rpm/build.py $(if $(RELEASES),--releases $(RELEASES)) $(if $(ARCHES),--arches $(ARCHES))

# A repository of them in dist/repo for dnf and yum. KEY=... signs by that key of gpg; URL=... is where it will be found.
repo:
	@$(PYTHON) packaging/rpm/repo.py $(if $(KEY),--key $(KEY)) $(if $(URL),--url $(URL))

# Not build/sources, the wheels that were fetched.
clean:
	rm -rf dist .venv .venvs benchmarks/.venv .coverage .pytest_cache .mypy_cache .ruff_cache .hypothesis .lab
