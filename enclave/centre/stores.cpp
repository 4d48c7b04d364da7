#include "enclave/centre/stores.h"

#include <algorithm>

#include "enclave/centre/access.h"
#include "enclave/fault.h"

namespace sceau::enclave {
namespace {

ImportOptions options_of(const SealOrder& order, policies::Codebook codebook) {
  ImportOptions options;
  options.codebook = std::move(codebook);
  options.vintage = order.name.vintage;
  options.files = order.files;
  options.on_error = order.on_error;
  options.memory = order.memory;
  options.progress = order.progress;
  options.cancelled = order.cancelled;
  return options;
}

policies::Codebook codebook_of(const SealOrder& order) {
  if (order.name.vintage.empty()) {
    throw EnclaveError(Fault::usage, "centre.store_vintage", {order.name.dataset});
  }
  auto codebook = policies::parse_codebook(order.codebook, order.codebook_file);
  if (codebook.name != order.name.dataset) {
    throw EnclaveError(Fault::bad_input, "centre.store_other_name",
                       {to_string(order.name), codebook.name});
  }
  return codebook;
}

/// One data set is one population; a store that supersedes is of the same population.
void check_beside_others(const Centre::State& state, const SealOrder& order,
                         const policies::Codebook& codebook) {
  const auto name = to_string(order.name);
  if (state.registry.store(order.name.dataset, order.name.vintage)) {
    throw EnclaveError(Fault::already_there, "centre.store_there", {name});
  }
  for (const auto& erased : state.registry.erased_stores()) {
    // What was released of it is remembered under its name: another must not take that.
    if (erased.dataset == order.name.dataset && erased.vintage == order.name.vintage) {
      throw EnclaveError(Fault::already_there, "centre.store_was_erased", {name, erased.time});
    }
  }
  for (const auto& intent : state.registry.intents()) {
    if (intent.event == "store.started" && intent.subject.starts_with(name + " ")) {
      throw EnclaveError(Fault::already_there, "centre.store_in_work", {name});
    }
  }
  for (const auto& store : state.registry.stores()) {
    if (store.dataset == order.name.dataset && store.population != codebook.population) {
      throw EnclaveError(Fault::bad_input, "centre.store_population",
                         {name, codebook.population, store.population});
    }
  }
  if (order.supersedes.empty()) return;
  const auto old_name = parse_store_name(order.supersedes);
  const auto old_store = state.registry.store(old_name.dataset, old_name.vintage);
  if (!old_store) throw EnclaveError(Fault::not_found, "centre.no_store", {order.supersedes});
  if (old_store->superseded || old_store->population != codebook.population) {
    throw EnclaveError(Fault::refused, "centre.cannot_supersede", {order.supersedes, name});
  }
}

struct Announced {
  StoreRow row;
  std::string subject;
};

Announced announce(Centre::State& state, const std::string& by, const SealOrder& order,
                   const policies::Codebook& codebook) {
  auto change = state.registry.begin();
  Announced announced;
  auto& row = announced.row;
  row.id = random_hex(32);
  row.dataset = order.name.dataset;
  row.vintage = order.name.vintage;
  row.codebook = order.codebook;
  row.population = codebook.population;
  row.sealed = state.now();
  announced.subject = to_string(order.name) + " " + row.id;
  state.registry.add_intent({state.journal.size(), "store.started", announced.subject});
  state.journal.record(
      "store.started", by,
      {{"codebook", sha256_hex(order.codebook)}, {"id", row.id}, {"store", to_string(order.name)}});
  change.commit();
  return announced;
}

void record_sealed(Centre::State& state, const std::string& by, const SealOrder& order,
                   const Announced& announced) {
  const auto& row = announced.row;
  const auto name = to_string(order.name);
  auto change = state.registry.begin();
  state.registry.add_store(row, state.journal.size());
  state.registry.end_intent("store.started", announced.subject);
  state.journal.record("store.sealed", by,
                       {{"bytes", static_cast<std::int64_t>(row.size)},
                        {"id", row.id},
                        {"rejected", static_cast<std::int64_t>(row.rejected)},
                        {"rows", static_cast<std::int64_t>(row.rows)},
                        {"sha256", row.sha256},
                        {"store", name}});
  if (!order.supersedes.empty()) {
    const auto old_name = parse_store_name(order.supersedes);
    const auto old_store = state.registry.store(old_name.dataset, old_name.vintage);
    state.registry.supersede_store(old_store->id, row.id);
    state.journal.record("store.superseded", by, {{"by", name}, {"store", order.supersedes}});
  }
  change.commit();
}

void remove_files(const Centre::State& state, const std::string& store) {
  std::error_code ignored;
  for (const auto* suffix : {".store", ".store.part", ".store.part-journal"}) {
    std::filesystem::remove(state.home.stores() / (store + suffix), ignored);
  }
}

bool is_key_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; }

}  // namespace

