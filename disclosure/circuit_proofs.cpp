#include "disclosure/circuit_proofs.h"

#include <algorithm>
#include <numeric>
#include <optional>

#include "disclosure/certifier.h"
#include "disclosure/prime_field.h"
#include "disclosure/row_space.h"

namespace sceau::disclosure {
namespace {

constexpr std::uint64_t seed = 0x5ceau;
constexpr int passes = 4;
constexpr std::int64_t most_times = 12;  // a circuit of halves, thirds, … is made whole by these
constexpr std::int64_t most_change = 1000;  // entries beyond it are no small fractions

class Circuits {
 public:
  Circuits(const SumSystem& system, const Pattern& pattern, std::span<const std::uint32_t> targets,
           std::uint64_t most_steps, std::uint64_t& steps)
      : system_(&system),
        pattern_(&pattern),
        targets_(targets),
        most_steps_(most_steps),
        steps_(&steps),
        state_(seed),
        field_(state_),
        place_(pattern.size(), none) {
    answer_.proofs.resize(targets.size());
    answer_.exact.assign(targets.size(), 0);
    for (std::uint32_t i = 0; i < targets.size(); ++i) place_[targets[i]] = i;
    open_ = targets.size();
  }

  CircuitAnswer find() {
    for (int pass = 0; pass < passes && open_ != 0 && *steps_ <= most_steps_; ++pass) {
      const std::size_t before = open_;
      look_at(order(pass), pass == 0);
      if (pass == 0 && open_ == before) break;  // circuits of such sums are no small numbers
    }
    return std::move(answer_);
  }

 private:
  static constexpr std::uint32_t none = 0xffffffffU;

  [[nodiscard]] bool is_open(std::uint32_t cell) const {
    if (place_[cell] == none || answer_.exact[place_[cell]] != 0) return false;
    return !met(cell, answer_.proofs[place_[cell]]);
  }

  // Hidden cells, those to be bound first; among equals another order in each pass.
  [[nodiscard]] std::vector<std::uint32_t> order(int pass) {
    struct Rank {
      bool last;
      std::int64_t room;
      std::uint64_t drawn;
      std::uint32_t cell;
      auto operator<=>(const Rank&) const = default;
    };
    std::vector<Rank> ranks;
    for (std::uint32_t cell = 0; cell < pattern_->size(); ++cell) {
      if ((*pattern_)[cell] == 0) continue;
      const bool is_target = place_[cell] != none;
      ranks.push_back({pass != 0 && is_open(cell), -room(cell),
                       pass == 0 ? (is_target ? 1 : 0) : draw(state_), cell});
    }
    std::ranges::sort(ranks);
    std::vector<std::uint32_t> cells;
    for (const Rank& rank : ranks) cells.push_back(rank.cell);
    return cells;
  }

  void look_at(const std::vector<std::uint32_t>& order, bool is_first) {
    std::vector<std::uint32_t> rank(pattern_->size(), 0);
    for (std::uint32_t i = 0; i < order.size(); ++i) rank[order[i]] = i;
    RowSpace known(field_, rank);
    std::vector<RowSpace::Term> row;
    for (std::size_t sum = 0; sum < system_->sums(); ++sum) {
      row.clear();
      for (const auto& term : system_->terms(sum)) {
        if ((*pattern_)[term.cell] != 0) row.push_back({term.cell, term.factor});
      }
      if (!row.empty()) known.add_terms(row, *steps_);
      if (*steps_ > most_steps_) return;
    }
    if (is_first) leave_out_exact(known);
    // Those with the least room first: a target is only in circuits of cells with no more of it.
    for (auto cell = order.rbegin(); cell != order.rend() && open_ != 0; ++cell) {
      if (known.is_pivot(*cell)) continue;
      if (*steps_ > most_steps_) return;
      const auto unit = whole(known.circuit(*cell, *steps_));
      if (!unit) continue;
      use(*unit);
      if (!is_first) push(*unit);
    }
  }

  void leave_out_exact(const RowSpace& known) {
    const auto change = known.orthogonal(state_);
    *steps_ += known.entries();
    for (std::size_t i = 0; i < targets_.size(); ++i) {
      if (change[targets_[i]] != 0) continue;
      answer_.exact[i] = 1;
      --open_;
    }
  }

