#pragma once
// Whether this is a build for AddressSanitizer: it needs terabytes of addresses, and its checks at
// exit trace the process. So walls that would forbid either stand in every other build.

namespace sceau::enclave {

#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool has_shadow_memory = true;
#else
inline constexpr bool has_shadow_memory = false;
#endif

}  // namespace sceau::enclave
