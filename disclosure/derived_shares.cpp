#include "disclosure/derived_shares.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "disclosure/narrower.h"
#include "disclosure/plan.h"

namespace sceau::disclosure {
namespace {

using Codes = std::vector<std::optional<std::string>>;
/// By category of the sensitive variable: the cell.
using Group = std::map<std::optional<std::string>, std::uint32_t>;

// The outer cell that holds each inner one; an inner cell that reaches beyond one has none.
Holders holders_of(const Family& outer, const Family& inner) {
  Holders holders(inner.cells(), nowhere);
  std::vector<bool> split(inner.cells(), false);
  for (std::size_t profile = 0; profile < inner.cell_of.size(); ++profile) {
    const std::uint32_t part = inner.cell_of[profile];
    if (part == nowhere || split[part]) continue;
    const std::uint32_t cell = outer.cell_of[profile];
    if (cell == nowhere || (holders[part] != nowhere && holders[part] != cell)) {
      split[part] = true;
      holders[part] = nowhere;
    } else {
      holders[part] = cell;
    }
  }
  return holders;
}

Codes codes_of(const ReleasedTable& table, const Family& family, std::uint32_t cell) {
  Codes codes = table.sets->codes[family.example[cell]];
  for (std::size_t d = 0; d < codes.size(); ++d) {
    if (((family.kept >> d) & 1U) == 0) codes[d].reset();
  }
  return codes;
}

// A family's cells that differ in one dimension alone.
std::map<Codes, Group> groups_along(const ReleasedTable& table, const Family& family,
                                    std::size_t dimension) {
  std::map<Codes, Group> groups;
  for (std::uint32_t cell = 0; cell < family.cells(); ++cell) {
    Codes codes = codes_of(table, family, cell);
    const auto category = std::exchange(codes[dimension], std::nullopt);
    groups[std::move(codes)][category] = cell;
  }
  return groups;
}

bool keeps(const Family& family, std::size_t dimension) {
  return ((family.kept >> dimension) & 1U) != 0;
}

class Derivation {
 public:
  Derivation(const ReleasedTable& outer, const ReleasedTable& inner,
             const policies::Codebook& codebook, std::uint64_t& steps)
      : outer_(outer), inner_(inner), codebook_(codebook), steps_(steps) {}

  std::vector<DerivedGroup> find() {
    along_dimensions();
    beside_all_rows();
    return std::move(found_);
  }

 private:
  // ---- as a dimension of both

  void along_dimensions() {
    const auto& ours = outer_.tabulation->dimensions;
    const auto& theirs = inner_.tabulation->dimensions;
    for (std::size_t d = 0; d < ours.size(); ++d) {
      for (const std::string& name : sensitive_of(variables_of(ours[d]), codebook_)) {
        for (std::size_t e = 0; e < theirs.size(); ++e) {
          if (ours[d].from == theirs[e].from) along(d, e, name);
        }
      }
    }
  }

  void along(std::size_t d, std::size_t e, const std::string& name) {
    for (const Family& outer : outer_.sets->families) {
      if (!keeps(outer, d)) continue;
      const auto wholes = groups_along(outer_, outer, d);
      std::map<std::uint32_t, const Group*> group_of;  // by outer cell
      for (const auto& [codes, group] : wholes) {
        for (const auto& [category, cell] : group) group_of[cell] = &group;
      }
      for (const Family& inner : inner_.sets->families) {
        if (!keeps(inner, e) || &inner == &outer) continue;
        const Holders holders = holders_of(outer, inner);
        steps_ += outer.cell_of.size();
        std::map<const Group*, std::vector<Group>> inside;
        for (auto& [codes, group] : groups_along(inner_, inner, e)) {
          if (const Group* holder = holder_of(group, holders, group_of)) {
            inside[holder].push_back(std::move(group));
          }
        }
        for (const auto& [whole, parts] : inside) take_away(name, outer, *whole, inner, parts);
      }
    }
  }

  // The group of outer cells of which each holds the inner cell of the same category.
  static const Group* holder_of(const Group& part, const Holders& holders,
                                const std::map<std::uint32_t, const Group*>& group_of) {
    const Group* found = nullptr;
    for (const auto& [category, cell] : part) {
      if (holders[cell] == nowhere) return nullptr;
      const Group* holder = group_of.at(holders[cell]);
      const auto same = holder->find(category);
      if (same == holder->end() || same->second != holders[cell]) return nullptr;
      if (found != nullptr && found != holder) return nullptr;
      found = holder;
    }
    return found;
  }

  void take_away(const std::string& name, const Family& outer, const Group& whole,
                 const Family& inner, const std::vector<Group>& parts) {
    std::int64_t left = 0;
    for (const auto& [category, cell] : whole) left += outer.rows[cell];
    std::vector<const Group*> all;
    for (const Group& part : parts) {
      for (const auto& [category, cell] : part) left -= inner.rows[cell];
      all.push_back(&part);
    }
    const bool each_is_the_others_rest = left == 0 && parts.size() == 2;  // and judged as released
    for (const Group* part : all) {
      if (!each_is_the_others_rest) between(name, outer, whole, inner, {part});
    }
    if (left > 0 && parts.size() > 1) between(name, outer, whole, inner, all);
  }

