#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "audit/checkpoint.h"
#include "audit/entries.h"
#include "audit/fault.h"
#include "audit/files.h"
#include "audit/note.h"
#include "audit/rotation.h"
#include "audit/verify_chain.h"
#include "audit/witness_desk.h"
#include "enclave/centre/print.h"
#include "enclave/cli/doctor.h"
#include "enclave/fault.h"

namespace sceau::enclave {
namespace {

namespace fs = std::filesystem;

std::string mode_text(mode_t mode) {
  char text[8];
  std::snprintf(text, sizeof text, "%04o", static_cast<unsigned>(mode & 07777));
  return text;
}

/// `most`: rights that it may have. Everything belongs to whom the home belongs to.
void check_file(Findings& findings, std::string_view check, const fs::path& path, mode_t most,
                uid_t owner) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) {
    findings.push_back({check, false, "doctor.missing", {path.string()}});
  } else if (S_ISLNK(status.st_mode)) {
    findings.push_back({check, false, "doctor.link", {path.string()}});
  } else if ((status.st_mode & 07777 & ~most) != 0) {
    findings.push_back({check,
                        false,
                        "doctor.open_to_others",
                        {path.string(), mode_text(status.st_mode), mode_text(most)}});
  } else if (status.st_uid != owner) {
    findings.push_back({check,
                        false,
                        "doctor.other_owner",
                        {path.string(), std::to_string(status.st_uid), std::to_string(owner)}});
  } else {
    findings.push_back(
        {check, true, "doctor.file_fit", {path.string(), mode_text(status.st_mode)}});
  }
}

/// On another medium than the stores; in a trial centre that is no fault.
void check_medium(Findings& findings, const Home& home, bool trial) {
  struct stat keys {};
  struct stat stores {};
  if (::stat(home.keys().c_str(), &keys) != 0 || ::stat(home.stores().c_str(), &stores) != 0) {
    findings.push_back({"keys' medium", false, "doctor.missing", {home.keys().string()}});
    return;
  }
  const bool apart = keys.st_dev != stores.st_dev;
  findings.push_back({"keys' medium",
                      apart || trial,
                      apart ? "doctor.keys_apart" : "doctor.keys_together",
                      {home.keys().string()}});
}

void check_room(Findings& findings, const Home& home) {
  std::error_code error;
  const auto room = fs::space(home.root, error);
  constexpr std::uintmax_t enough = 1U << 30;
  findings.push_back({"room on the disk",
                      !error && room.available >= enough,
                      "doctor.room",
                      {error ? "?" : grouped(room.available >> 20)}});
}

bool holds(const audit::Check& check) {
  return check.name == "witnesses" || check.result == audit::CheckResult::passed ||
         check.result == audit::CheckResult::not_checked;
}

void check_whole(Findings& findings, const Home& home) {
  auto logs = audit::LogPlace(home.log()).sealed_logs();
  logs.push_back(home.log());
  const auto chain = audit::verify_chain(logs, audit::read_trust_file(home.trust()));
  std::uint64_t size = 0;
  bool whole = std::all_of(chain.links.begin(), chain.links.end(), holds);
  for (const auto& log : chain.logs) {
    size += log.size;
    whole = whole && std::all_of(log.checks.begin(), log.checks.end(), holds);
  }
  findings.push_back({"log",
                      whole,
                      whole ? "doctor.log" : "doctor.log_not_valid",
                      {grouped(size), grouped(logs.size()), home.root.string()}});
}

/// "2026-11-23T20:15:03.123456Z" of the last published entry.
std::string last_time(const fs::path& log) {
  const auto size =
      audit::parse_checkpoint(audit::parse_note(audit::checkpoint_note(log)).text).size;
  std::string time;
  if (size == 0) return time;
  audit::for_each_entry(log, size - 1, size - 1, [&](std::uint64_t, std::string_view bytes) {
    const auto entry = nlohmann::json::parse(bytes, nullptr, false);
    if (entry.is_object()) time = entry.value("time", "");
  });
  return time;
}

/// Times of one form are in order as texts.
void check_clock(Findings& findings, const Home& home, const Clock& clock) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(clock());
  const std::time_t now = std::chrono::system_clock::to_time_t(seconds);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  const auto last = last_time(home.log());
  const bool behind = last.substr(0, 19) > std::string_view(text);
  findings.push_back({"clock",
                      !last.empty() && !behind,
                      behind ? "doctor.clock_behind" : "doctor.clock",
                      {text, last}});
}

/// The newest checkpoint that witnesses signed, without a key: as an auditor finds it.
void check_witnesses(Findings& findings, const Home& home, const Clock& clock) {
  const auto trust = audit::read_trust_file(home.trust());
  if (trust.quorum == audit::Trust::none) {
    findings.push_back({"witnesses", read_config(home).trial, "doctor.no_quorum", {}});
    return;
  }
  const auto note = audit::read_file(home.log() / "checkpoint", 1U << 20);
  const auto key = audit::open_checkpoint(note.value_or(""), trust).log_key;
  const audit::WitnessDesk desk(home.log(), home.log_state(), audit::parse_verifier_key(key),
                                trust);
  const auto& best = desk.best();
  if (!best || !best->quorum) {
    findings.push_back({"witnesses", false, "doctor.quorum_silent", {}});
    return;
  }
  const std::chrono::system_clock::time_point signed_at(
      std::chrono::seconds(static_cast<std::int64_t>(best->time_s)));
  const auto age = std::chrono::floor<std::chrono::hours>(clock() - signed_at).count();
  findings.push_back(
      {"witnesses",
       true,
       "doctor.witnessed",
       {grouped(best->checkpoint.size), std::to_string(std::max<std::int64_t>(age, 0))}});
}

}  // namespace

void check_home(Findings& findings, const Home& home) {
  Config config;
  try {
    config = read_config(home);
    findings.push_back({"centre.toml", true, "doctor.config", {config.origin}});
  } catch (const EnclaveError& error) {
    findings.push_back({"centre.toml", false, "doctor.bad_file", {error.what()}});
    return;
  }
  struct stat root {};
  const uid_t owner = ::stat(home.root.c_str(), &root) == 0 ? root.st_uid : 0;
  check_file(findings, "centre.toml", home.config(), 0600, owner);
  check_file(findings, "registry", home.registry(), 0600, owner);
  for (const auto& folder :
       {home.root, home.keys(), home.stores(), home.outbox(), home.log_state()}) {
    check_file(findings, "folder", folder, 0700, owner);
  }
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(home.keys(), error)) {
    check_file(findings, "key", entry.path(), 0600, owner);
  }
  for (const auto& entry : fs::directory_iterator(home.stores(), error)) {
    check_file(findings, "store", entry.path(), 0600, owner);
  }
  check_medium(findings, home, config.trial);
  check_room(findings, home);
}

void check_log(Findings& findings, const Home& home, const Clock& clock) {
  const auto attempt = [&](std::string_view check, auto&& act) {
    try {
      act();
    } catch (const std::exception& error) {
      findings.push_back({check, false, "doctor.bad_file", {error.what()}});
    }
  };
  attempt("log", [&] { check_whole(findings, home); });
  attempt("clock", [&] { check_clock(findings, home, clock); });
  attempt("witnesses", [&] { check_witnesses(findings, home, clock); });
}

}  // namespace sceau::enclave
