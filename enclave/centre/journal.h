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
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "audit/fault.h"
#include "audit/log.h"
#include "enclave/centre/centre.h"
#include "enclave/centre/lifecycle.h"
#include "enclave/centre/log_chain.h"
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

/// Used under the state's lock, but for publish(), which any thread may call. Entries are numbered
/// through all of the centre's logs (log_chain.h).
class Journal {
 public:
  /// `keyring` holds the logs' private keys. Throws integrity where log and trust disagree.
  Journal(const Home& home, const Config& config, const Keyring& keyring, const Clock& clock,
          Registry& registry);

  /// Inside a registry transaction. Returns the entry's number.
  std::uint64_t record(std::string_view event, std::string_view actor, Fields fields,
                       const std::vector<CommittedText>& texts = {});

  void publish();
  [[nodiscard]] std::string receipt(std::uint64_t number);
  [[nodiscard]] std::uint64_t size() const { return chain_.size(); }
  [[nodiscard]] std::uint64_t published() const { return chain_.published(); }
  [[nodiscard]] const LogChain& chain() const { return chain_; }
  /// As it stands in the newest entry; empty: there is none.
  [[nodiscard]] const std::string& last_time() const { return last_time_; }

  // -- witnesses ----------------------------------------------------------------------------------
  [[nodiscard]] audit::WitnessStatus witnesses() const;
  /// Requests to witnesses into a folder, and their answers out of one; see audit/log.h.
  [[nodiscard]] audit::Round ask(const std::filesystem::path& folder, bool renew);
  [[nodiscard]] audit::Answers collect(const std::filesystem::path& folder);
  /// Logs the cosignatures that came in and stand in no entry yet. Begins changes of its own.
  void record_cosignatures();
  /// Reads the trust file again.
  void read_trust();

  /// Seals the log and begins the next; see log_rotation.h, which calls it.
  void rotate(Keyring& keyring, const std::string& by);

 private:
  Registry& registry_;
  std::mutex moving_;  ///< a publication from another thread never meets a rotation
  LogChain chain_;
  std::string last_time_;
};

/// Makes log folder, state and key (sealed as "log"), and the trust file; logs centre.created.
/// The registry must be there and empty.
void create_log(const Home& home, const Config& config, Keyring& keyring);

/// Fills bytes from the private generator.
void fill_random(std::span<std::uint8_t> bytes);

/// `digits` random hex digits.
[[nodiscard]] std::string random_hex(std::size_t digits);

/// An AuditError as this room's exception: tampered -> integrity, io and stopped -> unavailable.
[[noreturn]] void rethrow(const audit::AuditError& error);

/// The commitment to a stored text, as entries have it; nullopt where the text was erased or the
/// salt is none.
[[nodiscard]] std::optional<std::string> commitment_to(const CommitmentRow& row);

}  // namespace sceau::enclave
