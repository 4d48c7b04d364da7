// `sceau doctor`: is this machine fit to hold a centre, and is the centre as it should be. What
// can't be checked is not fit: exit 0 only where every line says ok.

#include <openssl/crypto.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "audit/fault.h"
#include "audit/files.h"
#include "audit/rotation.h"
#include "audit/verify_chain.h"
#include "audit/witness_desk.h"
#include "enclave/centre/lifecycle.h"
#include "enclave/centre/print.h"
#include "enclave/centre/registry_file.h"
#include "enclave/cli/local.h"
#include "enclave/fault.h"
#include "enclave/messages.h"
#include "enclave/sandbox/walls.h"
#include "enclave/workspace/entry.h"
#include "enclave/workspace/launch.h"

namespace sceau::enclave {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

struct Line {
  std::string name;
  bool good = false;
  std::string found;
  std::string advice;  ///< where it is not good
};
using Lines = std::vector<Line>;

std::string first_line(const fs::path& file) {
  std::ifstream stream(file);
  std::string line;
  std::getline(stream, line);
  return line;
}

std::string mode_text(mode_t mode) {
  char text[8];
  std::snprintf(text, sizeof text, "%04o", static_cast<unsigned>(mode & 07777));
  return text;
}

void check_libraries(Lines& lines) {
  const auto cipher = inspect_cipher_library();
  lines.push_back({"sqlcipher", cipher.fit,
                   (cipher.cipher_version.empty() ? "plain SQLite" : cipher.cipher_version) +
                       (cipher.temp_store_in_memory ? ", temporary tables in memory"
                                                    : ", temporary tables in files"),
                   "install libsqlcipher 4.6 or newer (Debian 12: bookworm-backports)"});
  lines.push_back({"openssl", OPENSSL_VERSION_NUMBER >= 0x30000000L,
                   OpenSSL_version(OPENSSL_VERSION), "install OpenSSL 3"});
}

void check_machine(Lines& lines) {
  rlimit locked{};
  ::getrlimit(RLIMIT_MEMLOCK, &locked);
  constexpr rlim_t wanted = 1U << 20;
  lines.push_back(
      {"locked memory", locked.rlim_cur >= wanted,
       locked.rlim_cur == RLIM_INFINITY ? "unlimited" : grouped(locked.rlim_cur / 1024) + " KiB",
       "raise the limit of locked memory (ulimit -l) to 1 MiB or more"});
  rlimit core{};
  ::getrlimit(RLIMIT_CORE, &core);
  lines.push_back({"core files", core.rlim_cur == 0, core.rlim_cur == 0 ? "off" : "on",
                   "set LimitCORE=0: a core file would hold keys"});
  const auto walls = wall_material();
  lines.push_back({"seccomp", walls.seccomp, walls.seccomp ? "there" : "missing",
                   "use a kernel with CONFIG_SECCOMP_FILTER: without it no session begins"});
  lines.push_back(
      {"Landlock", walls.landlock > 0,
       walls.landlock > 0 ? "ABI " + std::to_string(walls.landlock) : "missing",
       "use a kernel with Landlock: without it a session's files are kept apart by Unix "
       "rights and by the list of system calls alone"});
  const auto namespaces = first_line("/proc/sys/user/max_user_namespaces");
  const bool some = !namespaces.empty() && namespaces != "0";
  lines.push_back({"user namespaces", some, namespaces.empty() ? "missing" : namespaces,
                   "allow them: sysctl user.max_user_namespaces"});
}

/// A workspace without anything in it: what can't be built here can't be built for a researcher.
void check_workspaces(Lines& lines) {
  WorkspacePlan plan;
  if (::access(plan.bubblewrap.c_str(), X_OK) != 0) {
    lines.push_back({"workspaces", false, plan.bubblewrap.string() + " is missing",
                     "install the package bubblewrap: without it no workspace begins"});
    return;
  }
  std::string found = "begin and end";
  bool good = false;
  try {
    plan.program = fs::read_symlink("/proc/self/exe");
    plan.user = "doctor";
    plan.project = "doctor";
    plan.command = {"/bin/true"};
    if (may_choose_users()) plan.own_user = plan.settings.first_user;
    plan.copy_program = plan.own_user && !is_open_to_all(plan.program);
    RunningWorkspace workspace(plan, -1);
    for (const int fd : workspace.streams(std::chrono::seconds(20))) ::close(fd);
    workspace.go();
    const auto end = workspace.wait(std::chrono::seconds(20));
    good = end && end->exit_code == 0;
    if (!good) found = "the command in it failed";
  } catch (const EnclaveError& error) {
    found = error.what();
  }
  lines.push_back({"workspaces", good, found,
                   "allow unprivileged user namespaces (sysctl kernel.unprivileged_userns_clone, "
                   "user.max_user_namespaces): without them no workspace begins"});
  // Told, not judged: a broker without these rights is as it should be on many machines.
  lines.push_back({"workspaces' users", true,
                   may_choose_users()
                       ? "each has a user of its own on this machine"
                       : "they run under the broker's user, in a namespace of users; for one of "
                         "their own give the broker CAP_SETUID, CAP_SETGID and CAP_KILL",
                   ""});
}

void check_mode(Lines& lines, const std::string& name, const fs::path& path, mode_t most) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) {
    lines.push_back({name, false, "missing: " + path.string(), "restore it from the backup"});
    return;
  }
  const bool tight = (status.st_mode & 07777 & ~most) == 0 && !S_ISLNK(status.st_mode);
  lines.push_back({name, tight, "mode " + mode_text(status.st_mode),
                   "chmod " + mode_text(most) + " " + path.string()});
}

