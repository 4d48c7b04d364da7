#include <openssl/crypto.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "enclave/centre/print.h"
#include "enclave/centre/registry_file.h"
#include "enclave/cli/doctor.h"
#include "enclave/sandbox/walls.h"

namespace sceau::enclave {
namespace {

namespace fs = std::filesystem;

std::string first_line(const fs::path& file) {
  std::ifstream stream(file);
  std::string line;
  std::getline(stream, line);
  return line;
}

/// Whether this user gets a namespace of users: asked of the kernel, since several switches
/// (sysctl, AppArmor, containers) can say no.
bool makes_user_namespaces() {
  const pid_t child = ::fork();
  if (child < 0) return false;
  if (child == 0) ::_exit(::unshare(CLONE_NEWUSER) == 0 ? 0 : 1);
  int status = 0;
  return ::waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

void check_libraries(Findings& findings) {
  const auto cipher = inspect_cipher_library();
  if (cipher.cipher_version.empty()) {
    findings.push_back({"sqlcipher", false, "doctor.plain_sqlite", {}});
  } else {
    findings.push_back({"sqlcipher",
                        cipher.fit,
                        cipher.temp_store_in_memory ? "doctor.sqlcipher" : "doctor.temp_files",
                        {cipher.cipher_version}});
  }
  findings.push_back({"openssl",
                      OPENSSL_VERSION_NUMBER >= 0x30000000L,
                      "doctor.openssl",
                      {OpenSSL_version(OPENSSL_VERSION)}});
}

void check_limits(Findings& findings) {
  rlimit locked{};
  ::getrlimit(RLIMIT_MEMLOCK, &locked);
  constexpr rlim_t wanted = 1U << 20;
  if (locked.rlim_cur == RLIM_INFINITY) {
    findings.push_back({"locked memory", true, "doctor.memlock_unlimited", {}});
  } else {
    findings.push_back({"locked memory",
                        locked.rlim_cur >= wanted,
                        "doctor.memlock",
                        {grouped(locked.rlim_cur / 1024)}});
  }
  rlimit core{};
  ::getrlimit(RLIMIT_CORE, &core);
  findings.push_back({"core files",
                      core.rlim_cur == 0,
                      core.rlim_cur == 0 ? "doctor.cores_off" : "doctor.cores_on",
                      {}});
  // A program behind a pipe gets cores whatever the limit says, but none of processes that can't
  // be dumped, as the centre's are; 2 would have even those written, for root.
  const auto pattern = first_line("/proc/sys/kernel/core_pattern");
  const auto suid = first_line("/proc/sys/fs/suid_dumpable");
  findings.push_back({"core pattern",
                      !suid.empty() && suid != "2",
                      "doctor.core_pattern",
                      {pattern.empty() ? "-" : pattern, suid.empty() ? "?" : suid}});
}

void check_walls(Findings& findings) {
  const auto walls = wall_material();
  findings.push_back(
      {"seccomp", walls.seccomp, walls.seccomp ? "doctor.seccomp" : "doctor.no_seccomp", {}});
  if (walls.landlock > 0) {
    findings.push_back({"Landlock", true, "doctor.landlock", {std::to_string(walls.landlock)}});
  } else {
    findings.push_back({"Landlock", false, "doctor.no_landlock", {}});
  }
  const bool users = makes_user_namespaces();
  findings.push_back(
      {"user namespaces", users, users ? "doctor.namespaces" : "doctor.no_namespaces", {}});
}

/// A device mapper's target that encrypts, or memory.
bool is_safe_swap(const std::string& device) {
  std::error_code error;
  const auto name = fs::canonical(device, error).filename().string();
  if (error) return false;
  if (name.starts_with("zram")) return true;
  return first_line(fs::path("/sys/block") / name / "dm" / "uuid").starts_with("CRYPT-");
}

void check_swap(Findings& findings) {
  std::ifstream stream("/proc/swaps");
  std::string line;
  if (!std::getline(stream, line)) {
    findings.push_back({"swap", false, "doctor.swap_unknown", {}});
    return;
  }
  std::size_t devices = 0;
  while (std::getline(stream, line)) {
    const auto device = line.substr(0, line.find_first_of(" \t"));
    ++devices;
    if (is_safe_swap(device)) continue;
    findings.push_back({"swap", false, "doctor.swap_plain", {device}});
    return;
  }
  findings.push_back(
      {"swap", true, devices == 0 ? "doctor.swap_none" : "doctor.swap_encrypted", {}});
}

}  // namespace

void check_machine(Findings& findings) {
  check_libraries(findings);
  check_limits(findings);
  check_walls(findings);
  check_swap(findings);
}

}  // namespace sceau::enclave