  void between(const std::string& name, const Family& outer, const Group& whole,
               const Family& inner, const std::vector<const Group*>& parts) {
    DerivedGroup derived{name, {}, {}, false};
    for (const auto& [category, cell] : whole) {
      if (!category) continue;  // of whom it isn't known
      Remainder left{&outer, cell, &inner, {}};
      for (const Group* part : parts) {
        const auto same = part->find(category);
        if (same != part->end()) left.parts.push_back(same->second);
      }
      derived.held.push_back(std::move(left));
    }
    if (!derived.held.empty()) found_.push_back(std::move(derived));
  }

  // ---- as 0/1 or FILTER, beside the rows of which it is a part

  struct Part {  // of a table: a family, and one that it narrows by a sensitive variable
    std::string variable;
    const Family* wide;
    const Family* narrow;
    std::set<std::string> by;
  };

  std::vector<Part> parts_of(const ReleasedTable& table) const {
    std::vector<Part> found;
    for (const Family& narrow : table.sets->families) {
      for (const Family& wide : table.sets->families) {
        if (&wide == &narrow || wide.kept != narrow.kept) continue;
        auto narrowed = narrowing(narrow.valid, wide.valid);
        if (!narrowed) continue;
        for (const std::string& name : sensitive_of({narrowed->variable}, codebook_)) {
          found.push_back({name, &wide, &narrow, std::move(narrowed->by)});
        }
      }
    }
    return found;
  }

  void beside_all_rows() {
    const auto theirs = parts_of(inner_);
    if (theirs.empty()) return;
    for (const Part& ours : parts_of(outer_)) {
      for (const Part& other : theirs) {
        if (ours.variable != other.variable || ours.by != other.by) continue;
        if (ours.wide != other.wide) beside(ours, other);
      }
    }
  }

  void beside(const Part& ours, const Part& theirs) {
    const Holders holders = holders_of(*ours.wide, *theirs.wide);
    steps_ += ours.wide->cell_of.size();
    const auto narrow_cells = by_codes(outer_, *ours.narrow);
    const auto narrow_parts = by_codes(inner_, *theirs.narrow);
    std::map<std::uint32_t, Parts> inside;
    for (std::uint32_t part = 0; part < holders.size(); ++part) {
      if (holders[part] != nowhere) inside[holders[part]].push_back(part);
    }
    for (const auto& [number, parts] : inside) {
      const std::uint32_t cell = number;
      const auto narrow = narrow_cells.find(codes_of(outer_, *ours.wide, cell));
      const auto add = [&](const Parts& taken) {
        Remainder held;
        if (narrow != narrow_cells.end()) {
          held = {ours.narrow, narrow->second, theirs.narrow, {}};
          for (const std::uint32_t part : taken) {
            const auto same = narrow_parts.find(codes_of(inner_, *theirs.wide, part));
            if (same != narrow_parts.end()) held.parts.push_back(same->second);
          }
        }
        found_.push_back({ours.variable,
                          {std::move(held)},
                          {{ours.wide, cell, theirs.wide, taken}},
                          is_binary(*codebook_.find(ours.variable))});
      };
      const std::int64_t left = Remainder{ours.wide, cell, theirs.wide, parts}.rows();
      for (const std::uint32_t part : parts) {
        if (left > 0 || parts.size() != 2) add({part});  // else each is the other's rest
      }
      if (left > 0 && parts.size() > 1) add(parts);
    }
  }

  static std::map<Codes, std::uint32_t> by_codes(const ReleasedTable& table, const Family& family) {
    std::map<Codes, std::uint32_t> cells;
    for (std::uint32_t cell = 0; cell < family.cells(); ++cell) {
      cells[codes_of(table, family, cell)] = cell;
    }
    return cells;
  }

  const ReleasedTable& outer_;
  const ReleasedTable& inner_;
  const policies::Codebook& codebook_;
  std::uint64_t& steps_;
  std::vector<DerivedGroup> found_;
};

}  // namespace

std::int64_t Remainder::rows() const {
  if (outer == nullptr) return 0;
  std::int64_t left = outer->rows[cell];
  for (const std::uint32_t part : parts) left -= inner->rows[part];
  return left;
}

std::vector<std::uint32_t> Remainder::profiles() const {
  std::vector<std::uint32_t> found;
  if (outer == nullptr) return found;
  for (std::uint32_t profile = 0; profile < outer->cell_of.size(); ++profile) {
    if (outer->cell_of[profile] != cell) continue;
    const std::uint32_t part = inner->cell_of[profile];
    if (std::find(parts.begin(), parts.end(), part) == parts.end()) found.push_back(profile);
  }
  return found;
}

std::vector<DerivedGroup> derived_groups(const ReleasedTable& outer, const ReleasedTable& inner,
                                         const policies::Codebook& codebook, std::uint64_t& steps) {
  if (!outer.sets->hidden.empty() || !inner.sets->hidden.empty()) return {};
  return Derivation(outer, inner, codebook, steps).find();
}

}  // namespace sceau::disclosure
