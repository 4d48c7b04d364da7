// Landlock: which files there are. Debian 12's header knows ABI 2 alone, so the numbers of the
// later ones stand here (linux/landlock.h of 6.12).
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "enclave/fault.h"
#include "enclave/sandbox/walls.h"
#include "enclave/sandbox/walls_parts.h"

namespace sceau::enclave {
namespace {

[[noreturn]] void no_walls() { throw EnclaveError(Fault::unavailable, "server.no_walls"); }

/// struct landlock_ruleset_attr as of ABI 6; older kernels take its beginning.
struct RulesetAttributes {
  std::uint64_t files = 0;
  std::uint64_t network = 0;
  std::uint64_t scopes = 0;
};

constexpr std::uint64_t read_file = LANDLOCK_ACCESS_FS_READ_FILE;
constexpr std::uint64_t read_folder = LANDLOCK_ACCESS_FS_READ_DIR;
constexpr std::uint64_t of_abi_1 = (1ULL << 13U) - 1;
constexpr std::uint64_t refer = 1ULL << 13U;      // ABI 2
constexpr std::uint64_t truncate = 1ULL << 14U;   // ABI 3
constexpr std::uint64_t device = 1ULL << 15U;     // ABI 5
constexpr std::uint64_t tcp = 3;                  // ABI 4: bind, connect
constexpr std::uint64_t sockets_and_signals = 3;  // ABI 6: abstract sockets, signals

std::uint64_t file_rights(int abi) {
  std::uint64_t rights = of_abi_1;
  if (abi >= 2) rights |= refer;
  if (abi >= 3) rights |= truncate;
  if (abi >= 5) rights |= device;
  return rights;
}

/// What each use of a place needs of this kernel's rights.
std::uint64_t rights_of(Place::Use use, int abi) {
  constexpr std::uint64_t see = read_file | read_folder;
  std::uint64_t change = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
                         LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR |
                         LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_FIFO |
                         LANDLOCK_ACCESS_FS_MAKE_SYM;
  if (abi >= 2) change |= refer;
  if (abi >= 3) change |= truncate;
  switch (use) {
    case Place::Use::read:
      return see;
    case Place::Use::run:
      return see | LANDLOCK_ACCESS_FS_EXECUTE;
    case Place::Use::write:
      return see | change;
    case Place::Use::device:
      return see | LANDLOCK_ACCESS_FS_WRITE_FILE | (abi >= 3 ? truncate : 0) |
             (abi >= 5 ? device : 0);
  }
  return see;
}

class Ruleset {
 public:
  explicit Ruleset(const RulesetAttributes& attributes, int abi) {
    const std::size_t size = abi >= 6   ? sizeof(attributes)
                             : abi >= 4 ? 2 * sizeof(std::uint64_t)
                                        : sizeof(std::uint64_t);
    fd_ = static_cast<int>(::syscall(SYS_landlock_create_ruleset, &attributes, size, 0));
    if (fd_ < 0) no_walls();
  }
  Ruleset(const Ruleset&) = delete;
  Ruleset& operator=(const Ruleset&) = delete;
  ~Ruleset() { ::close(fd_); }

  void allow(const std::filesystem::path& file, std::uint64_t rights) const {
    landlock_path_beneath_attr beneath{};
    beneath.allowed_access = rights;
    beneath.parent_fd = ::open(file.c_str(), O_PATH | O_CLOEXEC | O_NOFOLLOW);
    if (beneath.parent_fd < 0) return;  // it isn't there: opening it will say so
    const auto added =
        ::syscall(SYS_landlock_add_rule, fd_, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0);
    ::close(beneath.parent_fd);
    if (added != 0) no_walls();
  }

  void enforce() const {
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        ::syscall(SYS_landlock_restrict_self, fd_, 0) != 0) {
      no_walls();
    }
  }

 private:
  int fd_ = -1;
};

}  // namespace

int landlock_abi() {
  const auto abi =
      ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  return abi > 0 ? static_cast<int>(abi) : 0;
}

void forbid_changes() {
  const int abi = landlock_abi();
  if (abi == 0) return;
  RulesetAttributes all;
  all.files = file_rights(abi) & ~(read_file | read_folder);
  if (abi >= 4) all.network = tcp;
  if (abi >= 6) all.scopes = sockets_and_signals;
  Ruleset(all, abi).enforce();
}

void allow_reading(std::span<const std::filesystem::path> files) {
  const int abi = landlock_abi();
  if (abi == 0) return;
  RulesetAttributes all;
  all.files = file_rights(abi);
  const Ruleset rules(all, abi);
  for (const auto& file : files) rules.allow(file, read_file);
  rules.enforce();
}

void allow_places(std::span<const Place> places) {
  const int abi = landlock_abi();
  if (abi == 0) return;
  RulesetAttributes all;
  all.files = file_rights(abi);
  if (abi >= 4) all.network = tcp;
  if (abi >= 6) all.scopes = sockets_and_signals;
  const Ruleset rules(all, abi);
  for (const auto& place : places) rules.allow(place.folder, rights_of(place.use, abi));
  rules.enforce();
}

}  // namespace sceau::enclave
