#pragma once
// What a process may beyond its user: Linux' capabilities. A broker may have some (to give each
// workspace a user of its own); its children have none.

#include <cstdint>

namespace sceau::enclave {

/// Whether this process has one of CAP_… (linux/capability.h), in effect.
[[nodiscard]] bool has_capability(unsigned capability);

/// Gives up all but `kept` (a set of bits, 1 << CAP_…) for good, and with them what a program that
/// it starts would be given. Returns false where the system refuses.
[[nodiscard]] bool give_up_capabilities(std::uint32_t kept);

}  // namespace sceau::enclave
