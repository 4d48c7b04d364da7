#pragma once
// Looks for certificates of hidden cells, and for proofs that there can be none. Points that are
// found for one cell are kept for all others that they move.
//
// A cell is `certified` only with a certificate that proves() accepts; `unsafe` only where an
// attacker is shown to narrow it below its demand (by linear algebra, by bounds, or by trying all
// cases of its block); all else is `not_certified`, and is to be treated as unsafe.

#include <cstdint>
#include <optional>
#include <vector>

#include "disclosure/certificate.h"
#include "disclosure/hidden_block.h"
#include "disclosure/move_search.h"
#include "disclosure/program_search.h"
#include "disclosure/sum_system.h"

namespace sceau::disclosure {

/// What a search may take, in its own steps, so that every machine gives up at the same place.
struct AuditBudget {
  std::uint64_t steps = 600;          ///< of one search for an exchange
  std::uint64_t cases = 200'000;      ///< of telling cases of a block apart
  std::size_t largest_block = 3'000;  ///< cells of a block whose cases are told apart
  std::size_t programme = 20'000;     ///< cells of a linear programme; 0: none is made
};

enum class Safety { certified, unsafe, not_certified };
enum class Ground { none, linear, bounds, cases };  ///< why it is unsafe

struct CellAudit {
  std::uint32_t cell = 0;
  Safety safety = Safety::not_certified;
  Ground ground = Ground::none;
  Certificate certificate;               ///< where it is certified
  std::optional<std::uint32_t> insider;  ///< who sees through it, of the system's insiders
};

class Certifier {
 public:
  /// Both are kept by reference; the pattern may change between calls, points that it has made
  /// useless are passed over.
  Certifier(const SumSystem& system, const Pattern& pattern, AuditBudget budget);

  struct Attempt {
    Proof proof;           ///< as far as it goes
    bool proven = false;   ///< it meets the demand
    bool refuted = false;  ///< none can: all cases were looked at
  };
  /// Two points for a hidden cell against somebody who knows what `insider` knows beside.
  [[nodiscard]] Attempt prove(std::uint32_t cell, const Insider* insider);

  /// What points that were found before give, without a search.
  [[nodiscard]] Attempt recall(std::uint32_t cell, const Insider* insider) const;

  /// A certificate of a hidden cell against everybody; else who sees through it.
  [[nodiscard]] CellAudit certify(std::uint32_t cell);

  /// Keeps what adding and subtracting an exchange makes of a point, as far as the demand of `cell`
  /// asks: for a search by others that hides what the exchange needs. The attempt with what of it
  /// is better than what it had.
  Attempt learn(const Point& base, const Point& unit, std::uint32_t cell, const Insider* insider,
                Attempt attempt);

 private:
  struct Best {
    std::uint32_t low = 0;  // numbers of points_; 0 is the true table
    std::uint32_t high = 0;
  };

  [[nodiscard]] bool usable(const Point& point, const Insider* insider) const;
  /// Keeps a point that fits, or that will once its cells are hidden.
  void remember(Point point);
  /// Takes a point that the insider finds possible where it is farther than the proof's own.
  void prefer(Point point, std::uint32_t cell, const Insider* insider, Proof& proof);
  /// Both ends that an exchange leads to from a point; the proof takes what is farther than its
  /// own.
  void extend(const Point& base, const Point& unit, std::uint32_t cell, const Insider* insider,
              Proof& proof);
  void exchange(std::uint32_t cell, const Insider* insider, Proof& proof);
  bool take(std::uint32_t cell, const Insider* insider, const MoveSearch::Wish& wish, Proof& proof);
  void push(std::uint32_t cell, const Insider* insider, bool up, Proof& proof);
  void solve(std::uint32_t cell, const Insider* insider, Proof& proof);
  [[nodiscard]] Reach look_at_cases(std::uint32_t cell, const Insider* insider, Proof& proof);

  const SumSystem& system_;
  const Pattern& pattern_;
  AuditBudget budget_;
  MoveSearch moves_;
  ProgramSearch programmes_;
  std::vector<Point> points_;
  std::vector<Best> best_;
};

/// The (up, down) amounts of one exchange that meets a demand alone: mostly up, mostly down, both.
[[nodiscard]] std::vector<std::pair<std::int64_t, std::int64_t>> amounts(const Demand& demand);

/// Adds `times` · unit to a point.
[[nodiscard]] Point shifted(const Point& point, const Point& unit, std::int64_t times);

/// Every primary cell of a pattern, in the order of cells. Throws DisclosureError (malformed) where
/// the system doesn't allow the pattern.
[[nodiscard]] std::vector<CellAudit> audit(const SumSystem& system, const Pattern& pattern,
                                           const AuditBudget& budget);

/// By cell, 1: it is hidden and follows exactly from what is published, by linear algebra. Modulo a
/// prime drawn from a fixed seed.
[[nodiscard]] std::vector<std::uint8_t> determined(const SumSystem& system, const Pattern& pattern);

}  // namespace sceau::disclosure
