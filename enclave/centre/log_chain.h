#pragma once
// The centre's logs as one: the one that is written, and those that were sealed before it. Entries
// are counted through all of them, so that the registry's numbers go on after a rotation:
//
//   log.sealed/1   entries 0 to 99      number 42 is its entry 42
//   log            entries 0 to …       number 142 is its entry 42
//
// Key files: "log" signs the first log, "log-2" the second, and so on; the origin is the key's
// name. A rotation that was cut off is finished when the chain is opened.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "audit/log.h"
#include "audit/rotation.h"
#include "enclave/centre/centre.h"

namespace sceau::enclave {

struct SealedLog {
  std::filesystem::path folder;
  std::string origin;
  std::uint64_t first = 0;  ///< number of its entry 0
  std::uint64_t size = 0;
  audit::Digest root{};
  std::string checkpoint;
};

class LogChain {
 public:
  /// Opens the newest log under the trust file's witnesses. Throws EnclaveError: integrity
  /// (centre.log_tampered; centre.trust_differs: the trust file doesn't name the log's key).
  LogChain(const Home& home, std::string base_origin, const Keyring& keyring, Clock clock);

  /// The log that is written. Throws unavailable (centre.rotation_unfinished) after a rotation that
  /// failed half-way.
  [[nodiscard]] audit::Log& current() const;
  [[nodiscard]] const std::string& origin() const { return origin_; }  ///< of that log
  [[nodiscard]] std::uint64_t first() const { return first_; }         ///< number of its entry 0
  [[nodiscard]] const std::vector<SealedLog>& sealed() const { return sealed_; }  ///< oldest first
  [[nodiscard]] const audit::Trust& trust() const { return trust_; }

  [[nodiscard]] std::uint64_t size() const { return first_ + current().size(); }
  [[nodiscard]] std::uint64_t published() const { return first_ + current().published(); }
  /// Of an entry by its number; publishes first where need be.
  [[nodiscard]] std::string receipt(std::uint64_t number);
  /// The number of an entry of the log of that origin (empty: of the current one). Throws not_found
  /// (centre.no_log).
  [[nodiscard]] std::uint64_t number_of(std::uint64_t seq, const std::string& origin) const;

  /// Where an entry stands: the log's origin, and its number there.
  struct Place {
    std::string origin;
    std::uint64_t seq = 0;
  };
  [[nodiscard]] Place place_of(std::uint64_t number) const;

  /// Reads the trust file again, after it was changed.
  void read_trust();

  /// Seals the current log and begins the next under a fresh key.
  void rotate(Keyring& keyring, const std::string& actor);

 private:
  [[nodiscard]] const SealedLog& sealed_at(std::uint64_t number) const;
  void open(const Keyring& keyring);
  void begin_next(const Keyring& keyring, const std::string& actor);
  void check_trust(const std::string& key);

  std::filesystem::path trust_file_;
  audit::LogPlace place_;
  std::string base_origin_;
  Clock clock_;
  audit::Trust trust_;
  std::vector<SealedLog> sealed_;
  std::uint64_t first_ = 0;
  std::string origin_;
  std::unique_ptr<audit::Log> log_;
};

}  // namespace sceau::enclave
