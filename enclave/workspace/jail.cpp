// Outside still: the last step before bubblewrap.
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "enclave/sandbox/capabilities.h"
#include "enclave/workspace/entry.h"

namespace sceau::enclave {
namespace {

/// Where the machine runs out of memory a workspace goes first.
void prefer_as_victim() {
  const int fd = ::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (fd < 0) return;
  [[maybe_unused]] const auto written = ::write(fd, "800", 3);
  ::close(fd);
}

bool become(const char* user) {
  if (std::strcmp(user, "-") == 0) return true;
  const auto id = static_cast<uid_t>(std::strtoul(user, nullptr, 10));
  return id != 0 && ::setgroups(0, nullptr) == 0 && ::setresgid(id, id, id) == 0 &&
         ::setresuid(id, id, id) == 0 && give_up_capabilities(0);
}

}  // namespace

int run_workspace_jail(int count, char** words) noexcept {
  if (count < 4) return 70;
  prefer_as_victim();
  const rlimit none = {0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::umask(0077);
  if (!become(words[2])) {
    std::fputs("the workspace's user can't be taken on\n", stderr);
    return 70;
  }
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // after the change of user, which clears it
  ::execv(words[3], words + 3);
  std::perror(words[3]);
  return 70;
}

bool may_choose_users() {
  return has_capability(CAP_SETUID) && has_capability(CAP_SETGID) && has_capability(CAP_KILL);
}

}  // namespace sceau::enclave
