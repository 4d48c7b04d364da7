#include "enclave/sandbox/capabilities.h"

#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>

namespace sceau::enclave {
namespace {

using Held = std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3>;

bool ask(long call, Held& held) {
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  return ::syscall(call, &header, held.data()) == 0;
}

}  // namespace

bool has_capability(unsigned capability) {
  Held held{};
  return ask(SYS_capget, held) &&
         (held.at(capability / 32).effective >> (capability % 32) & 1U) != 0;
}

// What is inheritable ends too, and with it what is ambient.
bool give_up_capabilities(std::uint32_t kept) {
  Held held{};
  if (!ask(SYS_capget, held)) return false;
  for (std::size_t i = 0; i < held.size(); ++i) {
    const auto mask = i == 0 ? kept : 0U;
    held[i].permitted &= mask;
    held[i].effective &= mask;
    held[i].inheritable = 0;
  }
  return ask(SYS_capset, held);
}

}  // namespace sceau::enclave