KeyBytes domain_key(Centre::State& state, const std::string& domain) {
  // A key's name has fewer letters than a domain's; what doesn't fit is named by its hash.
  const bool plain = std::all_of(domain.begin(), domain.end(), is_key_letter);
  const auto name = "domain-" + (plain ? domain : "x" + sha256_hex(domain).substr(0, 32));
  const Held held(state.mutex);
  return state.keyring.has(name) ? state.keyring.key(name) : state.keyring.create_key(name);
}

ImportReport try_store(const SealOrder& order) {
  auto options = options_of(order, codebook_of(order));
  options.domain_key = [](const std::string&) { return random_key(); };
  return dry_run(options);
}

Sealed seal_store(Centre::State& state, const std::string& by, const SealOrder& order) {
  auto codebook = codebook_of(order);
  Held held(state.mutex);
  check_beside_others(state, order, codebook);
  auto announced = announce(state, by, order, codebook);
  const auto key = state.keyring.create_key("store-" + announced.row.id);
  held.unlock();
  auto options = options_of(order, std::move(codebook));
  options.id = announced.row.id;
  options.created = announced.row.sealed;
  options.domain_key = [&](const std::string& domain) { return domain_key(state, domain); };
  try {
    Sealed sealed;
    const auto file = file_of(state, announced.row);
    sealed.report = import_csv(options, file, key);
    const auto measured = measure(file, announced.row.id);
    announced.row.size = measured.size;
    announced.row.sha256 = measured.sha256;
    announced.row.rows = sealed.report.rows;
    announced.row.rejected = sealed.report.rejected;
    held.lock();
    record_sealed(state, by, order, announced);
    sealed.row = announced.row;
    return sealed;
  } catch (...) {
    if (!held.owns_lock()) held.lock();
    // Where the entry is in the log already, the next start finds out which of the two holds.
    if (state.registry.log_size() == state.journal.size()) {
      drop_unsealed(state, to_string(order.name), announced.row.id);
      auto change = state.registry.begin();
      state.registry.end_intent("store.started", announced.subject);
      change.commit();
    }
    throw;
  }
}

void drop_unsealed(Centre::State& state, const std::string& store, const std::string& id) {
  const auto name = parse_store_name(store);
  if (!state.registry.store(name.dataset, name.vintage)) remove_files(state, store);
  if (state.keyring.has("store-" + id)) state.keyring.destroy("store-" + id);
}

std::vector<StoreRow> stores_named(const Centre::State& state, const std::string& text) {
  const auto name = parse_store_name(text);
  std::vector<StoreRow> found;
  for (auto& store : state.registry.stores()) {
    const bool named =
        store.dataset == name.dataset && (name.vintage.empty() || store.vintage == name.vintage);
    if (named) found.push_back(std::move(store));
  }
  if (found.empty()) throw EnclaveError(Fault::not_found, "centre.no_store", {text});
  return found;
}

}  // namespace sceau::enclave
