#pragma once
// Commands of an operator that the client runs itself. Exit codes as everywhere.

#include "enclave/cli/local.h"

namespace sceau::enclave {

/// A centre from a backup (centre/backup.h).
int restore_command(const Client&);
/// The published log, an entry a line.
int events_command(const Client&);

}  // namespace sceau::enclave
