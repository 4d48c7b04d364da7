#include "enclave/centre/store_erasure.h"

#include <algorithm>
#include <sstream>

#include "audit/events.h"
#include "enclave/centre/access.h"
#include "enclave/centre/review_rules.h"
#include "enclave/egress/outbox.h"
#include "enclave/fault.h"
#include "enclave/keys/durable_file.h"

namespace sceau::enclave {
namespace {

namespace fs = std::filesystem;

constexpr const char* event = "erasure.started";

/// An intent's subject: "NAME@VINTAGE ID REASON".
struct Announced {
  std::string store, id, reason;
};

Announced announced_in(const std::string& subject) {
  Announced announced;
  std::istringstream words(subject);
  words >> announced.store >> announced.id >> announced.reason;
  if (announced.reason.empty()) throw EnclaveError(Fault::integrity, "centre.registry_damaged");
  return announced;
}

/// Opaque files may tell of anything that their project could see.
bool rests_on(const Centre::State& state, const RequestRow& request, const StoreRow& row) {
  for (const auto& output : state.registry.outputs(request.id)) {
    const bool names = output.dataset == row.dataset ||
                       output.tabulation.find("\"" + row.dataset + "\"") != std::string::npos;
    if (names || output.opaque) return true;
  }
  return false;
}

/// Every key that the store has had: more than one where a rekeying was cut off.
void destroy_keys(Centre::State& state, const std::string& id) {
  for (const auto& name : state.keyring.names()) {
    if (name == "store-" + id || name.starts_with("store-" + id + "-")) state.keyring.destroy(name);
  }
}

void remove_files(const Centre::State& state, const std::string& store) {
  for (const auto* suffix : {".store", ".store.rekeyed"}) {
    std::error_code error;
    const auto file = state.home.stores() / (store + suffix);
    fs::remove(file, error);
    if (error) throw EnclaveError(Fault::unavailable, "centre.cannot_write", {file.string()});
  }
  sync_folder(state.home.stores());
}

/// Keys first: from then on the file is noise, whatever becomes of it.
std::uint64_t carry_out(Centre::State& state, const Announced& announced, const StoreRow& row,
                        const std::string& by) {
  destroy_keys(state, announced.id);
  remove_files(state, announced.store);
  const auto seq = state.journal.record("store.erased", by,
                                        {{"bytes", static_cast<std::int64_t>(row.size)},
                                         {"id", announced.id},
                                         {"reason", announced.reason},
                                         {"sha256", row.sha256},
                                         {"store", announced.store}});
  state.registry.erase_store(announced.id, state.now(), seq);
  return seq;
}

fs::path receipt_file(const Centre::State& state, const std::string& store) {
  return state.home.outbox() / "erased" / (store + ".receipt");
}

ErasedReceipt write_receipt(Centre::State& state, const std::string& store, std::uint64_t seq) {
  const auto file = receipt_file(state, store);
  std::error_code error;
  if (fs::create_directory(file.parent_path(), error)) {
    fs::permissions(file.parent_path(), fs::perms::owner_all, error);
  }
  if (error) throw EnclaveError(Fault::unavailable, "centre.cannot_write", {file.string()});
  state.journal.publish();
  ErasedReceipt erased{store, seq, state.journal.receipt(seq), file};
  put_in_folder(file.parent_path(), file.filename().string(), erased.receipt);
  return erased;
}

}  // namespace

void check_not_in_use(const Centre::State& state, const StoreRow& row) {
  if (const auto session = state.registry.session_with(row.id); !session.empty()) {
    throw EnclaveError(Fault::refused, "centre.store_in_session", {name_of(row), session});
  }
  for (const auto& request : state.registry.requests("")) {
    if (!is_done_with(request) && rests_on(state, request, row)) {
      throw EnclaveError(Fault::refused, "centre.store_in_request",
                         {name_of(row), request.id, request.state});
    }
  }
  for (const auto& intent : state.registry.intents()) {
    if (intent.subject.starts_with(name_of(row) + " ")) {
      throw EnclaveError(Fault::already_there, "centre.store_in_work", {name_of(row)});
    }
  }
}

ErasedReceipt erase_store(Centre::State& state, const std::string& by, const StoreRow& row,
                          const std::string& reason) {
  if (!audit::is_word(reason)) throw EnclaveError(Fault::usage, "centre.bad_word", {"reason"});
  check_not_in_use(state, row);
  const Announced announced{name_of(row), row.id, reason};
  const auto subject = announced.store + " " + announced.id + " " + reason;
  {
    auto change = state.registry.begin();
    state.registry.add_intent({state.journal.size(), event, subject});
    state.journal.record(
        event, by,
        {{"id", row.id}, {"reason", reason}, {"sha256", row.sha256}, {"store", announced.store}});
    change.commit();
  }
  auto change = state.registry.begin();
  state.registry.end_intent(event, subject);
  const auto seq = carry_out(state, announced, row, by);
  change.commit();
  return write_receipt(state, announced.store, seq);
}

void finish_store_erasure(Centre::State& state, const IntentRow& intent) {
  const auto announced = announced_in(intent.subject);
  const auto at = announced.store.find('@');
  const auto row =
      state.registry.store(announced.store.substr(0, at), announced.store.substr(at + 1));
  state.registry.end_intent(event, intent.subject);
  if (row && row->id == announced.id) (void)carry_out(state, announced, *row, "centre");
}

void erased_as_logged(Centre::State& state, const std::string& store, const std::string& id,
                      const std::string& time, std::uint64_t seq) {
  destroy_keys(state, id);
  remove_files(state, store);
  state.registry.erase_store(id, time, seq);
  for (const auto& intent : state.registry.intents()) {
    if (intent.event == event && intent.subject.starts_with(store + " ")) {
      state.registry.end_intent(event, intent.subject);
    }
  }
}

void finish_erasure_receipts(Centre::State& state) {
  for (const auto& erased : state.registry.erased_stores()) {
    const auto store = erased.dataset + "@" + erased.vintage;
    std::error_code error;
    if (fs::exists(receipt_file(state, store), error)) continue;
    (void)write_receipt(state, store, erased.seq);
  }
}

}  // namespace sceau::enclave
