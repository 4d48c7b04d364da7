#include "tests/sql/random_query.h"

#include <algorithm>

#include "tests/sql/random_parts.h"

namespace sceau::enclave::sql::test {
namespace {

std::string joined(const std::vector<std::string>& parts, std::string_view between) {
  std::string all;
  for (const auto& part : parts) all += (all.empty() ? "" : std::string(between)) + part;
  return all;
}

std::size_t place(const RandomQuery& query, std::size_t dimension) {
  return (query.statistics_first ? query.statistics.size() : 0) + dimension;
}

std::string targets(const RandomQuery& query) {
  std::vector<std::string> dimensions, statistics;
  for (std::size_t i = 0; i < query.dimensions.size(); ++i) {
    dimensions.push_back(query.dimensions[i] + " AS d" + std::to_string(i + 1));
  }
  for (std::size_t i = 0; i < query.statistics.size(); ++i) {
    statistics.push_back(query.statistics[i] + " AS s" + std::to_string(i + 1));
  }
  auto& first = query.statistics_first ? statistics : dimensions;
  auto& second = query.statistics_first ? dimensions : statistics;
  first.insert(first.end(), second.begin(), second.end());
  if (query.twice && !query.dimensions.empty()) first.push_back(query.dimensions[0] + " AS again");
  return joined(first, ", ");
}

std::string group_by(const RandomQuery& query) {
  std::vector<std::string> items;
  for (std::size_t i = 0; i < query.dimensions.size(); ++i) {
    const bool number = query.groups == RandomQuery::Groups::ordinals;
    items.push_back(number ? std::to_string(place(query, i) + 1) : query.dimensions[i]);
  }
  const auto all = joined(items, ", ");
  switch (query.groups) {
    case RandomQuery::Groups::expressions:
    case RandomQuery::Groups::ordinals:
      return all.empty() ? "" : " GROUP BY " + all;
    case RandomQuery::Groups::rollup:
      return all.empty() ? "" : " GROUP BY ROLLUP (" + all + ")";
    case RandomQuery::Groups::cube:
      return all.empty() ? "" : " GROUP BY CUBE (" + all + ")";
    case RandomQuery::Groups::sets:
      break;
  }
  std::vector<std::string> sets;
  for (const auto& set : query.sets) {
    std::vector<std::string> kept;
    for (const auto dimension : set) kept.push_back(items[dimension]);
    sets.push_back("(" + joined(kept, ", ") + ")");
  }
  return " GROUP BY GROUPING SETS (" + joined(sets, ", ") + ")";
}

std::string order_by(const RandomQuery& query) {
  std::vector<std::string> keys;
  for (const auto& key : query.order) {
    const auto at = query.ordered_by()[keys.size()] + 1;
    keys.push_back((key.ordinal ? std::to_string(at) : "d" + std::to_string(key.dimension + 1)) +
                   key.suffix);
  }
  return keys.empty() ? "" : " ORDER BY " + joined(keys, ", ");
}

/// A form of grouping that fits the dimensions, and no key of ORDER BY twice.
void group_and_order(RandomQuery& query, Dice& dice) {
  const auto n = query.dimensions.size();
  using Groups = RandomQuery::Groups;
  query.groups = dice.among({Groups::expressions, Groups::ordinals, Groups::expressions,
                             Groups::rollup, Groups::cube, Groups::sets});
  if (query.groups == Groups::sets) {
    for (std::size_t bits = 0; bits < (std::size_t{1} << n); ++bits) {
      if (!dice.chance(50)) continue;
      query.sets.emplace_back();
      for (std::size_t i = 0; i < n; ++i) {
        if (bits >> i & 1U) query.sets.back().push_back(i);
      }
    }
    // Each dimension must stand in some set, or it is not grouped by.
    for (std::size_t i = 0; i < n; ++i) {
      const bool seen = std::any_of(query.sets.begin(), query.sets.end(), [&](const auto& set) {
        return std::find(set.begin(), set.end(), i) != set.end();
      });
      if (!seen) query.sets.push_back({i});
    }
    if (query.sets.empty()) query.sets.emplace_back();
  }
  for (std::size_t i = 0; i < n; ++i) {
    if (!dice.chance(40)) continue;
    query.order.push_back({i, dice.chance(50),
                           dice.among<std::string>({"", " DESC", " NULLS FIRST", " DESC NULLS LAST",
                                                    " ASC NULLS LAST"})});
  }
}

}  // namespace

std::vector<std::size_t> RandomQuery::ordered_by() const {
  std::vector<std::size_t> places;
  for (const auto& key : order) places.push_back(place(*this, key.dimension));
  return places;
}

std::string RandomQuery::text() const {
  const auto filtered = around_where.empty() ? "" : " WHERE " + around_where;
  const auto source = "SELECT * FROM " + relation + filtered;
  std::string text, from = relation;
  if (around == Around::derived) from = "(" + source + ") AS inside";
  if (around == Around::common) {
    text = "WITH inside AS (" + source + ") ";
    from = "inside";
  }
  text += "SELECT " + targets(*this) + " FROM " + from;
  if (!where.empty()) text += " WHERE " + joined(where, " AND ");
  text += group_by(*this);
  if (!having.empty()) text += " HAVING " + having;
  if (around == Around::lifted) text = "SELECT * FROM (" + text + ") AS inside" + filtered;
  return text + order_by(*this);
}

RandomQuery random_query(std::uint32_t seed) {
  Dice dice(seed);
  RandomQuery query;
  query.relation = dice.among<std::string>({"eleves", "eleves", "eleves", "\"eleves@2023\""});
  const int dimensions = dice.roll(4);
  while (static_cast<int>(query.dimensions.size()) < dimensions) {
    const auto made = dimension(dice);
    auto& held = query.dimensions;
    if (std::find(held.begin(), held.end(), made) == held.end()) held.push_back(made);
  }
  for (int i = 0, n = 1 + dice.roll(3); i < n; ++i) query.statistics.push_back(column(dice));
  query.statistics_first = dice.chance(20);
  query.twice = dice.chance(10);
  for (int i = 0, n = dice.roll(3); i < n; ++i) query.where.push_back(condition(dice, 2));
  group_and_order(query, dice);
  if (dice.chance(25)) {
    const auto limit = std::to_string(dice.roll(6));
    query.having = dice.among<std::string>({"count(*) >= " + limit, "count(*) > " + limit,
                                            limit + " <= count(*)",
                                            "count(*) >= 1 AND " + limit + " < count(*)"});
  }
  using Around = RandomQuery::Around;
  query.around = dice.among({Around::nothing, Around::nothing, Around::nothing, Around::derived,
                             Around::common, Around::lifted});
  if (query.around == Around::lifted) {
    query.statistics[0] = "count(*)";
    if (dice.chance(50)) query.around_where = "s1 >= " + std::to_string(dice.roll(6));
  } else if (query.around != Around::nothing && dice.chance(60)) {
    query.around_where = condition(dice, 1);
  }
  return query;
}

RandomQuery smallest(RandomQuery query, const std::function<bool(const RandomQuery&)>& fails) {
  using Change = std::function<void(RandomQuery&)>;
  for (bool smaller = true; smaller;) {
    std::vector<Change> changes;
    const auto erase = [&](auto member, std::size_t size) {
      for (std::size_t i = 0; i < size; ++i) {
        changes.emplace_back([member, i](RandomQuery& q) {
          (q.*member).erase((q.*member).begin() + static_cast<std::ptrdiff_t>(i));
        });
      }
    };
    erase(&RandomQuery::where, query.where.size());
    erase(&RandomQuery::order, query.order.size());
    const bool lifted = query.around == RandomQuery::Around::lifted;
    if (query.statistics.size() > 1 && !lifted)
      erase(&RandomQuery::statistics, query.statistics.size());
    if (query.groups != RandomQuery::Groups::sets && query.order.empty()) {
      erase(&RandomQuery::dimensions, query.dimensions.size());
    }
    changes.emplace_back([](RandomQuery& q) { q.around = RandomQuery::Around::nothing; });
    changes.emplace_back([](RandomQuery& q) { q.around_where.clear(); });
    changes.emplace_back([](RandomQuery& q) { q.having.clear(); });
    changes.emplace_back([](RandomQuery& q) { q.twice = q.statistics_first = false; });
    changes.emplace_back([](RandomQuery& q) { q.groups = RandomQuery::Groups::expressions; });
    changes.emplace_back([](RandomQuery& q) { q.relation = "eleves"; });
    smaller = false;
    for (const auto& change : changes) {
      auto candidate = query;
      change(candidate);
      if (candidate.text() == query.text() || !fails(candidate)) continue;
      query = std::move(candidate);
      smaller = true;
      break;
    }
  }
  return query;
}

}  // namespace sceau::enclave::sql::test
