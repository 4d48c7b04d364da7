// What one thread of the verifier finds out about a run of bundles, without knowing what stands
// before it. The parts are put together in order by verify.cpp.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/bytes.h"
#include "audit/events.h"
#include "audit/findings.h"
#include "audit/hash.h"
#include "audit/scan.h"
#include "audit/verify.h"
#include "audit/verify_files.h"

namespace sceau::audit {

/// An entry that the log as a whole is asked about.
struct Mark {
  std::uint64_t seq = 0;
  const Event* event = nullptr;
  std::uint32_t at = 0, length = 0;  ///< its text, in Part::text
  std::uint64_t count = 1;           ///< outcomes that an intent needs
  bool ended = false;                ///< an intent whose one outcome stands in the same part
};

struct Part {
  Part(const std::filesystem::path& dir, std::uint64_t size) : tiles(dir, size) {}

  std::uint64_t first = 0;     ///< number of the first entry
  std::vector<Digest> leaves;  ///< of all entries, or up to where nothing is known
  std::vector<Digest> roots;   ///< of the full bundles
  std::optional<std::uint64_t> lost;

  Findings entries{"entries"}, chain{"chain"}, bundles{"bundles"};
  TileCheck tiles;

  /// What the first entry says of the one before, if it is in its form.
  std::optional<std::string> first_prev;
  std::string first_time, last_time;  ///< empty: no entry in its form
  std::uint64_t first_timed = 0;      ///< the entry of first_time

  std::vector<Mark> marks;
  std::string text;  ///< of the marks
  std::vector<ClockStep> clock_steps;
  std::uint64_t unknown_events = 0, first_unknown = 0;
};

/// Makes parts. Not for two threads at once: each has its own.
class PartReader {
 public:
  PartReader(std::filesystem::path dir, std::uint64_t size, bool has_entries, bool tree_only);

  /// The part of bundles [from, to).
  [[nodiscard]] Part read(std::uint64_t from, std::uint64_t to);

 private:
  void read_bundle(Part& part, std::uint64_t index);
  void read_entries(Part& part, std::uint64_t index, unsigned width);
  void compare_copies(Part& part, const TileCopy& file, const std::vector<TileCopy>& files,
                      std::uint64_t index, unsigned width);
  void fill_from_tile(Part& part, std::uint64_t index, unsigned width);
  void check(Part& part, std::string_view bytes, std::uint64_t seq, const Digest& leaf);
  void check_chain(Part& part, std::uint64_t seq);
  void check_data(Part& part, const Event& event, std::uint64_t seq);
  [[nodiscard]] bool ends_recent(Part& part, std::size_t begin) const;
  void mark(Part& part, const Event& event, std::string_view bytes, std::uint64_t seq);
  [[nodiscard]] const Event* find(std::string_view name) const;
  [[nodiscard]] Digest root_of(std::span<const Digest> leaves);

  std::filesystem::path dir_;
  std::uint64_t size_;
  bool has_entries_, tree_only_;
  Hasher hasher_;
  ScannedEntry entry_;
  std::optional<HexDigest> prev_;          // leaf hash of the entry before, within the part
  std::vector<Digest> row_;                // working memory of root_of
  std::array<std::uint8_t, 256> table_{};  // events by hash of their names
  std::vector<std::uint8_t> act_of_;       // by the event's place: 1 + its act's, or 0
};

/// How an act's text begins: the act's place in all_acts() as a character, then its id.
[[nodiscard]] inline char act_letter(std::size_t act) { return static_cast<char>('A' + act); }

}  // namespace sceau::audit
