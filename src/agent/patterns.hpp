// The tables of regular expressions that tell clients and operating systems. In each the first that matches decides.
#pragma once

#include "agent/classes.hpp"

#include <span>

namespace hunt::agent {

// Expressions are in RE2's syntax. `name` and `version` are templates: $1 to $9 stand for what a group matched; parts
// of a version are separated by dots, and empty ones are left out. `literals` is what must occur, in lower case, for
// the expression to match at all: clauses separated by tabs, all of which must hold, each a list separated by line
// feeds, one of which must occur. Empty: it is always tried.
struct Pattern {
  const char *regex;
  const char *literals;
  const char *name;
  const char *version;
  ToolClass tool = ToolClass::kUnknown;
};

// From uap-core; generated, see scripts/user-agent-patterns.
extern const std::span<const Pattern> kUapClients;
extern const std::span<const Pattern> kUapSystems;
extern const std::span<const Pattern> kUapCrawlers;

// Ours: clients that uap-core does not know or does not tell apart, asked before it; products of programs made of
// Chromium, asked where it sees but Chrome; systems asked before it, and after it those that programs name their way.
extern const std::span<const Pattern> kClients;
extern const std::span<const Pattern> kChromiumProducts;
extern const std::span<const Pattern> kFirstSystems;
extern const std::span<const Pattern> kSystems;

// What kind of program a family of uap-core is; kUnknown where nothing is known but its pattern.
ToolClass tool_of_family(std::string_view family) noexcept;

}  // namespace hunt::agent
