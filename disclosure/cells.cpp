#include "disclosure/cells.h"

#include <algorithm>
#include <set>
#include <utility>

#include "disclosure/fault.h"

namespace sceau::disclosure {
namespace {

// NULL (nullopt) after every code.
bool before(const std::optional<std::string>& a, const std::optional<std::string>& b) {
  if (!a || !b) return a.has_value() && !b.has_value();
  return *a < *b;
}

// Total after every member.
bool key_less(const std::vector<Member>& a, const std::vector<Member>& b) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto rank_a = static_cast<std::uint32_t>(a[i]);
    const auto rank_b = static_cast<std::uint32_t>(b[i]);  // total is -1: the largest
    if (rank_a != rank_b) return rank_a < rank_b;
  }
  return false;
}

[[noreturn]] void refuse_many_cells(const std::string& which) {
  throw DisclosureError(Fault::too_many_cells, "the table has more than a million cells" + which +
                                                   ": group by fewer or coarser variables");
}

// A group's members where the set keeps them, else Total.
std::vector<Member> key_in_set(const Keys& keys, std::size_t group, std::uint32_t kept) {
  std::vector<Member> key(keys.width);
  for (std::size_t d = 0; d < keys.width; ++d) {
    key[d] = ((kept >> d) & 1U) != 0 ? keys.of(group)[d] : total;
  }
  return key;
}

std::vector<std::string> ancestors(const std::string& variable,
                                   const policies::Codebook& codebook) {
  std::vector<std::string> found;
  const policies::Variable* at = codebook.find(variable);
  while (at != nullptr && !at->parent.empty() &&
         std::find(found.begin(), found.end(), at->parent) == found.end()) {
    found.push_back(at->parent);
    at = codebook.find(at->parent);
  }
  return found;
}

// Makes the cells of one grouping set, a dimension at a time.
class CellMaker {
 public:
  CellMaker(std::uint32_t set_index, std::uint32_t kept, const Keys& keys,
            const std::vector<Nesting>& nestings, std::vector<Cell>& out)
      : keys_(&keys), out_(&out), kept_(kept) {
    cell_.grouping_set = set_index;
    cell_.key.assign(keys.width, total);
    limits_.resize(keys.width);
    for (const Nesting& nesting : nestings) add_limit(nesting);
  }

  void make(std::size_t dimension = 0) {
    if (dimension == keys_->width) {
      if (out_->size() == max_cells) {
        refuse_many_cells(", the empty ones included");
      }
      out_->push_back(cell_);
      return;
    }
    if (!keeps(dimension)) return make(dimension + 1);
    if (!limits_[dimension].empty()) {
      const Limit& first = limits_[dimension][0];
      for (const Member member : first.allowed[index(cell_.key[first.by])])
        try_member(dimension, member);
    } else {
      const auto members = static_cast<Member>(keys_->domains[dimension].codes.size());
      for (Member member = 0; member < members; ++member) try_member(dimension, member);
    }
    cell_.key[dimension] = total;
  }

 private:
  struct Limit {
    std::size_t by;                            // an earlier dimension
    std::vector<std::vector<Member>> allowed;  // by its member, ascending
  };

  static std::size_t index(Member member) { return static_cast<std::size_t>(member); }
  [[nodiscard]] bool keeps(std::size_t dimension) const { return ((kept_ >> dimension) & 1U) != 0; }

  void add_limit(const Nesting& nesting) {
    const auto [by, limited] = std::minmax(nesting.upper, nesting.lower);
    if (!keeps(by) || !keeps(limited)) return;
    std::set<std::pair<Member, Member>> seen;
    const std::size_t groups = keys_->width == 0 ? 0 : keys_->members.size() / keys_->width;
    for (std::size_t group = 0; group < groups; ++group) {
      seen.emplace(keys_->of(group)[by], keys_->of(group)[limited]);
    }
    Limit limit{by, std::vector<std::vector<Member>>(keys_->domains[by].codes.size())};
    for (const auto& [member, other] : seen) limit.allowed[index(member)].push_back(other);
    limits_[limited].push_back(std::move(limit));
  }

  void try_member(std::size_t dimension, Member member) {
    const auto& limits = limits_[dimension];
    for (std::size_t i = 1; i < limits.size(); ++i) {
      const auto& allowed = limits[i].allowed[index(cell_.key[limits[i].by])];
      if (!std::binary_search(allowed.begin(), allowed.end(), member)) return;
    }
    cell_.key[dimension] = member;
    make(dimension + 1);
  }

  const Keys* keys_;
  std::vector<Cell>* out_;
  std::uint32_t kept_;
  Cell cell_;
  std::vector<std::vector<Limit>> limits_;  // by dimension
};

}  // namespace

