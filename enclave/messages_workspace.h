#pragma once
// The words about workspaces, as a part of the catalogue (messages.h).

#include <span>

#include "enclave/messages.h"

namespace sceau::enclave {

[[nodiscard]] std::span<const MessageText> workspace_messages();

}  // namespace sceau::enclave