  [[nodiscard]] std::int64_t room(std::uint32_t cell) const {
    const auto& known = system_->cells()[cell];
    return std::min(known.value - known.least, known.most - known.value);
  }

  // The circuit in integers; none where they would be large.
  [[nodiscard]] std::optional<Point> whole(const std::vector<RowSpace::Element>& circuit) const {
    const auto zeros = static_cast<std::size_t>(std::ranges::count(circuit, 0U));
    auto times = field_.one();
    for (std::int64_t i = 1; i <= most_times; ++i, times = field_.add(times, field_.one())) {
      Point unit;
      for (std::uint32_t cell = 0; cell < circuit.size(); ++cell) {
        if (circuit[cell] == 0) continue;
        const auto by = field_.integer(field_.multiply(circuit[cell], times));
        if (by > most_change || by < -most_change) break;
        unit.push_back({cell, by});
      }
      if (unit.size() + zeros == circuit.size()) return unit;
    }
    return std::nullopt;
  }

  // How often the unit can be added to a point within all bounds.
  [[nodiscard]] std::int64_t often(const Point& base, const Point& unit, int sign,
                                   std::int64_t most) const {
    for (const auto& change : unit) {
      const auto& known = system_->cells()[change.cell];
      const auto now = known.value + change_of(base, change.cell);
      const auto by = sign * change.by;
      const auto left = by > 0 ? known.most - now : now - known.least;
      most = std::min(most, left / (by > 0 ? by : -by));
    }
    return most;
  }

  // Keeps what the unit does for targets.
  void use(const Point& unit) {
    std::int64_t farthest = 0;
    for (const auto& change : unit) {
      if (is_open(change.cell)) farthest = std::max(farthest, wanted(change.cell));
    }
    if (farthest == 0) return;
    for (const int sign : {1, -1}) {
      const auto times = often({}, unit, sign, farthest);
      if (times == 0) continue;
      const Point point = shifted({}, unit, sign * times);
      if (fits(*system_, *pattern_, point)) keep(point);
    }
  }

  // Puts the unit upon what was found before for targets that are still open.
  void push(const Point& unit) {
    for (const auto& change : unit) {
      for (const int sign : {1, -1}) {
        if (!is_open(change.cell)) continue;
        Proof& proof = answer_.proofs[place_[change.cell]];
        const Point& end = sign * change.by > 0 ? proof.high : proof.low;
        const auto times = often(end, unit, sign, wanted(change.cell));
        if (times == 0) continue;
        const Point point = shifted(end, unit, sign * times);
        if (fits(*system_, *pattern_, point)) keep(point);
      }
    }
  }

  [[nodiscard]] std::int64_t wanted(std::uint32_t cell) const {
    const auto& demand = system_->cells()[cell].demand;
    return std::max({demand.width, demand.above, demand.below});
  }

  void keep(const Point& point) {
    for (const auto& change : point) {
      if (!is_open(change.cell)) continue;
      Proof& proof = answer_.proofs[place_[change.cell]];
      Point& end = change.by > 0 ? proof.high : proof.low;
      const auto held = change_of(end, change.cell);
      if (change.by > 0 ? change.by > held : change.by < held) end = point;
      if (!is_open(change.cell)) --open_;
    }
  }

  [[nodiscard]] bool met(std::uint32_t cell, const Proof& proof) const {
    return meets(system_->cells()[cell].demand, cell, proof);
  }

  const SumSystem* system_;
  const Pattern* pattern_;
  std::span<const std::uint32_t> targets_;
  std::uint64_t most_steps_;
  std::uint64_t* steps_;
  std::uint64_t state_;
  PrimeField field_;
  std::vector<std::uint32_t> place_;  // by cell: of its target
  std::size_t open_ = 0;
  CircuitAnswer answer_;
};

}  // namespace

CircuitAnswer circuit_proofs(const SumSystem& system, const Pattern& pattern,
                             std::span<const std::uint32_t> targets, std::uint64_t most_steps,
                             std::uint64_t& steps) {
  return Circuits(system, pattern, targets, most_steps, steps).find();
}

}  // namespace sceau::disclosure
