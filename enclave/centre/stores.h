#pragma once
// Stores as the centre knows them: announced, sealed, logged, verified.

#include <string>
#include <vector>

#include "enclave/centre/state.h"
#include "enclave/store/import.h"
#include "enclave/store/store.h"

namespace sceau::enclave {

struct SealOrder {
  StoreName name;
  std::string codebook;       ///< TOML
  std::string codebook_file;  ///< its name, for messages
  std::vector<ImportFile> files;
  OnError on_error = OnError::stop;
  std::string supersedes;    ///< "NAME@VINTAGE" or empty
  std::uint64_t memory = 0;  ///< as ImportOptions::memory
  std::function<void(const ImportProgress&)> progress;
  std::function<bool()> cancelled;
};

/// Announces, imports (the lock is free meanwhile), seals, logs. A failed import leaves no file and
/// no key; its intent stays in the log without an outcome.
struct Sealed {
  StoreRow row;
  ImportReport report;
};
[[nodiscard]] Sealed seal_store(Centre::State& state, const std::string& by,
                                const SealOrder& order);

/// Everything but the sealing: nothing is logged, nothing written.
[[nodiscard]] ImportReport try_store(const SealOrder& order);

/// "eleves" is all vintages; not_found (centre.no_store).
[[nodiscard]] std::vector<StoreRow> stores_named(const Centre::State& state,
                                                 const std::string& name);

/// The key of a pseudonym domain, made at its first use.
[[nodiscard]] KeyBytes domain_key(Centre::State& state, const std::string& domain);

/// After a crash: the part files and key of an announced store that was never sealed are removed;
/// one whose store.sealed stands in the log already is taken into the registry.
void drop_unsealed(Centre::State& state, const std::string& store, const std::string& id);

}  // namespace sceau::enclave
