#pragma once
// Does a file hold what stands in a sealed store? Two questions are asked of every store that the
// project may use, and the answers are counts for a reviewer, never values:
//
//   values    which variables that name somebody (identifiers, contributors such as schools) have
//             how many of their codes among the file's words
//   records   which columns of the store lie side by side in lines of the file, so that a line
//             equals a row in all of them; how many lines do, how many of those equal fewer rows
//             than the policy's threshold, and how many say again what another line says
//
//   search({&eleves}, blocks, {10})
//     // values:  eleves.uai 17 codes in 240 places
//     // records: eleves (uai, niveau, sexe, note): 240 of 240 lines, 233 of them rare
//
// A published table has lines that equal many rows (its dimensions): those are neither rare nor
// repeated, and aren't told. How a line's fields map to columns is found, not believed: the mapping
// must hold for most of a sample before all lines are looked up. Numbers are compared as numbers
// (12,50 is 12.5, 007 is 7), codes as texts, as numbers and by their labels.
//
// Bounded by steps, not seconds, so that the same file gets the same answer again; what was not
// finished is said. Codes shorter than `shortest_code` are not looked for one by one: numbers of
// any table would be them.

#include <cstdint>
#include <string>
#include <vector>

#include "disclosure/source.h"
#include "enclave/scan/blocks.h"
#include "policies/codebook.h"

namespace sceau::enclave {

inline constexpr std::size_t shortest_code = 5;

struct SearchLimits {
  std::uint64_t rare_below = 10;        ///< the policy's threshold
  std::uint64_t steps = 6'000'000'000;  ///< of a file, all stores together
  std::uint64_t memory = 1ULL << 30;    ///< bytes of a store's columns held at once
  std::size_t blocks = 200;             ///< of a file: its largest
};

/// What was found of one variable.
struct ValueHits {
  std::string dataset;
  std::string variable;
  bool identifier = false;     ///< else a contributor's code
  std::uint64_t distinct = 0;  ///< codes of it that stand in the file
  std::uint64_t places = 0;    ///< words of the file that are one of them
};

/// What was found of one table in the file.
struct RecordHits {
  std::string dataset;
  std::vector<std::string> columns;  ///< that lie side by side
  std::uint64_t lines = 0;           ///< that equal a row in all of them
  std::uint64_t of = 0;              ///< lines of the table
  std::uint64_t rare = 0;            ///< of `lines`: equal to fewer rows than the threshold
  std::uint64_t repeated = 0;        ///< of `lines`: say what an earlier one says
};

struct Found {
  std::vector<ValueHits> values;
  std::vector<RecordHits> records;  ///< rare or repeated ones, the most first; at most 20
  bool whole = true;                ///< false: a bound was met, so there may be more
};

struct Searched {
  const disclosure::Source* source = nullptr;
  const policies::Codebook* codebook = nullptr;
};

[[nodiscard]] Found search(const std::vector<Searched>& stores, const Blocks& blocks,
                           const SearchLimits& limits);

}  // namespace sceau::enclave
