#include "disclosure/first_pattern.h"

#include <algorithm>
#include <map>
#include <optional>

#include "disclosure/kernel_rows.h"
#include "disclosure/prime_field.h"
#include "disclosure/row_space.h"

namespace sceau::disclosure {
namespace {

constexpr std::uint64_t seed = 0x5ceau;
constexpr std::int64_t largest_factor = 60;    // of an exchange that is of use
constexpr std::int64_t largest_multiple = 12;  // by which fractions are made whole

bool hidden_anyway(const SumCell& cell) {
  return cell.primary || cell.handling == Handling::absent;
}

/// All cells that may be hidden: those that are anyway, then the cheapest first.
std::vector<std::uint32_t> order_of(const SumSystem& system) {
  std::vector<std::uint32_t> order;
  const auto& cells = system.cells();
  for (std::uint32_t cell = 0; cell < cells.size(); ++cell) {
    if (cells[cell].handling != Handling::shown) order.push_back(cell);
  }
  const auto key = [&](std::uint32_t cell) {
    return hidden_anyway(cells[cell]) ? std::int64_t{-1} : cells[cell].cost;
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](auto one, auto other) { return key(one) < key(other); });
  return order;
}

/// Small whole numbers of a field.
class SmallNumbers {
 public:
  explicit SmallNumbers(const PrimeField& field) : field_(field) {
    PrimeField::Element number = 0;
    for (std::int64_t i = 0; i <= largest_factor; ++i) {
      number_[number] = i;
      number_[field.negative(number)] = -i;
      number = field.add(number, field.one());
    }
  }

  /// The smallest multiple of a vector that has small whole numbers only, if any.
  [[nodiscard]] std::optional<Point> whole(std::span<const KernelRows::Entry> vector) const {
    // By its own first element: the vector's scale is of no matter.
    const auto unit = field_.inverse(vector.front().value);
    PrimeField::Element times = unit;
    for (std::int64_t i = 1; i <= largest_multiple; ++i, times = field_.add(times, unit)) {
      if (auto point = multiple(vector, times)) return point;
    }
    return std::nullopt;
  }

 private:
  [[nodiscard]] std::optional<Point> multiple(std::span<const KernelRows::Entry> vector,
                                              PrimeField::Element times) const {
    Point point;
    for (const auto& entry : vector) {
      const auto number = number_.find(field_.multiply(entry.value, times));
      if (number == number_.end()) return std::nullopt;
      point.push_back({entry.at, number->second});
    }
    return point;
  }

  const PrimeField& field_;
  std::map<PrimeField::Element, std::int64_t> number_;
};

class Elimination {
 public:
  explicit Elimination(const SumSystem& system)
      : system_(system), field_(state_), order_(order_of(system)) {}

  FirstPattern run() {
    KernelRows rows(field_, watched(), known());
    take_circuits(rows);
    FirstPattern found;
    found.pattern = system_.least_pattern();
    for (std::size_t i = taken_; i-- > 0;) {
      const auto cell = order_[i];
      if (!hidden_anyway(system_.cells()[cell]) && !rows.publish(cell)) found.pattern[cell] = 1;
    }
    const SmallNumbers numbers(field_);
    for (const auto& vector : rows.vectors()) {
      if (auto point = numbers.whole(vector)) found.exchanges.push_back(std::move(*point));
    }
    return found;
  }

 private:
  [[nodiscard]] std::vector<std::uint8_t> watched() const {
    std::vector<std::uint8_t> found;
    for (const auto& cell : system_.cells()) found.push_back(cell.primary ? 1 : 0);
    return found;
  }

  [[nodiscard]] std::vector<std::uint8_t> known() const {
    std::vector<std::uint8_t> found(system_.cells().size(), 0);
    for (const auto& insider : system_.insiders()) {
      if (insider.least == insider.most) found[insider.cell] = 1;
    }
    return found;
  }

  /// Circuits of ever dearer cells, until each primary cell is in one.
  void take_circuits(KernelRows& rows) {
    std::vector<std::uint32_t> holders;
    for (std::size_t sum = 0; sum < system_.sums(); ++sum) {
      holders.push_back(static_cast<std::uint32_t>(system_.terms(sum).size()));
    }
    RowSpace space(field_, std::move(holders));
    auto open = static_cast<std::size_t>(std::count_if(
        system_.cells().begin(), system_.cells().end(), [](auto& cell) { return cell.primary; }));
    std::vector<std::uint32_t> independent;
    std::vector<RowSpace::Term> column;
    std::vector<KernelRows::Entry> circuit;
    std::uint64_t steps = 0;
    for (; taken_ < order_.size() && open != 0; ++taken_) {
      const auto cell = order_[taken_];
      column.clear();
      for (const auto& place : system_.places(cell)) column.push_back({place.sum, place.factor});
      const auto parts = space.add_or_combine(column, steps);
      if (!parts) {
        independent.push_back(cell);
        continue;
      }
      circuit.assign(1, {cell, field_.negative(field_.one())});
      for (const auto& part : *parts) circuit.push_back({independent[part.row], part.multiple});
      for (const auto& entry : circuit) {
        if (system_.cells()[entry.at].primary && rows.follows(entry.at)) --open;
      }
      rows.add(circuit);
    }
  }

  const SumSystem& system_;
  std::uint64_t state_ = seed;
  PrimeField field_;
  std::vector<std::uint32_t> order_;
  std::size_t taken_ = 0;  // of the order: cells that circuits may need
};

}  // namespace

FirstPattern first_pattern(const SumSystem& system) { return Elimination(system).run(); }

}  // namespace sceau::disclosure
