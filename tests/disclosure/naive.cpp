#include "tests/disclosure/naive.h"

#include <algorithm>
#include <cstdlib>
#include <functional>

namespace sceau::disclosure::naive {
namespace {

bool is_number(const World& world, const std::string& variable) {
  const policies::Variable* known = world.book.find(variable);
  return known != nullptr &&
         (known->type == policies::Type::integer || known->type == policies::Type::decimal);
}

// "-1.25" -> -125; at most two decimals.
long long in_hundredths(const std::string& text) {
  const bool negative = text[0] == '-';
  const std::size_t point = text.find('.');
  const std::string whole = text.substr(0, point);
  std::string rest = point == std::string::npos ? "" : text.substr(point + 1);
  rest.resize(2, '0');
  const long long size = std::llabs(std::stoll(whole)) * 100 + std::stoll(rest);
  return negative ? -size : size;
}

long long in_hundredths(const Decimal& decimal) {
  long long value = decimal.mantissa;
  for (int scale = decimal.scale; scale < 2; ++scale) value *= 10;
  return value;
}

bool compare(Comparison comparison, int order) {
  switch (comparison) {
    case Comparison::equal:
      return order == 0;
    case Comparison::not_equal:
      return order != 0;
    case Comparison::less:
      return order < 0;
    case Comparison::less_equal:
      return order <= 0;
    case Comparison::greater:
      return order > 0;
    case Comparison::greater_equal:
      return order >= 0;
  }
  return false;
}

int order(const std::string& value, const Constant& constant, bool number) {
  if (!number) return value.compare(std::get<std::string>(constant));
  const long long a = in_hundredths(value);
  const long long b = in_hundredths(std::get<Decimal>(constant));
  return a < b ? -1 : a > b ? 1 : 0;
}

Gifts gifts(const std::map<Text, long long>& by_entity) {
  Gifts made;
  for (const auto& [entity, size] : by_entity) {
    if (entity) ++made.distinct;
    made.sizes.push_back(std::llabs(size));
    made.total += std::llabs(size);
  }
  std::sort(made.sizes.begin(), made.sizes.end(), std::greater<>());
  return made;
}

}  // namespace

std::optional<bool> holds(const Condition& condition, const Row& row, const World& world) {
  switch (condition.kind) {
    case Condition::Kind::always:
      return true;
    case Condition::Kind::unknown:
      return std::nullopt;
    case Condition::Kind::negation: {
      const auto inner = holds(condition.parts[0], row, world);
      if (!inner) return std::nullopt;
      return !*inner;
    }
    case Condition::Kind::all_of:
    case Condition::Kind::any_of: {
      const bool decisive = condition.kind == Condition::Kind::any_of;
      bool unknown = false;
      for (const Condition& part : condition.parts) {
        const auto one = holds(part, row, world);
        if (!one) {
          unknown = true;
        } else if (*one == decisive) {
          return decisive;
        }
      }
      if (unknown) return std::nullopt;
      return !decisive;
    }
    case Condition::Kind::is_null:
      return !row.at(condition.variable).has_value();
    case Condition::Kind::compare:
    case Condition::Kind::in_list: {
      const Text& value = row.at(condition.variable);
      if (!value) return std::nullopt;
      const bool number = is_number(world, condition.variable);
      if (condition.kind == Condition::Kind::compare) {
        return compare(condition.comparison, order(*value, condition.constants[0], number));
      }
      for (const Constant& constant : condition.constants) {
        if (order(*value, constant, number) == 0) return true;
      }
      return false;
    }
  }
  return std::nullopt;
}

Text member(const Dimension& dimension, const Row& row, const World& world) {
  if (const auto* variable = std::get_if<std::string>(&dimension.from)) return row.at(*variable);
  if (const auto* recode = std::get_if<Recode>(&dimension.from)) {
    for (const RecodeCase& one : recode->cases) {
      if (holds(one.when, row, world) == true) return one.label;
    }
    return recode->otherwise;
  }
  const auto& bucket = std::get<WidthBucket>(dimension.from);
  const Text& value = row.at(bucket.variable);
  if (!value) return std::nullopt;
  const long long at = in_hundredths(*value);
  const long long low = in_hundredths(bucket.low);
  const long long high = in_hundredths(bucket.high);
  if (low < high ? at < low : at > low) return "0";
  for (int i = 1; i <= bucket.buckets; ++i) {  // the upper edge of bucket i, times the count
    const long long edge = low * bucket.buckets + i * (high - low);
    if (low < high ? at * bucket.buckets < edge : at * bucket.buckets > edge)
      return std::to_string(i);
  }
  return std::to_string(bucket.buckets + 1);
}

std::optional<long long> hundredths(const Operand& operand, const Row& row, const World& world) {
  if (const auto* indicator = std::get_if<Condition>(&operand)) {
    return holds(*indicator, row, world) == true ? 100 : 0;
  }
  const auto* variable = std::get_if<std::string>(&operand);
  if (variable == nullptr) return 100;
  const Text& value = row.at(*variable);
  if (!value) return std::nullopt;
  return is_number(world, *variable) ? in_hundredths(*value) : 0;
}

Key key_of(const Tabulation& tabulation, std::uint32_t kept, const Row& row, const World& world) {
  Key key;
  for (std::size_t d = 0; d < tabulation.dimensions.size(); ++d) {
    if (((kept >> d) & 1U) == 0) {
      key.emplace_back("*");
    } else {
      key.push_back(member(tabulation.dimensions[d], row, world).value_or("-"));
    }
  }
  return key;
}

std::vector<const Row*> under_where(const Tabulation& tabulation, const World& world) {
  std::vector<const Row*> found;
  for (const Row& row : world.rows) {
    const auto& vintages = tabulation.vintages;
    const bool in =
        std::find(vintages.begin(), vintages.end(), *row.at("vintage")) != vintages.end();
    if (in && holds(tabulation.where, row, world) == true) found.push_back(&row);
  }
  return found;
}

std::vector<const Row*> valid(const Statistic& statistic, const std::vector<const Row*>& in,
                              const World& world) {
  std::vector<const Row*> found;
  for (const Row* row : in) {
    if (holds(statistic.filter, *row, world) != true) continue;
    if (needs_second_value(statistic.function) && !row->at(statistic.second)) continue;
    if (hundredths(statistic.operand, *row, world)) found.push_back(row);
  }
  return found;
}

std::set<Key> keys(const Tabulation& tabulation, std::uint32_t kept, const World& world) {
  std::set<Key> made = {{}};
  const auto rows = under_where(tabulation, world);
  for (std::size_t d = 0; d < tabulation.dimensions.size(); ++d) {
    std::set<std::string> members;
    for (const Row* row : rows) {
      members.insert(member(tabulation.dimensions[d], *row, world).value_or("-"));
    }
    if (((kept >> d) & 1U) == 0) members = {"*"};
    std::set<Key> longer;
    for (const Key& key : made) {
      for (const std::string& one : members) {
        longer.insert(key);
        Key next = key;
        next.push_back(one);
        longer.insert(next);
      }
    }
    made.clear();
    for (const Key& key : longer) {
      if (key.size() == d + 1) made.insert(key);
    }
  }
  return made;
}

Facts facts(const std::vector<const Row*>& rows, const Operand& operand, bool numeric,
            bool counts_units, const World& world) {
  Facts made;
  made.rows = static_cast<long long>(rows.size());
  const std::string& unit = world.book.unit;
  std::set<long long> values;
  for (const Row* row : rows) {
    const long long value = numeric ? *hundredths(operand, *row, world) : 1;
    made.sum += value;
    made.absolute += std::llabs(value);
    made.squares += static_cast<long long>(value) * value;
    if (value < 0) ++made.negatives;
    values.insert(value);
  }
  std::set<std::string> units;
  std::set<std::string> lowest;
  std::set<std::string> highest;
  for (const Row* row : rows) {
    const long long value = numeric ? *hundredths(operand, *row, world) : 1;
    const Text who = unit == "row" ? Text(std::to_string(row - world.rows.data())) : row->at(unit);
    if (!who) continue;
    units.insert(*who);
    if (value == *values.begin()) lowest.insert(*who);
    if (value == *values.rbegin()) highest.insert(*who);
  }
  made.units = static_cast<long long>(units.size());
  if (numeric && !values.empty()) {
    made.minimum = *values.begin();
    made.maximum = *values.rbegin();
    made.minimum_units = static_cast<long long>(lowest.size());
    made.maximum_units = static_cast<long long>(highest.size());
    made.distinct_values = values.size() == 1 ? 1 : 2;
  }
  std::vector<std::string> kinds = world.book.contributors;
  kinds.push_back(unit);
  for (const std::string& kind : kinds) {
    std::map<Text, long long> by_entity;
    std::map<Text, std::set<std::string>> units_of;
    for (const Row* row : rows) {
      const Text who =
          kind == "row" ? Text(std::to_string(row - world.rows.data())) : row->at(kind);
      by_entity[who] += numeric ? *hundredths(operand, *row, world) : 1;
      if (counts_units && row->at(unit)) units_of[who].insert(*row->at(unit));
    }
    if (counts_units) {
      for (auto& [who, size] : by_entity) {
        size = kind == unit ? 1 : static_cast<long long>(units_of[who].size());
      }
    }
    made.kinds[kind] = gifts(by_entity);
  }
  return made;
}

std::set<std::string> breaches(const Facts& facts, bool magnitude, bool zero_or_one,
                               const policies::Policy& policy, const World& world) {
  using policies::Rule;
  std::set<std::string> found;
  const bool safe_zero = facts.rows == 0 && policy.threshold.zeros == policies::Zeros::safe;
  if (policy.enforces(Rule::threshold) && !safe_zero && facts.units < policy.threshold.minimum) {
    found.insert("threshold");
  }
  for (const auto& [kind, gifts] : facts.kinds) {
    const bool is_unit = kind == world.book.unit;
    if (policy.enforces(Rule::contributors) && !is_unit && facts.rows > 0 &&
        gifts.distinct < policy.contributors.minimum) {
      found.insert("contributors " + kind);
    }
    if (zero_or_one || (kind == "row" && !magnitude) || gifts.total == 0) continue;
    const auto size = [&gifts = gifts](std::size_t i) {
      return i < gifts.sizes.size() ? gifts.sizes[i] : 0;
    };
    for (const auto& rule : policy.dominance) {
      long long top = 0;
      for (int i = 0; i < rule.n; ++i) top += size(static_cast<std::size_t>(i));
      long long one = 1;
      for (int i = 0; i < rule.share.scale; ++i) one *= 10;
      const long long left = top * one;
      const long long right = rule.share.mantissa * gifts.total;
      const bool fails = rule.at_limit == policies::AtLimit::fail ? left >= right : left > right;
      if (policy.enforces(Rule::dominance) && fails) found.insert("dominance " + kind);
    }
    const auto& share = policy.p_percent.share;
    long long one = 1;
    for (int i = 0; i < share.scale; ++i) one *= 10;
    if (policy.enforces(Rule::p_percent) &&
        (gifts.total - size(0) - size(1)) * one < share.mantissa * size(0)) {
      found.insert("p_percent " + kind);
    }
  }
  if ((magnitude || zero_or_one) && policy.enforces(Rule::homogeneity) &&
      facts.distinct_values == 1) {
    found.insert("homogeneity");
  }
  return found;
}

}  // namespace sceau::disclosure::naive
