#include "disclosure/cell_table.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "disclosure/fault.h"

namespace sceau::disclosure {
namespace {

constexpr std::uint32_t unseen = 0xffffffffU;  // a combination that nothing is known of yet
constexpr std::uint32_t zero = 0xfffffffeU;    // everybody knows that it is empty

/// A category and what it is the sum of.
struct Family {
  std::uint32_t parent;
  std::vector<std::uint32_t> children;
};

/// Whether going up from any code ends. `above` has each code at most once.
bool ends(const std::map<std::uint32_t, std::uint32_t>& above) {
  for (const auto& [code, parent] : above) {
    std::set<std::uint32_t> seen{code};
    for (auto at = above.find(code); at != above.end(); at = above.find(at->second)) {
      if (!seen.insert(at->second).second) return false;
    }
  }
  return true;
}

/// nullopt: a circle, or a code with two parents in one tree, or a total that is below something.
std::optional<std::vector<Family>> families_of(const TableDimension& dimension) {
  std::set<std::uint32_t> inner;  // of any tree
  for (const auto& tree : dimension.trees) {
    for (const auto& [code, parent] : tree) inner.insert(parent);
  }
  auto trees = dimension.trees;
  if (trees.empty()) trees.emplace_back();
  std::vector<Family> families;
  for (const auto& tree : trees) {
    std::map<std::uint32_t, std::uint32_t> above;
    std::map<std::uint32_t, std::vector<std::uint32_t>> below;
    std::set<std::uint32_t> of_tree;
    for (const auto& [code, parent] : tree) {
      if (code == dimension.total || !above.emplace(code, parent).second) return std::nullopt;
      below[parent].push_back(code);
      of_tree.insert(parent);
    }
    if (!ends(above)) return std::nullopt;
    if (dimension.total) {
      for (std::uint32_t code = 0; code < dimension.codes.size(); ++code) {
        const bool others = inner.contains(code) && !of_tree.contains(code);
        if (code == *dimension.total || above.contains(code) || others) continue;
        below[*dimension.total].push_back(code);
      }
    }
    for (auto& [parent, children] : below) families.push_back({parent, std::move(children)});
  }
  return families;
}

class Binder {
 public:
  explicit Binder(const CellTable& table) : table_(table) {}

  std::variant<SumSystem, TableFault> bind() {
    if (auto fault = lay_out()) return *fault;
    if (auto fault = take_cells()) return *fault;
    for (std::size_t index = 0; index < id_.size(); ++index) resolve(index);
    if (auto fault = take_sums()) return *fault;
    return SumSystem(std::move(cells_), sums_, std::move(insiders_));
  }

 private:
  using Fault = std::optional<TableFault>;

  Fault lay_out() {
    std::size_t combinations = 1;
    for (std::size_t d = 0; d < table_.dimensions.size(); ++d) {
      const auto& dimension = table_.dimensions[d];
      auto families = families_of(dimension);
      if (!families) return TableFault{TableFault::Kind::circle, {}, d};
      families_.push_back(std::move(*families));
      stride_.push_back(combinations);
      if (dimension.codes.size() > most_combinations / combinations) {
        return TableFault{TableFault::Kind::too_large, {}, d};
      }
      combinations *= dimension.codes.size();
    }
    id_.assign(combinations, unseen);
    for (const auto& dimension : table_.dimensions) places_.push_back(places_by_name(dimension));
    return std::nullopt;
  }

  /// By code: its place among the dimension's names in bytewise order.
  static std::vector<std::size_t> places_by_name(const TableDimension& dimension) {
    std::vector<std::size_t> order(dimension.codes.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(),
              [&](auto one, auto other) { return dimension.codes[one] < dimension.codes[other]; });
    std::vector<std::size_t> places(order.size());
    for (std::size_t i = 0; i < order.size(); ++i) places[order[i]] = i;
    return places;
  }

  /// The same for a combination, whatever order the codes were given in.
  [[nodiscard]] std::uint64_t rank(std::size_t index) const {
    std::uint64_t rank = 0;
    for (std::size_t d = 0; d < stride_.size(); ++d) {
      rank += places_[d][code(index, d)] * stride_[d];
    }
    return rank;
  }

