#include "enclave/centre/store_rekey.h"

#include <algorithm>
#include <sstream>

#include "enclave/centre/access.h"
#include "enclave/centre/stores.h"
#include "enclave/fault.h"
#include "enclave/keys/durable_file.h"
#include "enclave/store/copy.h"
#include "enclave/store/store.h"

namespace sceau::enclave {
namespace {

namespace fs = std::filesystem;

constexpr const char* event = "rekey.started";

/// An intent's subject: "NAME@VINTAGE ID CHANGE KEY".
struct Announced {
  std::string store, id, change, key;
};

std::string subject_of(const Announced& announced) {
  return announced.store + " " + announced.id + " " + announced.change + " " + announced.key;
}

Announced announced_in(const std::string& subject) {
  Announced announced;
  std::istringstream words(subject);
  words >> announced.store >> announced.id >> announced.change >> announced.key;
  if (announced.key.empty()) throw EnclaveError(Fault::integrity, "centre.registry_damaged");
  return announced;
}

fs::path rekeyed_file(const Centre::State& state, const std::string& store) {
  return state.home.stores() / (store + ".store.rekeyed");
}

std::string history_key(const std::string& id) { return "rekeyed " + id; }

bool is_key_of(const std::string& name, const std::string& id) {
  return name == "store-" + id || name.starts_with("store-" + id + "-");
}

/// "store-ID" -> "store-ID-2" -> "store-ID-3"
std::string next_key(const std::string& current, const std::string& id) {
  const auto first = "store-" + id;
  if (current == first) return first + "-2";
  return first + "-" + std::to_string(std::stoul(current.substr(first.size() + 1)) + 1);
}

void check_free(const Centre::State& state, const StoreRow& row, const std::string& store) {
  if (const auto session = state.registry.session_with(row.id); !session.empty()) {
    throw EnclaveError(Fault::refused, "centre.store_in_session", {store, session});
  }
}

StoreRow row_of(const Centre::State& state, const std::string& store) {
  const auto name = parse_store_name(store);
  const auto row = state.registry.store(name.dataset, name.vintage);
  if (!row) throw EnclaveError(Fault::not_found, "centre.no_store", {store});
  return *row;
}

Announced announce(Centre::State& state, const std::string& by, const StoreRow& row,
                   const std::string& store) {
  for (const auto& intent : state.registry.intents()) {
    if (intent.subject.starts_with(store + " ")) {
      throw EnclaveError(Fault::already_there, "centre.store_in_work", {store});
    }
  }
  const Announced announced{store, row.id, random_hex(16),
                            next_key(state.registry.store_key(row.id), row.id)};
  auto change = state.registry.begin();
  state.registry.add_intent({state.journal.size(), event, subject_of(announced)});
  state.journal.record(event, by, {{"change", announced.change}, {"id", row.id}, {"store", store}});
  change.commit();
  return announced;
}

void record_rekeyed(Centre::State& state, const std::string& by, const Announced& announced,
                    const SealedFile& file, const std::string& earlier) {
  auto change = state.registry.begin();
  rekeyed_as_logged(state, announced.id, announced.key, file.size, file.sha256);
  state.registry.end_intent(event, subject_of(announced));
  state.journal.record("store.rekeyed", by,
                       {{"bytes", static_cast<std::int64_t>(file.size)},
                        {"change", announced.change},
                        {"earlier", earlier},
                        {"id", announced.id},
                        {"key", announced.key},
                        {"sha256", file.sha256},
                        {"store", announced.store}});
  change.commit();
}

/// The row knows which file holds; what stands there is brought to that.
void put_in_place(Centre::State& state, const StoreRow& row) {
  const auto store = name_of(row);
  const auto fresh = rekeyed_file(state, store);
  std::error_code error;
  if (fs::exists(fresh, error)) {
    if (measure(fresh, row.id).sha256 == row.sha256) {
      fs::rename(fresh, file_of(state, row), error);
    } else {
      fs::remove(fresh, error);
    }
    if (error) throw EnclaveError(Fault::unavailable, "centre.cannot_write", {fresh.string()});
    sync_folder(state.home.stores());
  }
  const auto current = state.registry.store_key(row.id);
  bool checked = false;
  for (const auto& name : state.keyring.names()) {
    if (!is_key_of(name, row.id) || name == current) continue;
    // An old key goes only once the file is surely the new one.
    if (!checked) verify_sealed(file_of(state, row), {row.id, row.size, row.sha256}, true);
    checked = true;
    state.keyring.destroy(name);
  }
}

}  // namespace

StoreRow rekey_store(Centre::State& state, const std::string& by, const std::string& store,
                     const std::function<bool()>& cancelled) {
  Held held(state.mutex);
  const auto row = row_of(state, store);
  check_free(state, row, store);
  const auto access = open_access(state, row);
  const auto announced = announce(state, by, row, store);
  const auto fresh = rekeyed_file(state, store);
  try {
    const auto key = state.keyring.create_key(announced.key);
    held.unlock();
    copy_store(access.file, access.key, fresh, key, cancelled);
    const auto measured = measure(fresh, row.id);
    held.lock();
    check_free(state, row, store);  // one may have come while it was copied
    record_rekeyed(state, by, announced, measured, row.sha256);
  } catch (...) {
    if (!held.owns_lock()) held.lock();
    // Where the entry is in the log already, the next start finds out which of the two holds.
    if (state.registry.log_size() == state.journal.size()) {
      auto change = state.registry.begin();
      drop_rekeying(state, {0, event, subject_of(announced)}, "failed");
      change.commit();
    }
    throw;
  }
  const auto rekeyed = row_of(state, store);
  put_in_place(state, rekeyed);
  return rekeyed;
}

void drop_rekeying(Centre::State& state, const IntentRow& intent, const std::string& reason) {
  const auto announced = announced_in(intent.subject);
  std::error_code ignored;
  fs::remove(rekeyed_file(state, announced.store), ignored);
  if (state.keyring.has(announced.key)) state.keyring.destroy(announced.key);
  state.registry.end_intent(event, intent.subject);
  state.journal.record("store.kept", "centre",
                       {{"change", announced.change},
                        {"id", announced.id},
                        {"reason", reason},
                        {"store", announced.store}});
}

void rekeyed_as_logged(Centre::State& state, const std::string& id, const std::string& key,
                       std::uint64_t size, const std::string& sha256) {
  for (const auto& row : state.registry.stores()) {
    if (row.id != id || row.sha256 == sha256) continue;
    const auto known = state.registry.meta(history_key(id));
    state.registry.set_meta(history_key(id), known + row.sha256 + " ");
  }
  state.registry.rekey_store(id, key, size, sha256);
}

void forget_rekeying(Centre::State& state, const std::string& change) {
  for (const auto& intent : state.registry.intents()) {
    if (intent.event == event && announced_in(intent.subject).change == change) {
      state.registry.end_intent(event, intent.subject);
    }
  }
}

void finish_rekeying(Centre::State& state) {
  for (const auto& row : state.registry.stores()) put_in_place(state, row);
}

bool was_file_of(const Centre::State& state, const StoreRow& row, const std::string& sha256) {
  return row.sha256 == sha256 ||
         state.registry.meta(history_key(row.id)).find(sha256) != std::string::npos;
}

}  // namespace sceau::enclave