void check_home(Lines& lines, const Home& home) {
  try {
    const auto config = read_config(home);
    lines.push_back({"centre.toml", true, config.origin, ""});
  } catch (const EnclaveError& error) {
    lines.push_back({"centre.toml", false, error.what(), "restore it from the backup"});
    return;
  }
  check_mode(lines, "centre.toml's mode", home.config(), 0600);
  check_mode(lines, "registry", home.registry(), 0600);
  for (const auto& [name, folder] : {std::pair{"home", home.root},
                                     {"keys", home.keys()},
                                     {"stores", home.stores()},
                                     {"outbox", home.outbox()},
                                     {"log state", home.log_state()}}) {
    check_mode(lines, std::string(name) + " folder", folder, 0700);
  }
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(home.keys(), error)) {
    check_mode(lines, "key " + entry.path().filename().string(), entry.path(), 0600);
  }
  const auto room = fs::space(home.root, error);
  constexpr std::uintmax_t enough = 1U << 30;
  lines.push_back({"room on the disk", !error && room.available >= enough,
                   grouped(room.available >> 20) + " MiB", "free at least 1 GiB"});
}

/// The witnesses have a line of their own.
bool holds(const audit::Check& check) {
  return check.name == "witnesses" || check.result == audit::CheckResult::passed ||
         check.result == audit::CheckResult::not_checked;
}

void check_log(Lines& lines, const Home& home) {
  try {
    auto logs = audit::LogPlace(home.log()).sealed_logs();
    logs.push_back(home.log());
    const auto chain = audit::verify_chain(logs, audit::read_trust_file(home.trust()));
    std::uint64_t size = 0;
    bool whole = std::all_of(chain.links.begin(), chain.links.end(), holds);
    for (const auto& log : chain.logs) {
      size += log.size;
      whole = whole && std::all_of(log.checks.begin(), log.checks.end(), holds);
    }
    lines.push_back({"log", whole,
                     grouped(size) + " entries" +
                         (logs.size() > 1 ? " in " + grouped(logs.size()) + " logs" : "") +
                         (whole ? ", valid" : ", not valid"),
                     "sceau-audit verify " + home.root.string() + " says more"});
  } catch (const audit::AuditError& error) {
    lines.push_back({"log", false, error.what(), error.hint()});
  }
}

/// The newest checkpoint that witnesses signed, without a key: as an auditor finds it.
void check_witnesses(Lines& lines, const Home& home, const Clock& clock) {
  try {
    const std::string advice =
        "sceau log request DIR; let the witnesses answer; sceau log collect DIR";
    const auto trust = audit::read_trust_file(home.trust());
    const bool trial = read_config(home).trial;
    if (trust.quorum == audit::Trust::none) {
      lines.push_back({"witnesses", trial,
                       "nobody outside vouches for the log (quorum none): a rewritten history "
                       "would not be noticed",
                       "sceau log witness add NAME KEY, then sceau log witness quorum 1"});
      return;
    }
    const auto note = audit::read_file(home.log() / "checkpoint", 1U << 20);
    const auto key = audit::open_checkpoint(note.value_or(""), trust).log_key;
    const audit::WitnessDesk desk(home.log(), home.log_state(), audit::parse_verifier_key(key),
                                  trust);
    const auto& best = desk.best();
    if (!best || !best->quorum) {
      lines.push_back({"witnesses", false, "the quorum has signed nothing yet", advice});
      return;
    }
    const std::chrono::system_clock::time_point signed_at(
        std::chrono::seconds(static_cast<std::int64_t>(best->time_s)));
    const auto age = std::chrono::floor<std::chrono::hours>(clock() - signed_at).count();
    lines.push_back({"witnesses", true,
                     grouped(best->checkpoint.size) + " entries signed, " +
                         std::to_string(std::max<std::int64_t>(age, 0)) + " h ago",
                     advice});
  } catch (const std::exception& error) {
    lines.push_back({"witnesses", false, error.what(), "restore log.trust from the backup"});
  }
}

}  // namespace

int doctor_command(const Client& client) {
  Lines lines;
  check_libraries(lines);
  check_machine(lines);
  check_workspaces(lines);
  check_home(lines, client.home);
  check_log(lines, client.home);
  check_witnesses(lines, client.home, client.clock);
  bool fit = true;
  Json list = Json::array();
  std::string text;
  for (const auto& line : lines) {
    fit = fit && line.good;
    list.push_back({{"check", line.name}, {"ok", line.good}, {"found", line.found}});
    text += (line.good ? "ok    " : "NOT   ") + line.name + ": " + printable(line.found) + "\n";
    if (!line.good && !line.advice.empty()) text += "      " + line.advice + "\n";
  }
  text += enclave::text(fit ? "shown.fit" : "shown.not_fit", {}, client.language) + "\n";
  client.output.out(client.json ? Json{{"format", 1}, {"fit", fit}, {"checks", list}}.dump() + "\n"
                                : text);
  return fit ? 0 : 1;
}

}  // namespace sceau::enclave
