// A small world for the tests of audit/: folders that go away, a key and a clock that are always
// the same, logs of n entries.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "audit/key.h"
#include "audit/log.h"
#include "audit/trust.h"
#include "audit/verify.h"

namespace sceau::audit::test {

inline constexpr std::string_view origin = "example.org/sceau";

/// A folder of its own, removed at the end.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::filesystem::path log() const { return path_ / "log"; }
  [[nodiscard]] std::filesystem::path state() const { return path_ / "log.state"; }

 private:
  std::filesystem::path path_;
};

/// A key whose seed is 32 times this byte.
[[nodiscard]] Signer test_signer(std::uint8_t seed = 7, std::string_view name = origin,
                                 KeyType type = KeyType::ed25519);
[[nodiscard]] Trust test_trust();

/// Begins at 2026-11-23T20:15:03.000000Z and goes on by a millisecond a reading.
[[nodiscard]] Clock test_clock();

/// Publishes only when asked to, and doesn't wait for the disk unless one is given.
[[nodiscard]] LogOptions quiet(std::shared_ptr<Disk> disk = nullptr);

[[nodiscard]] std::unique_ptr<Log> open_log(const Folder& folder, LogOptions options = quiet());

/// An entry that the log takes, the i-th of many that differ.
[[nodiscard]] Draft draft(std::uint64_t i);

/// Makes a log and publishes it when it has each of these sizes.
void make_log(const Folder& folder, const std::vector<std::uint64_t>& sizes);

/// The files below a folder, by their relative names, in order.
[[nodiscard]] std::vector<std::string> list_files(const std::filesystem::path& folder);
[[nodiscard]] std::string slurp(const std::filesystem::path& path);
void spill(const std::filesystem::path& path, std::string_view bytes);

/// Verifies against test_trust().
[[nodiscard]] Verification verify(const std::filesystem::path& log, bool tree_only = false);
/// The message of the check of that name; empty when there is none.
[[nodiscard]] std::string message_of(const Verification& result, std::string_view check);
/// Calls `act` for a fresh copy of a log's folder.
void on_copy(const std::filesystem::path& log,
             const std::function<void(const std::filesystem::path&)>& act);

/// The entries of a log of fewer than 256, as its bundle of this size says, and a bundle of
/// entries.
[[nodiscard]] std::vector<std::string> entries_of(const std::filesystem::path& log, unsigned size);
[[nodiscard]] std::string bundle_of(const std::vector<std::string>& entries);

/// A tree of static files made by other code than the writer's: entries of any bytes, every
/// level's tiles, and a checkpoint by this key. The naive reference of these tests.
void write_reference_log(const std::filesystem::path& log, const std::vector<std::string>& entries,
                         const Signer& signer, std::string_view name = origin);

/// The root by RFC 6962's definition, word for word.
[[nodiscard]] Digest naive_root(const std::vector<Digest>& leaves);

}  // namespace sceau::audit::test