Keys observed_keys(const Tabulation& tabulation, const Plan& plan, const Scan& scan) {
  Keys keys;
  keys.width = plan.dimensions.size();
  keys.members.resize(scan.groups.count * keys.width);
  for (std::size_t d = 0; d < keys.width; ++d) {
    std::vector<std::uint32_t> raw;
    for (std::size_t group = 0; group < scan.groups.count; ++group) {
      raw.push_back(scan.index.members(group)[d]);
    }
    std::vector<std::uint32_t> seen = raw;
    std::sort(seen.begin(), seen.end());
    seen.erase(std::unique(seen.begin(), seen.end()), seen.end());
    std::vector<std::pair<std::optional<std::string>, std::uint32_t>> named;
    for (const std::uint32_t member : seen) {
      named.emplace_back(plan.dimensions[d].text(member, scan.values[d]), member);
    }
    std::sort(named.begin(), named.end(),
              [](const auto& a, const auto& b) { return before(a.first, b.first); });
    Domain domain{tabulation.dimensions[d].name, {}};
    std::vector<Member> member_of(seen.size());
    for (const auto& [code, member] : named) {
      const auto at = std::lower_bound(seen.begin(), seen.end(), member) - seen.begin();
      member_of[static_cast<std::size_t>(at)] = static_cast<Member>(domain.codes.size());
      domain.codes.push_back(code);
    }
    for (std::size_t group = 0; group < scan.groups.count; ++group) {
      const auto at = std::lower_bound(seen.begin(), seen.end(), raw[group]) - seen.begin();
      keys.members[group * keys.width + d] = member_of[static_cast<std::size_t>(at)];
    }
    keys.domains.push_back(std::move(domain));
  }
  return keys;
}

std::vector<Nesting> nestings(const Tabulation& tabulation, const policies::Codebook& codebook) {
  std::vector<Nesting> found;
  const auto& dimensions = tabulation.dimensions;
  for (std::size_t lower = 0; lower < dimensions.size(); ++lower) {
    const auto* variable = std::get_if<std::string>(&dimensions[lower].from);
    if (variable == nullptr) continue;
    const auto above = ancestors(*variable, codebook);
    for (std::size_t upper = 0; upper < dimensions.size(); ++upper) {
      const auto* other = std::get_if<std::string>(&dimensions[upper].from);
      if (other == nullptr || upper == lower) continue;
      const bool same = *other == *variable && upper < lower;
      if (same || std::find(above.begin(), above.end(), *other) != above.end()) {
        found.push_back({upper, lower});
      }
    }
  }
  return found;
}

std::vector<Cell> possible_cells(const Tabulation& tabulation, const Keys& keys,
                                 const policies::Codebook& codebook) {
  std::vector<Cell> cells;
  const auto nested = nestings(tabulation, codebook);
  for (std::uint32_t set = 0; set < tabulation.grouping_sets.size(); ++set) {
    CellMaker(set, tabulation.grouping_sets[set], keys, nested, cells).make();
  }
  std::stable_sort(cells.begin(), cells.end(),
                   [](const Cell& a, const Cell& b) { return key_less(a.key, b.key); });
  return cells;
}

std::vector<Cell> observed_cells(const Tabulation& tabulation, const Keys& keys) {
  const std::size_t groups = keys.width == 0 ? 0 : keys.members.size() / keys.width;
  std::vector<Cell> cells;
  for (std::uint32_t set = 0; set < tabulation.grouping_sets.size(); ++set) {
    const std::uint32_t kept = tabulation.grouping_sets[set];
    std::vector<std::vector<Member>> seen;
    for (std::size_t group = 0; group < groups && kept != 0; ++group) {
      seen.push_back(key_in_set(keys, group, kept));
    }
    if (kept == 0) seen.emplace_back(keys.width, total);  // of everything: one, even of no rows
    std::sort(seen.begin(), seen.end(), key_less);
    seen.erase(std::unique(seen.begin(), seen.end()), seen.end());
    if (cells.size() + seen.size() > max_cells) refuse_many_cells("");
    for (auto& key : seen) {
      Cell& cell = cells.emplace_back();
      cell.grouping_set = set;
      cell.key = std::move(key);
    }
  }
  std::stable_sort(cells.begin(), cells.end(),
                   [](const Cell& a, const Cell& b) { return key_less(a.key, b.key); });
  return cells;
}

std::vector<std::uint32_t> cells_of_groups(const Keys& keys, std::uint32_t kept,
                                           const std::vector<const Cell*>& cells) {
  const std::size_t groups = keys.width == 0 ? 0 : keys.members.size() / keys.width;
  std::vector<std::uint32_t> found;
  for (std::size_t group = 0; group < groups; ++group) {
    const auto key = key_in_set(keys, group, kept);
    const auto at =
        std::lower_bound(cells.begin(), cells.end(), key,
                         [](const Cell* cell, const auto& k) { return key_less(cell->key, k); });
    found.push_back(static_cast<std::uint32_t>(at - cells.begin()));
  }
  return found;
}

}  // namespace sceau::disclosure
