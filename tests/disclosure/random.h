#pragma once
// Random small worlds and tabulations over them, for properties.

#include <memory>
#include <string>
#include <vector>

#include "disclosure/source.h"
#include "tests/disclosure/naive.h"

namespace sceau::disclosure::random {

/// 0..`rows` rows of variables a, b, k, u (categories), y (integer classification), x (integer
/// measure), d (decimal measure of two decimals) and f (0/1), each with NULLs; one or two vintages;
/// random unit and contributors.
naive::World world(int rows);

/// The same rows as a Source, in segments of random size.
std::unique_ptr<Source> source(const naive::World& world);

Condition condition(int depth);
Tabulation tabulation(const naive::World& world, std::size_t dimensions, std::size_t columns);

/// One of `choices`.
std::string pick(const std::vector<std::string>& choices);
int number(int low, int high);  ///< both included

}  // namespace sceau::disclosure::random