  [[nodiscard]] std::uint32_t code(std::size_t index, std::size_t dimension) const {
    return static_cast<std::uint32_t>(index / stride_[dimension] %
                                      table_.dimensions[dimension].codes.size());
  }

  [[nodiscard]] std::vector<std::uint32_t> codes(std::size_t index) const {
    std::vector<std::uint32_t> all;
    for (std::size_t d = 0; d < stride_.size(); ++d) all.push_back(code(index, d));
    return all;
  }

  [[nodiscard]] std::size_t moved(std::size_t index, std::size_t dimension,
                                  std::uint32_t to) const {
    return index - code(index, dimension) * stride_[dimension] + to * stride_[dimension];
  }

  Fault take_cells() {
    for (const auto& cell : table_.cells) {
      std::size_t index = 0;
      for (std::size_t d = 0; d < stride_.size(); ++d) index += cell.codes.at(d) * stride_[d];
      if (id_.at(index) != unseen) return TableFault{TableFault::Kind::twice, cell.codes, 0};
      const auto number = static_cast<std::uint32_t>(cells_.size());
      id_[index] = number;
      SumCell known;
      known.value = cell.value;
      known.cost = cell.cost;
      known.primary = cell.primary;
      known.demand = cell.demand;
      known.rank = rank(index);
      if (cell.value == 0 && table_.zeros_published) {
        if (cell.primary) return TableFault{TableFault::Kind::zero_is_primary, cell.codes, 0};
        known.handling = Handling::shown;
      } else {
        if (cell.value < table_.least) {
          return TableFault{TableFault::Kind::below_least, cell.codes, 0};
        }
        known.least = table_.least;
        if (!table_.counts && cell.single) insiders_.push_back({number, cell.value, cell.value});
        if (table_.counts && table_.least < 1 && cell.value >= 1) {
          insiders_.push_back({number, 1, unlimited});
        }
      }
      cells_.push_back(known);
    }
    return std::nullopt;
  }

  /// Gives a combination that the table doesn't have its value, from parts of it.
  void resolve(std::size_t index) {
    if (id_[index] != unseen) return;
    id_[index] = zero;
    for (std::size_t d = 0; d < families_.size(); ++d) {
      for (const auto& family : families_[d]) {
        if (family.parent != code(index, d)) continue;
        SumCell sum;
        sum.handling = Handling::absent;
        sum.rank = rank(index);
        bool any = false;
        for (const auto child : family.children) {
          const auto part = moved(index, d, child);
          resolve(part);
          if (id_[part] == zero) continue;
          any = true;
          sum.value += cells_[id_[part]].value;
        }
        if (!any) return;
        sum.least = std::min<std::int64_t>(0, sum.value);
        id_[index] = static_cast<std::uint32_t>(cells_.size());
        cells_.push_back(sum);
        return;
      }
    }
  }

  Fault take_sums() {
    for (std::size_t d = 0; d < families_.size(); ++d) {
      for (const auto& family : families_[d]) {
        for (std::size_t index = 0; index < id_.size(); ++index) {
          if (code(index, d) != family.parent) continue;
          Sum sum;
          std::int64_t rest = 0;
          if (id_[index] != zero) {
            sum.terms.push_back({id_[index], -1});
            rest = cells_[id_[index]].value;
          }
          for (const auto child : family.children) {
            const auto part = id_[moved(index, d, child)];
            if (part == zero) continue;
            sum.terms.push_back({part, 1});
            rest -= cells_[part].value;
          }
          if (rest != 0) return TableFault{TableFault::Kind::not_additive, codes(index), d};
          if (!sum.terms.empty()) sums_.push_back(std::move(sum));
        }
      }
    }
    return std::nullopt;
  }

  const CellTable& table_;
  std::vector<std::vector<Family>> families_;
  std::vector<std::size_t> stride_;
  std::vector<std::vector<std::size_t>> places_;  // by dimension and code
  std::vector<std::uint32_t> id_;                 // by combination
  std::vector<SumCell> cells_;
  std::vector<Sum> sums_;
  std::vector<Insider> insiders_;
};

}  // namespace

std::variant<SumSystem, TableFault> bind(const CellTable& table) { return Binder(table).bind(); }

}  // namespace sceau::disclosure
