# The one door for people and CI.  `make` alone lists what there is.
#
#   PYTHON=/path/to/python3   the Python that .venv is made from (3.10 or newer)
#   PREFIX=/usr/local         where `make install` puts the C library
#   ARGS='-k tls -x'          handed on to the tool that a target runs

PYTHON ?= python3
ARGS   ?=

VENV := .venv
BIN  := $(VENV)/bin
PIP  := $(BIN)/python -m pip --quiet --disable-pip-version-check
# CMake and ninja come from the environment too: a fresh machine has neither.
TOOLS := scikit-build-core>=0.10 cmake>=3.22 ninja
# pip only configures the build: a compiler's error belongs in ninja's output, not in pip's.
EDITABLE := --no-build-isolation --config-settings=build.targets=isolde_header --editable

LIBRARY := src/isolde/lib/libisolde.so
# save.h is assembly, which clang-format takes for C.
C_FILES  = $(shell find core tests examples benchmarks -type f ! -name save.h \
	-regex '.*\.\(c\|h\|cpp\|hpp\)')
CORE    := $(wildcard core/*.c core/*.h core/*.hpp core/x86_64/* core/preloaded/* core/interpreter/* cmake/*) CMakeLists.txt

# Stamps: each says when its step last succeeded, so that nothing is installed twice.
INSTALLED := $(VENV)/.installed
DEVELOPER := $(VENV)/.installed-developer
COMPARED  := $(VENV)/.installed-bench

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
MAKEFLAGS += --no-builtin-rules --no-print-directory

.PHONY: help venv build install demo man test lint format types tidy sanitize valgrind soak cycles conformance fuzz census contract agreement bench bench-pictures wheels packages suites clean orders fuzz-tools

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

venv: $(DEVELOPER) ## Make .venv with Isolde (editable) and every tool below

build: $(LIBRARY) ## Compile libisolde.so into the editable install

# Needs a C compiler and CMake, no Python: for C and C++ hosts.  DESTDIR works, too.
PREFIX ?= /usr/local
CMAKE  := $(firstword $(wildcard $(BIN)/cmake) cmake)
install: ## Install libisolde.so, libisolde.a, headers, pkg-config, CMake and manual pages into PREFIX
	@$(CMAKE) -S . -B build/install -DCMAKE_INSTALL_PREFIX="$(abspath $(PREFIX))" >/dev/null
	@$(CMAKE) --build build/install
	@$(CMAKE) --install build/install

demo: $(LIBRARY) ## Build the quickstart's modules, serve them, call each function once
	@$(BIN)/python examples/quickstart/demo.py $(ARGS)

man: ## Make the manual pages of docs/reference (they are kept in man/)
	@$(PYTHON) man/pages.py

test: $(DEVELOPER) $(LIBRARY) ## Run the whole test suite
	@$(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)

lint: $(DEVELOPER) ## Check style of Python (ruff) and C (clang-format)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/clang-format --dry-run --Werror $(C_FILES)

format: $(DEVELOPER) ## Rewrite Python and C in the house's style
	@$(BIN)/ruff check --fix --exit-zero .
	@$(BIN)/ruff format .
	@$(BIN)/clang-format -i $(C_FILES)

types: $(DEVELOPER) ## Check types (mypy --strict)
	@$(BIN)/mypy

tidy: $(LIBRARY) ## Look for bugs in C with clang-tidy (where it is installed)
	@clang-tidy --quiet -p build/editable $(wildcard core/*.c) $(ARGS)

# ASan keeps freed memory for a while and answers for puts itself: four cases measure just that.
# The second, rehearsed relocation of a first image is that of a later one (331).
# It brings a libstdc++ along, and two cases crash on purpose or ask for a host without one.
# It also defines functions of libc's: its strdup takes memory of ASan's, not of the process's own
# malloc, and its realpath has one version.  Where the table of mappings is full it ends the process.
UNSANITIZED := not 055_the_process_allocator and not 056_old_versions and not 068_tls_is_freed \
	and not 160_close_unmaps and not 184_one_libc_for_all and not 191_a_full_mapping \
	and not 253_exceptions_are_counted_without and not 267_what_outlives and not 313_nothing_stays \
	and not 331_later_copies
# A space's own operator new is malloc to ASan, the host's operator delete is ASan's.
ASAN := detect_leaks=0:abort_on_error=1:alloc_dealloc_mismatch=0

sanitize: $(DEVELOPER) $(LIBRARY) ## Run the loader's rules with ASan and UBSan in libisolde.so
	@$(BIN)/cmake -S . -B build/sanitize -G Ninja -DCMAKE_MAKE_PROGRAM=$(CURDIR)/$(BIN)/ninja \
		-DISOLDE_SANITIZE=address,undefined -DISOLDE_REHEARSE=ON >/dev/null
	@$(BIN)/cmake --build build/sanitize -- --quiet
	@ISOLDE_LIBRARY=build/sanitize/libisolde.so LD_PRELOAD="$$(gcc -print-file-name=libasan.so)" \
		ASAN_OPTIONS=$(ASAN) \
		$(BIN)/python -m pytest -n auto --dist worksteal -k 'isolde and $(UNSANITIZED)' tests/cases $(ARGS)

# These measure what valgrind itself changes (mappings, memory, permissions, malloc; a child that
# calls _exit flushes stdout there, also with plain glibc), crash on purpose, trap, or fork hundreds of
# times, which takes a minute there.
UNVALGRINDABLE := not 048_text and not 055_the_process_allocator and not 068_tls_is_freed \
	and not 103_malloc and not 112_fork_handlers and not 115_long_jump and not 138_a_signal \
	and not 160_close_unmaps \
	and not 180_each_space and not 191_a_full_mapping and not 228_a_fork_meets \
	and not 260_operator_new and not 262_state_inside and not 308_exec and not 313_nothing_stays \
	and not 323_an_allocator and not 331_later_copies
# Each space has its own libstdc++, and valgrind redirects only some of a copy's new and delete.
VALGRIND := valgrind --quiet --error-exitcode=99 --show-mismatched-frees=no \
	--suppressions=$(CURDIR)/tests/cases/valgrind.supp

valgrind: $(DEVELOPER) $(LIBRARY) ## Run the loader's rules under valgrind's memcheck, and the threads of soak under helgrind
	@ISOLDE_CASES_UNDER='$(VALGRIND)' \
		$(BIN)/python -m pytest -n auto --dist worksteal -k 'isolde and $(UNVALGRINDABLE)' tests/cases $(ARGS)
	@$(BIN)/python -m pytest -q --no-header -k TestUnderValgrind tests/soak

ROUNDS  ?= 20
THREADS ?= 64
SECONDS ?= 600
soak: $(DEVELOPER) $(LIBRARY) ## Run the rules ROUNDS times over (20), then THREADS (64) for SECONDS (600), twice
	@for round in $$(seq $(ROUNDS)); do \
		$(BIN)/python -m pytest -n auto --dist worksteal -q --no-header -x \
			tests/cases tests/crash tests/unit/python $(ARGS) || exit 1; \
	done
	@ISOLDE_SOAK_TIMES=$(ROUNDS) $(BIN)/python -m pytest -q --no-header tests/soak $(ARGS)
	@$(BIN)/python -m tests.soak.run $(THREADS) $(SECONDS)

CYCLES ?= 200
cycles: $(DEVELOPER) $(LIBRARY) ## Open and close CYCLES (200) private interpreters with numpy; memory must level off
	@ISOLDE_CYCLES=$(CYCLES) $(BIN)/python -m pytest -q --no-header -k level_off tests/end_to_end/interpreter $(ARGS)

conformance: $(DEVELOPER) $(LIBRARY) ## Run every rule in every way, and write the table of the reference
	@$(BIN)/python -m tests.cases.conformance $(ARGS)

wheels: $(DEVELOPER) ## Install the wheels that Isolde is proved on into build/packages (300 MB to fetch)
	@$(BIN)/python -m tests.end_to_end.packages.environment

suites: $(DEVELOPER) $(LIBRARY) ## Run CPython's tests and numpy's inside interpreters, compare with a plain Python
	@$(BIN)/python -m tests.suites.suites --markdown $(ARGS)

packages: $(DEVELOPER) $(LIBRARY) ## Run the packages' own test suites, plain and isolated, and write the table
	@$(BIN)/python -m tests.end_to_end.packages.suites $(ARGS)

fuzz: $(DEVELOPER) ## Feed a million broken files to the core's readers (needs clang with libFuzzer)
	@$(BIN)/python -m tests.fuzz.run $(ARGS)

fuzz-tools: $(DEVELOPER) ## Feed a million malformed files to the reader, ar and strip
	@$(BIN)/python -m tests.fuzz.tools $(ARGS)

census: $(DEVELOPER) $(LIBRARY) ## Open every shared object of this system with glibc and Isolde, compare
	@$(BIN)/python -m tests.census.census $(ARGS)

contract: $(DEVELOPER) $(LIBRARY) ## Compare the explaining resolver with glibc and the core, over every file of this system
	@nice $(BIN)/python -m tests.contract.contract $(ARGS)
	@nice $(BIN)/python -m tests.contract.faults

agreement: $(DEVELOPER) $(LIBRARY) ## Give every object file of this system to our tools and to binutils, and write the table
	@$(BIN)/python -m tests.agreement --write $(ARGS)

orders: $(DEVELOPER) ## Compare the order of loading and of constructors with glibc's, for every file here
	@$(BIN)/python -m tests.oracle.orders $(ARGS)

bench: $(COMPARED) $(LIBRARY) ## Measure spaces, opens, calls and tools against their peers: a table, and results/latest.json
	@$(BIN)/python -m benchmarks $(ARGS)

bench-pictures: $(COMPARED) $(LIBRARY) ## Measure what is in the pictures of what a space costs, and draw them into docs/
	@$(BIN)/python -m benchmarks --pictures $(ARGS) open floor memory copies scale

clean: ## Remove everything that make made, .venv included
	rm -rf $(VENV) build dist src/isolde/lib src/isolde/include
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || \
		{ echo "make: $(PYTHON) is older than 3.10; say PYTHON=/path/to/a/newer/python3" >&2; exit 1; }
	@echo "making $(VENV) with $(PYTHON)"
	@$(PYTHON) -m venv $(VENV)

$(INSTALLED): $(BIN)/python pyproject.toml CMakeLists.txt
	@echo "installing isolde into $(VENV)"
	@$(PIP) install '$(subst $() ,' ',$(TOOLS))'
	@$(PIP) install $(EDITABLE) .
	@touch $@

$(DEVELOPER): $(INSTALLED)
	@echo "installing the tools for tests and checks into $(VENV)"
	@$(PIP) install $(EDITABLE) '.[dwarf,disasm,test,lint]'
	@touch $@

# Offline, make bench leaves out what is not there.
$(COMPARED): $(DEVELOPER)
	@echo "installing what make bench compares with into $(VENV)"
	@$(PIP) install $(EDITABLE) '.[bench]' && touch $@ || echo "make: matplotlib and wasmtime stay missing" >&2

$(LIBRARY): $(INSTALLED) $(CORE)
	@$(BIN)/cmake --build build/editable -- --quiet
	@touch $@
