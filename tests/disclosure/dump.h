#pragma once
// A whole table as text: two tables are the same where their texts are.

#include <string>

#include "disclosure/table.h"

namespace sceau::disclosure::build {

/// Keys, values, and evidence where asked for.
std::string dump(const Table& table, bool with_evidence = true);

}  // namespace sceau::disclosure::build
