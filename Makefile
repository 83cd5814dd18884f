# session_hunt: build and install with PGXS; `make demo` and `make test` do all set-up by themselves.
EXTENSION = session_hunt
EXTVERSION = $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" $(EXTENSION).control)
MODULE_big = session_hunt

# The rooms in the order in which data flows through them; SQL files are concatenated in this order.
ROOMS = address enrich agent timeline ingest distinct history signature profile baseline travel rules rollup hunts forget
OBJS = $(patsubst %.cpp,%.o,$(sort $(wildcard src/pg/*.cpp src/core/*.cpp $(ROOMS:%=src/%/*.cpp))))
SQL_PARTS = src/schema.sql $(sort_rooms)
sort_rooms = $(foreach room,$(ROOMS),$(sort $(wildcard src/$(room)/*.sql)))
SQL_INSTALL = $(EXTENSION)--$(EXTVERSION).sql
DATA_built = $(SQL_INSTALL)
EXTRA_CLEAN = $(OBJS:.o=.d)

# -std, -Wno-register (server headers of PostgreSQL 15 say `register`) and the include path stand in PG_CPPFLAGS because
# the bitcode rule reads only that one.
PG_CPPFLAGS = -std=c++20 -Wno-register -Isrc
PG_CXXFLAGS = -Wall -Wextra -Wno-missing-field-initializers -Wno-unused-parameter -fvisibility=hidden \
	-fvisibility-inlines-hidden -MMD -MP $(EXTRA_CXXFLAGS)
SHLIB_LINK = -lstdc++ -lsimdjson -lre2 -lz

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs 2>/dev/null)
ifneq ($(PGXS),)
include $(PGXS)

$(SQL_INSTALL): $(SQL_PARTS) $(EXTENSION).control
	{ printf '%s\n' '\echo Use "CREATE EXTENSION $(EXTENSION)" to load this file. \quit'; cat $(SQL_PARTS); } > $@

-include $(OBJS:.o=.d)
endif

.PHONY: demo demo-stop demo-psql dashboard dashboard-test test bench accuracy stress ip-data format
# Everything below works on a machine that has nothing but make and a package manager: each script installs what it needs.
demo demo-stop demo-psql dashboard ip-data:
	@scripts/$@
test:
	@test/run
dashboard-test:
	@test/dashboard
bench:
	@test/bench/run
accuracy:
	@test/accuracy/hunts
stress:
	@test/stress/run
format:
	clang-format -i $$(git ls-files '*.cpp' '*.hpp')
