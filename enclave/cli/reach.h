#pragma once
// How a command gets to its centre: over control.sock to the broker that serves, else by unlocking
// the home here, under its lock.

#include "enclave/cli/local.h"

namespace sceau::enclave {

/// Runs the client's command in its centre; prints through the client's output. The exit code.
int reach_centre(const Client& client);

}  // namespace sceau::enclave
