#pragma once
// What the processes of a workspace take together: each is bounded by the kernel, their sum isn't.

#include <sys/types.h>

#include <cstdint>

namespace sceau::enclave {

/// Bytes of memory of a process and of all that descend from it, less what is a file's. Pages that
/// processes share count once where this process may look (of its own user), else once for each.
/// A process that ends meanwhile counts as nothing.
[[nodiscard]] std::uint64_t memory_of_family(pid_t eldest);

}  // namespace sceau::enclave
