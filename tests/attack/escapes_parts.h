#pragma once
// The parts of the list of attempts.

#include "tests/attack/escapes.h"

namespace escapes {

void add_files(std::vector<Attempt>& all);
void add_network(std::vector<Attempt>& all);
void add_kernel(std::vector<Attempt>& all);
void add_limits(std::vector<Attempt>& all);

}  // namespace escapes
