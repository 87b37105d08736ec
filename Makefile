# Parley. `make help` lists what there is.

SWIFT ?= swift
# Of the toolchain: for what needs more of it than its commands.
RESOURCES = $(shell $(SWIFT)c -print-target-info | sed -n 's/.*"runtimeResourcePath": "\(.*\)".*/\1/p')
PYTHON ?= python3
BUILD := .build
STATIC := $(BUILD)/static
VENV := .venv
SQLITE_ARCHIVE = $(firstword $(wildcard /usr/lib/*/libsqlite3.a /usr/lib/libsqlite3.a))
# Where the yardstick and its load generator lie; without them parley-load measures Parley alone.
TOOLS ?= $(wildcard ../shared/tools)
# Root needs no sudo, and a bare container has none.
SUDO = $(shell [ "$$(id -u)" = 0 ] || echo sudo)
PACKAGES := libsqlite3-dev zlib1g-dev pkg-config
TEST_PACKAGES := $(PACKAGES) python3-venv chromium nginx

CLIENTS = PARLEY_BIN=$(BUILD)/debug/parley $(VENV)/bin/python -m pytest Tests/Clients

# One set of flags for all release products: other flags would build everything anew.
RELEASE = -c release --static-swift-stdlib -Xlinker -L$(CURDIR)/$(STATIC)

.DEFAULT_GOAL := help
.PHONY: help run build test test-swift test-clients bench bench-micro growth crash-test copy-test jitter-test
.PHONY: conversation scale-test restart-test format lint test-clock fuzz abuse sanitize
.PHONY: clean packages test-packages

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: packages ## build (debug) and start the appliance on ./data; ARGS="--log-level debug" for options
	$(SWIFT) build --product parley
	@chmod 700 data
	exec $(BUILD)/debug/parley serve $(ARGS)

build: packages ## the release: one file, .build/parley
	@mkdir -p $(STATIC) && rm -f $(STATIC)/libsqlite3.a
	@if [ -n "$(SQLITE_ARCHIVE)" ]; then ln -s "$(SQLITE_ARCHIVE)" $(STATIC)/libsqlite3.a; \
	 else echo "libsqlite3.a is not there: libsqlite3 is linked dynamically"; fi
	$(SWIFT) build $(RELEASE) --product parley
	@# Profilers want the symbols of the product; what is shipped does without.
	@strip -o $(BUILD)/parley.new $(BUILD)/release/parley && mv $(BUILD)/parley.new $(BUILD)/parley
	@ls -l $(BUILD)/parley | awk '{ printf "%s: %.1f MiB\n", $$NF, $$5 / 1048576 }'

# Both kinds of tests mostly wait: side by side they take as long as the longer of them.
test: packages test-packages ## everything: unit tests, and beside them real clients against the debug binary
	$(call install,sqlite3)
	$(SWIFT) build
	$(SWIFT) build --build-tests
	@echo "swift test writes to $(BUILD)/swift-test.log, which is shown when the clients are done"
	@$(SWIFT) test --skip-build --no-parallel > $(BUILD)/swift-test.log 2>&1 & units=$$!; \
	 $(CLIENTS); clients=$$?; \
	 wait $$units; units=$$?; cat $(BUILD)/swift-test.log; exit $$((clients | units))

# One test at a time: many of them wait for processes and sockets, which starves the others on a small machine.
test-swift: packages ## swift test
	$(call install,sqlite3)
	$(SWIFT) build
	$(SWIFT) test --no-parallel

test-clients: test-packages ## pytest with python-socketio against the debug binary
	$(SWIFT) build --product parley
	$(SWIFT) build --product ConformanceServer
	$(CLIENTS)

test-clock: test-packages ## client and browser tests at half past midnight, around midnight, in four zones; ARGS="--all"
	$(SWIFT) build --product parley
	PARLEY_BIN=$(CURDIR)/$(BUILD)/debug/parley $(VENV)/bin/python Tests/Clients/clock.py $(ARGS)

conversation: test-packages ## a scripted conversation with every feature in it, shown as a transcript
	$(SWIFT) build --product parley
	PARLEY_BIN=$(BUILD)/debug/parley $(VENV)/bin/python -m pytest -q -s Tests/Clients/test_conversation.py

bench: build ## the release beside a yardstick, five workloads; BENCH="--rounds 5 --only connect" for options
	$(SWIFT) build $(RELEASE) --product parley-load
	$(PYTHON) Tests/Bench/bench.py $(if $(TOOLS),--tools $(TOOLS)) $(BENCH)

bench-micro: build ## instructions and allocations of each step of a message's way, held to thresholds; MICRO="--record"
	$(call install,valgrind)
	$(SWIFT) build $(RELEASE) --product parley-micro
	@# valgrind cannot read the debug information of this compiler.
	@strip -o $(BUILD)/parley-micro $(BUILD)/release/parley-micro
	$(PYTHON) Tests/Bench/micro.py $(MICRO)

growth: build ## how costs grow with members, connections, messages, threads: table and plot; GROWTH="--reduced"
	@[ -n "$(TOOLS)" ] || { echo "make growth needs TOOLS=FOLDER (sioload and limit)" >&2; exit 1; }
	$(PYTHON) Tests/Bench/growth.py --tools $(TOOLS) $(GROWTH)

scale-test: test-packages $(if $(PARLEY_BIN),,build) ## each event's cost on a million messages, and receipts in a room of 1,000; ARGS, PARLEY_BIN
	PARLEY_BIN=$(or $(PARLEY_BIN),$(BUILD)/parley) $(VENV)/bin/python Tests/Bench/scale.py $(ARGS)
	PARLEY_BIN=$(or $(PARLEY_BIN),$(BUILD)/parley) $(VENV)/bin/python Tests/Bench/receipts.py

# libFuzzer of the compiler in use, without a main of its own.
FUZZ_RUNTIME = $(RESOURCES)/clang/lib/linux/libclang_rt.fuzzer_no_main-$(shell uname -m).a

fuzz: packages ## every decoder of bytes from outside under libFuzzer; FUZZ="--seconds 600", "--goal 100000000", "--runs N json"; FUZZ_ADDRESS=no: faster
	@[ -f $(FUZZ_RUNTIME) ] || { echo "this compiler has no libFuzzer: $(FUZZ_RUNTIME)" >&2; exit 1; }
	PARLEY_FUZZ_RUNTIME=$(FUZZ_RUNTIME) PARLEY_FUZZ_ADDRESS=$(FUZZ_ADDRESS) \
		$(SWIFT) build --scratch-path .build-fuzz --product parley-fuzz
	$(PYTHON) Tests/Fuzz/fuzz.py --binary .build-fuzz/debug/parley-fuzz $(FUZZ)

abuse: test-packages $(if $(PARLEY_BIN),,build) ## each abuse beside a well-behaved pair, and beside a control; ABUSE="history pings", PARLEY_BIN
	PARLEY_BIN=$(or $(PARLEY_BIN),$(BUILD)/parley) $(VENV)/bin/python Tests/Abuse/abuse.py $(ABUSE)

# A build of its own for each: the flags change every object. Two thirds of an hour on two cores.
sanitize: packages ## the Swift tests under ThreadSanitizer and AddressSanitizer
	$(call install,sqlite3)
	@mkdir -p .build-tsan
	$(RESOURCES)/../../bin/clang -O1 -c Tests/Sanitize/mutex.c -o .build-tsan/mutex.o
	$(SWIFT) test --no-parallel --sanitize thread --scratch-path .build-tsan -Xlinker $(CURDIR)/.build-tsan/mutex.o
	ASAN_OPTIONS=detect_leaks=0 $(SWIFT) test --no-parallel --sanitize address --scratch-path .build-asan

crash-test: ENDURANCE = crash_test.py
crash-test: ## hundreds of SIGKILLs under load; ARGS="--rounds 20 --seed 7", PARLEY_BIN=FILE for another binary

copy-test: ENDURANCE = copy_test.py
copy-test: ## a thousand plain copies under load; ARGS, PARLEY_BIN

jitter-test: ENDURANCE = jitter_test.py
jitter-test: ## hundreds of clients whose lines break; ARGS, PARLEY_BIN

restart-test: ENDURANCE = restart_test.py
restart-test: ## a thousand clients, the server restarted; ARGS, PARLEY_BIN

crash-test copy-test jitter-test restart-test: test-packages $(if $(PARLEY_BIN),,debug-binary)
	PARLEY_BIN=$(or $(PARLEY_BIN),$(BUILD)/debug/parley) $(VENV)/bin/python Tests/Endurance/$(ENDURANCE) $(ARGS)

.PHONY: debug-binary
debug-binary: packages
	$(SWIFT) build --product parley

format: ## lay out the sources
	$(SWIFT) format --in-place --recursive Sources Tests Package.swift

lint: ## say what format would change, and what it dislikes
	$(SWIFT) format lint --strict --recursive Sources Tests Package.swift

clean: ## remove what was built
	rm -rf $(BUILD) $(VENV) .build-fuzz .build-tsan .build-asan

# $(call install,PACKAGES): the Debian packages that are not installed yet, if any, and says so.
define install
	@missing=""; for package in $(1); do \
	  dpkg-query -W -f '$${Status}' $$package 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$package"; \
	done; \
	if [ -n "$$missing" ]; then \
	  command -v apt-get >/dev/null || { echo "please install:$$missing" >&2; exit 1; }; \
	  echo "installing Debian packages:$$missing"; \
	  $(SUDO) apt-get update -qq && $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $$missing; \
	fi
endef

packages:
	$(call install,$(PACKAGES))

test-packages: $(VENV)/requirements.stamp

$(VENV)/requirements.stamp: Tests/Clients/requirements.txt
	$(call install,$(TEST_PACKAGES))
	@echo "installing PyPI packages into $(VENV): $$(grep -cv '^ *\(#\|$$\)' Tests/Clients/requirements.txt) of Tests/Clients/requirements.txt"
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check -r Tests/Clients/requirements.txt
	@touch $@
