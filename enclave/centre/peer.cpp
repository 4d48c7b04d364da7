// Who somebody is, by what the kernel says.

#include <pwd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>
#include <vector>

#include "enclave/centre/control.h"
#include "enclave/centre/lifecycle.h"
#include "enclave/fault.h"

namespace sceau::enclave {
namespace {

constexpr std::uint32_t usual_overflow_uid = 65534;

std::uint32_t overflow_uid() {
  std::ifstream stream("/proc/sys/kernel/overflowuid");
  std::uint32_t uid = usual_overflow_uid;
  return stream >> uid ? uid : usual_overflow_uid;
}

Person person_of(std::uint32_t uid) {
  std::vector<char> buffer(1U << 14);
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr) {
    throw EnclaveError(Fault::not_permitted, "centre.nameless_uid", {std::to_string(uid)});
  }
  return {found->pw_name, uid};
}

}  // namespace

Person own_person() { return person_of(::geteuid()); }

Person peer_of(int socket) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) {
    throw EnclaveError(Fault::not_permitted, "centre.no_peer");
  }
  // A uid that a user namespace doesn't map shows as the overflow uid: it could be anybody.
  if (peer.uid == overflow_uid()) throw EnclaveError(Fault::not_permitted, "centre.overflow_uid");
  return person_of(peer.uid);
}

}  // namespace sceau::enclave
