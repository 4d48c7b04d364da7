#pragma once
// The log as the centre writes it: entries whose texts stay in the registry behind salted
// commitments, and a count that ties registry and log together.
//
//   auto change = state.registry.begin();
//   state.registry.add_project(row, members);
//   state.journal.record("project.created", actor, {{"project", name}}, {{"commitment", "project",
//   project_texts(name), text}}); change.commit();      // an exception before this line undoes the
//   registry
//
// record() returns once the entry is on the disk. A log that can't be written throws, and with it
// the act: no log, no data.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "audit/fault.h"
#include "audit/log.h"
#include "enclave/centre/centre.h"
#include "enclave/centre/lifecycle.h"
#include "enclave/centre/registry.h"
#include "enclave/store/manifest.h"

namespace sceau::enclave {

/// A text of which the entry holds SHA-256(salt ‖ text) alone, under the data key `field`.
struct CommittedText {
  std::string field;
  std::string kind;   ///< what it is, for the registry
  std::string owner;  ///< whose text key seals it; empty: it holds no words
  std::string text;
};

using Fields = audit::Fields;

class Journal {
 public:
  /// `keyring` holds the log's private key as "log". Throws integrity where log and trust disagree.
  Journal(const Home& home, const Config& config, const Keyring& keyring, const Clock& clock,
          Registry& registry);

  /// Inside a registry transaction. Returns the entry's seq.
  std::uint64_t record(std::string_view event, std::string_view actor, Fields fields,
                       const std::vector<CommittedText>& texts = {});

  void publish();
  [[nodiscard]] std::string receipt(std::uint64_t seq);
  [[nodiscard]] std::uint64_t size() const;
  [[nodiscard]] std::uint64_t published() const;

 private:
  Registry& registry_;
  audit::Log log_;
};

/// Makes log folder, state and key (sealed as "log"), and the trust file; logs centre.created.
/// The registry must be there and empty.
void create_log(const Home& home, const Config& config, Keyring& keyring);

/// `digits` random hex digits.
[[nodiscard]] std::string random_hex(std::size_t digits);

/// An AuditError as this room's exception: tampered -> integrity, io and stopped -> unavailable.
[[noreturn]] void rethrow(const audit::AuditError& error);

}  // namespace sceau::enclave
