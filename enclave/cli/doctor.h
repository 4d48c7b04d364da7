#pragma once
// What `sceau doctor` finds, as values: a check's name, whether it is well, and a message of what
// was found, whose hint says what to do. What can't be checked is not well.

#include <string>
#include <string_view>
#include <vector>

#include "enclave/centre/lifecycle.h"

namespace sceau::enclave {

struct Finding {
  std::string_view check;  ///< a word of the catalogue; never translated in JSON
  bool good = false;
  std::string id;  ///< its text is what was found, its hint what to do where it is not good
  std::vector<std::string> args;
};
using Findings = std::vector<Finding>;

/// Libraries, kernel, limits, swap: what the machine is, whatever centre it holds.
void check_machine(Findings& findings);

/// A workspace without anything in it: what can't be built here can't be built for a researcher.
void check_workspaces(Findings& findings);

/// The centre's files: modes, owners, the keys' medium, room on the disk.
void check_home(Findings& findings, const Home& home);

/// The log: whole, not ahead of the clock, witnessed.
void check_log(Findings& findings, const Home& home, const Clock& clock);

}  // namespace sceau::enclave
