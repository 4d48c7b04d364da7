#pragma once
// `sceau protect`: which cells of a table to hide beside the primary ones. Needs no centre.

#include "enclave/cli/local.h"

namespace sceau::enclave {

/// 0: every primary cell is certified; 1: not, and nothing was written. Throws as its parts do:
/// protect.… (usage, bad_input).
int protect_command(const Client&);

}  // namespace sceau::enclave
