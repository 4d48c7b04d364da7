// How a log is opened after whatever happened: reads the static files and the writer's state,
// compares them, and says where the writer goes on. Changes nothing.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "audit/checkpoint.h"
#include "audit/hash.h"
#include "audit/key.h"
#include "audit/log.h"
#include "audit/tree.h"

namespace sceau::audit {

/// The names of the writer's files in the state folder.
struct StateFiles {
  explicit StateFiles(const std::filesystem::path& dir);

  std::filesystem::path wal, wal_old, signed_state, lock, temporary;
};

/// The content of the `signed` file of a log that has never signed anything.
inline constexpr std::string_view never_signed = "new\n";

/// Where the next entry goes.
struct Head {
  std::uint64_t seq = 0;
  Digest prev{};
  std::chrono::system_clock::time_point time;  ///< of the entry before; the epoch for none
};

struct Recovered {
  Tree tree;  ///< everything acknowledged
  Head head;
  std::optional<Checkpoint> published;  ///< none: the log is new
  std::string note;                     ///< the checkpoint file as it is
  std::optional<Seal> seal;             ///< the last entry's, if the log is sealed
  std::uint64_t entries = 0;            ///< taken from the write-ahead record
  std::uint64_t torn_bytes = 0;
};

/// The seal that an entry of the writer's own is, or nothing.
[[nodiscard]] std::optional<Seal> seal_in(std::uint64_t seq, std::string_view entry);

/// Throws AuditError as Log's constructor says.
[[nodiscard]] Recovered recover(const std::filesystem::path& log_dir,
                                const std::filesystem::path& state_dir, const std::string& origin,
                                const Verifier& key);

}  // namespace sceau::audit
