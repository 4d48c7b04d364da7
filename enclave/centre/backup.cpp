#include "enclave/centre/backup.h"

#include <nlohmann/json.hpp>

#include "audit/hash.h"
#include "audit/note.h"
#include "enclave/centre/access.h"
#include "enclave/centre/backup_copy.h"
#include "enclave/centre/handlers.h"
#include "enclave/centre/print.h"
#include "enclave/fault.h"

namespace sceau::enclave {
namespace {

namespace fs = std::filesystem;

/// Copies a store and reads the copy back.
void copy_store(const Centre::State& state, const StoreRow& row, const fs::path& folder,
                KnownDigests& known) {
  const auto from = file_of(state, row);
  const auto path = "stores/" + from.filename().string();
  copy_private(from, folder / path);
  verify_sealed(folder / path, {row.id, row.size, row.sha256}, true);
  known[path] = row.sha256;
}

/// Stores don't change once they are sealed, so they are copied, and hashed, without the lock.
KnownDigests copy_stores(Centre::State& state, const fs::path& folder) {
  KnownDigests known;
  std::vector<StoreRow> rows;
  {
    const Held held(state.mutex);
    rows = state.registry.stores();
  }
  for (const auto& row : rows) copy_store(state, row, folder, known);
  return known;
}

/// Stores that the registry knows now and that were not copied before, or not as they are now.
void complete_stores(const Centre::State& state, const fs::path& folder, KnownDigests& known) {
  for (const auto& row : state.registry.stores()) {
    const auto there = known.find("stores/" + file_of(state, row).filename().string());
    if (there == known.end() || there->second != row.sha256) copy_store(state, row, folder, known);
  }
}

void copy_the_rest(const Centre::State& state, const fs::path& folder, bool with_keys) {
  const auto& home = state.home;
  copy_private(home.config(), folder / "centre.toml");
  copy_private(home.trust(), folder / "log.trust");
  copy_private(home.registry(), folder / "registry.db");
  copy_private_folder(home.policies(), folder / "policies");
  copy_private_folder(home.log(), folder / "log");
  copy_private_folder(home.log_state(), folder / "log.state");
  copy_private_folder(home.sealed_logs(), folder / "log.sealed");
  copy_private_folder(home.outbox(), folder / "outbox");
  copy_private_folder(home.folders(), folder / "folders");  // kept ones, sealed
  if (with_keys) copy_private_folder(home.keys(), folder / "keys");
}

std::string signed_text(const Centre::State& state, const BackupManifest& manifest) {
  const auto number = state.journal.chain().sealed().size() + 1;
  const auto key = state.keyring.key(number == 1 ? "log" : "log-" + std::to_string(number));
  const auto bytes = key.bytes();
  const auto signer =
      audit::Signer::from_private_key({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  return audit::sign_note(to_text(manifest), signer);
}

void make_empty(const fs::path& folder) {
  std::error_code error;
  if (!folder.is_absolute())
    throw EnclaveError(Fault::usage, "backup.whole_path", {folder.string()});
  if (fs::exists(folder, error) && !fs::is_empty(folder, error)) {
    throw EnclaveError(Fault::already_there, "backup.there", {folder.string()});
  }
  make_private_folder(folder);
}

}  // namespace

BackupManifest make_backup(Centre::State& state, const fs::path& folder, bool with_keys,
                           const std::string& by) {
  make_empty(folder);
  auto known = copy_stores(state, folder);
  const Held held(state.mutex);
  complete_stores(state, folder, known);
  state.journal.publish();
  BackupManifest manifest;
  manifest.origin = state.journal.chain().origin();
  manifest.id = "b-" + random_hex(16);
  manifest.made = state.now();
  manifest.entries = state.journal.published() - state.journal.chain().first();
  manifest.keys = with_keys;
  copy_the_rest(state, folder, with_keys);
  manifest.files = measured_files(folder, known);
  const auto text = signed_text(state, manifest);
  auto change = state.registry.begin();
  state.journal.record("backup.made", by,
                       {{"backup", manifest.id},
                        {"entries", static_cast<std::int64_t>(manifest.entries)},
                        {"keys", std::string(with_keys ? "yes" : "no")},
                        {"manifest", sha256_hex(text)}});
  change.commit();
  write_file(folder / manifest_name, text);
  sync_tree(folder);
  return manifest;
}

int backup(const Call& call) {
  std::string by;
  {
    const Held held(call.state.mutex);
    by = require_any_role(call.state, call.person, {"operator", "custodian"});
  }
  const fs::path folder = call.arguments.one("DIR");
  const auto manifest = make_backup(call.state, folder, call.arguments.has("with-keys"), by);
  std::uint64_t bytes = 0;
  for (const auto& file : manifest.files) bytes += file.size;
  say(call,
      {{"format", 1},
       {"backup", manifest.id},
       {"folder", folder.string()},
       {"files", manifest.files.size()},
       {"bytes", bytes},
       {"entries", manifest.entries},
       {"keys", manifest.keys}},
      line(call, "backup.made",
           {folder.string(), grouped(manifest.files.size()), grouped(bytes >> 20)}) +
          line(call, manifest.keys ? "backup.made_with_keys" : "backup.made_without_keys"));
  return 0;
}

}  // namespace sceau::enclave
