#include <algorithm>

#include "audit/fault.h"
#include "audit/files.h"
#include "audit/verify_chain.h"
#include "enclave/centre/access.h"
#include "enclave/centre/backup.h"
#include "enclave/centre/backup_copy.h"
#include "enclave/centre/handlers.h"
#include "enclave/fault.h"

namespace sceau::enclave {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_note = 1'000'000;

bool has_entries(const fs::path& folder) {
  std::error_code error;
  return fs::exists(folder, error) &&
         fs::directory_iterator(folder, error) != fs::directory_iterator();
}

void demand_empty(const Home& home) {
  for (const auto& folder : {home.root, home.etc()}) {
    if (has_entries(folder)) {
      throw EnclaveError(Fault::already_there, "backup.home_there", {folder.string()});
    }
  }
}

audit::Trust trust_of(const Restoring& restoring) {
  try {
    return audit::read_trust_file(restoring.trust ? *restoring.trust
                                                  : restoring.backup / "log.trust");
  } catch (const audit::AuditError& error) {
    throw EnclaveError(Fault::integrity, "backup.no_trust", {error.what()});
  }
}

std::vector<audit::Earlier> checkpoints_in(const fs::path& path) {
  std::vector<fs::path> files;
  std::error_code error;
  if (!fs::is_directory(path, error)) {
    files.push_back(path);
  } else {
    for (const auto* name : {"checkpoint", "checkpoint.cosigned"}) {
      if (fs::exists(path / name, error)) files.push_back(path / name);
    }
  }
  std::vector<audit::Earlier> earlier;
  for (const auto& file : files) {
    const auto note = audit::read_file(file, largest_note);
    if (!note) continue;
    earlier.push_back({file.filename().string(), *note});
  }
  if (earlier.empty()) {
    throw EnclaveError(Fault::bad_input, "backup.no_checkpoint", {path.string()});
  }
  return earlier;
}

std::vector<fs::path> logs_in(const fs::path& folder) {
  auto logs = audit::LogPlace(folder / "log").sealed_logs();
  logs.push_back(folder / "log");
  return logs;
}

/// The log is whole, and goes as far as whoever is outside remembers.
void check_log(const Restoring& restoring, const audit::Trust& trust) {
  audit::VerifyOptions options;
  if (restoring.since) {
    options.since = checkpoints_in(*restoring.since);
  } else if (trust.quorum != audit::Trust::none) {
    throw EnclaveError(Fault::refused, "backup.since_needed");
  }
  try {
    const auto chain = audit::verify_chain(logs_in(restoring.backup), trust, options);
    const auto judge = [](const audit::Check& check) {
      const bool since = check.name == "since" && check.result != audit::CheckResult::passed &&
                         check.result != audit::CheckResult::not_checked;
      const bool failed = check.result == audit::CheckResult::failed && check.name != "witnesses";
      if (!since && !failed) return;
      const bool older = check.failure == audit::Failure::since_newer ||
                         check.failure == audit::Failure::since_unknown;
      throw EnclaveError(Fault::integrity, older ? "backup.older" : "backup.log_damaged",
                         {check.message});
    };
    std::for_each(chain.links.begin(), chain.links.end(), judge);
    for (const auto& log : chain.logs) std::for_each(log.checks.begin(), log.checks.end(), judge);
  } catch (const audit::AuditError& error) {
    throw EnclaveError(Fault::integrity, "backup.log_damaged", {error.what()});
  }
}

/// Where the keys will be looked for: in the copy, or where centre.toml points.
void check_keys(const Restoring& restoring, const BackupManifest& manifest) {
  if (manifest.keys || restoring.keys) return;
  const Home there{restoring.backup};
  const auto config = read_config(there);
  if (fs::path(config.keys).is_absolute() && has_entries(config.keys)) return;
  throw EnclaveError(Fault::not_found, "backup.keys_missing");
}

/// A copy in the making, beside its place; gone again unless it is finished.
class Staged {
 public:
  explicit Staged(const fs::path& place)
      : path_(place.parent_path() / ("." + place.filename().string() + "." + random_hex(8))) {}
  Staged(const Staged&) = delete;
  Staged& operator=(const Staged&) = delete;
  ~Staged() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

void copy_all(const Restoring& restoring, const BackupManifest& manifest, const fs::path& to) {
  make_private_folder(to);
  for (const auto* folder : {"stores", "policies", "outbox", "run", "log.state", "log.state/tmp"}) {
    make_private_folder(to / folder);
  }
  for (const auto& file : manifest.files)
    copy_private(restoring.backup / file.path, to / file.path);
  if (!manifest.keys && restoring.keys) copy_private_folder(*restoring.keys, to / "keys");
  // What was copied is what was verified: the backup's folder may be anybody's to write.
  auto copied = measured_files(to);
  std::erase_if(copied, [&](const BackupFile& file) {
    return !manifest.keys && file.path.starts_with("keys/");
  });
  if (copied != manifest.files) {
    throw EnclaveError(Fault::integrity, "backup.changed_file", {"a copied file"});
  }
}

/// Unlocks the copy, which finishes what was open when it was made, and says so in its log.
void open_copy(const fs::path& copy, const Restoring& restoring, const BackupManifest& manifest,
               const UnlockKeys& unlock, const Person& by, Clock clock) {
  const Home home{copy};
  Centre centre(home, unlock(home.keys()), std::move(clock));
  auto& state = centre.state();
  const Held held(state.mutex);
  const auto actor = require_any_role(state, by, {"operator", "custodian"});
  auto change = state.registry.begin();
  state.journal.record("backup.restored", actor,
                       {{"backup", manifest.id},
                        {"entries", static_cast<std::int64_t>(manifest.entries)},
                        {"manifest", manifest_digest(restoring.backup)}});
  change.commit();
  state.journal.publish();
  for (const auto& row : state.registry.stores()) {
    verify_sealed(file_of(state, row), {row.id, row.size, row.sha256}, true);
  }
}

void move_into_place(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::rename(from, to, error);
  if (error) throw EnclaveError(Fault::unavailable, "centre.cannot_write", {to.string()});
}

/// Settings may have a folder of their own.
void give_place(const fs::path& copy, const Home& home) {
  if (!home.settings.empty()) {
    make_private_folder(home.settings);
    for (const auto* name : {"centre.toml", "log.trust"}) {
      copy_private(copy / name, home.settings / name);
      fs::remove(copy / name);
    }
    copy_private_folder(copy / "keys", home.settings / "keys");
    fs::remove_all(copy / "keys");
    sync_tree(home.settings);
  }
  std::error_code ignored;
  fs::remove(copy / "lock", ignored);
  sync_tree(copy);
  if (fs::exists(home.root, ignored)) fs::remove(home.root, ignored);  // an empty one
  move_into_place(copy, home.root);
  sync_tree(home.root);
}

}  // namespace

BackupManifest check_restorable(const Restoring& restoring) {
  demand_empty(restoring.home);
  const auto trust = trust_of(restoring);
  auto manifest = verified_backup(restoring.backup, trust);
  check_log(restoring, trust);
  check_keys(restoring, manifest);
  return manifest;
}

void restore_backup(const Restoring& restoring, const BackupManifest& manifest,
                    const UnlockKeys& unlock, const Person& by, Clock clock) {
  demand_empty(restoring.home);
  const Staged staged(fs::absolute(restoring.home.root));
  copy_all(restoring, manifest, staged.path());
  open_copy(staged.path(), restoring, manifest, unlock, by, std::move(clock));
  give_place(staged.path(), restoring.home);
}

}  // namespace sceau::enclave
