#include "enclave/sql/explore.h"

#include "enclave/sql/fault.h"
#include "enclave/sql/generator.h"

namespace sceau::enclave::sql {
namespace {

std::string output(std::size_t index) { return "c" + std::to_string(index + 1); }

std::string_view join_words(From::Join join) {
  switch (join) {
    case From::Join::cross:
      return " JOIN ";
    case From::Join::inner:
      return " INNER JOIN ";
    case From::Join::left:
      return " LEFT JOIN ";
    case From::Join::right:
      return " RIGHT JOIN ";
    case From::Join::full:
      return " FULL JOIN ";
  }
  return " JOIN ";
}

std::string collation(Type type) { return type == Type::numeric ? " COLLATE s_numeric" : ""; }

}  // namespace

std::string quoted_identifier(std::string_view name) {
  std::string quoted = "\"";
  for (const char c : name) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

std::string quoted_text(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'') quoted += '\'';
    quoted += c;
  }
  return quoted + "'";
}

std::string table_name(const From& leaf) {
  if (leaf.kind == From::Kind::system) return "sceau." + leaf.name;
  return leaf.vintage ? leaf.name + "@" + *leaf.vintage : leaf.name;
}

ExplorePlan explore_query(const Select& query) {
  return {Generator().select(query), query.columns};
}

std::string Generator::leaf_alias(int frame, std::size_t range) const {
  return "r" + std::to_string(frame) + "_" + std::to_string(range);
}

std::string Generator::select(const Select& select) {
  if (select.set != Select::Set::none) return set_operation(select);
  if (!select.values.empty()) return values(select);
  return core(select);
}

std::string Generator::core(const Select& select) {
  frames_.push_back({++frame_count_, &select, nullptr});
  auto text = select.grouping_sets.size() > 1 ? grouping_sets(select) : core_body(select, true);
  frames_.pop_back();
  return text + limits(select);
}

std::string Generator::core_body(const Select& select, bool with_order) {
  std::string text = select.distinct ? "SELECT DISTINCT " : "SELECT ";
  for (std::size_t i = 0; i < select.targets.size(); ++i) {
    const auto& target = select.targets[i].expr;
    auto value = select.distinct ? comparable(target) : expr(target);
    // A group of everything is seen by SQLite where an aggregate stands only: this one is NULL.
    if (i == 0 && one_group(select)) value = "coalesce(" + value + ", nullif(count(*), count(*)))";
    text += (i > 0 ? ", " : "") + value + " AS " + output(i);
  }
  const auto having = select.having ? expr(*select.having) : std::string();
  frames_.back().outside_groups = true;
  if (!select.from.empty()) text += " FROM " + from(select.from);
  if (select.where) text += " WHERE " + expr(*select.where);
  frames_.back().outside_groups = false;
  if (select.grouped) text += group_by(select, having);
  return with_order ? text + order_of_core(select) : text;
}

std::string Generator::order_of_core(const Select& select) {
  std::string text;
  for (const auto& key : select.order) {
    if (!key.output && key.expr.kind == Expr::Kind::literal) continue;
    text += text.empty() ? " ORDER BY " : ", ";
    text += key.output ? std::to_string(*key.output + 1) + collation(key.expr.type)
                       : comparable(key.expr);
    text += order_suffix(key);
  }
  return text;
}

/// GROUP BY (), or an aggregate without GROUP BY: one row, even of no rows.
bool Generator::one_group(const Select& select) const {
  if (!select.grouped) return false;
  return (frames_.back().set ? *frames_.back().set : select.grouping_sets[0]).empty();
}

std::string Generator::group_by(const Select& select, const std::string& having) {
  const auto& set = frames_.back().set ? *frames_.back().set : select.grouping_sets[0];
  std::string keys;
  for (const auto index : set) {
    const auto& key = select.group[index];
    if (key.kind == Expr::Kind::literal) continue;  // SQLite would take 1 for the first column
    keys += (keys.empty() ? "" : ", ") + comparable(key);
  }
  if (keys.empty() && !set.empty()) keys = "NULL";
  std::string text = keys.empty() ? "" : " GROUP BY " + keys;
  return having.empty() ? text : text + " HAVING " + having;
}

std::string Generator::order_suffix(const Order& key) {
  std::string text = key.descending ? " DESC" : " ASC";
  return text + (key.puts_nulls_first() ? " NULLS FIRST" : " NULLS LAST");
}

std::string Generator::limits(const Select& select) {
  if (!select.limit && !select.offset) return {};
  // A NULL limit is none; SQLite takes a negative one so, which PostgreSQL refuses.
  std::string text = " LIMIT ";
  text += select.limit ? "s_limit(" + expr(*select.limit) + ", -1)" : std::string("-1");
  if (select.offset) text += " OFFSET s_limit(" + expr(*select.offset) + ", 0)";
  return text;
}

std::string Generator::order_of_outputs(const Select& select) {
  std::string text;
  for (const auto& key : select.order) {
    text += text.empty() ? " ORDER BY " : ", ";
    text += std::to_string(*key.output + 1) + collation(select.columns[*key.output].type);
    text += order_suffix(key);
  }
  return text;
}

/// One side of a set operation: its columns, with the collation that compares them.
std::string Generator::branch(const Select& select) {
  std::string text = "SELECT ";
  for (std::size_t i = 0; i < select.columns.size(); ++i) {
    if (i > 0) text += ", ";
    text += output(i) + collation(select.columns[i].type) + " AS " + output(i);
  }
  return text + " FROM (" + this->select(select) + ")";
}

std::string Generator::set_operation(const Select& select) {
  std::string_view word = select.all ? " UNION ALL " : " UNION ";
  if (select.set == Select::Set::intersect) word = " INTERSECT ";
  if (select.set == Select::Set::except) word = " EXCEPT ";
  auto text =
      "SELECT * FROM (" + branch(*select.left) + std::string(word) + branch(*select.right) + ")";
  text += order_of_outputs(select);
  frames_.push_back({++frame_count_, &select, nullptr});
  text += limits(select);
  frames_.pop_back();
  return text;
}

std::string Generator::values(const Select& select) {
  frames_.push_back({++frame_count_, &select, nullptr});
  std::string rows;
  for (const auto& row : select.values) {
    rows += (rows.empty() ? "VALUES (" : ", (") + list(row, 0) + ")";
  }
  std::string text = "SELECT ";
  for (std::size_t i = 0; i < select.columns.size(); ++i) {
    if (i > 0) text += ", ";
    text += "column" + std::to_string(i + 1) + " AS " + output(i);
  }
  text += " FROM (" + rows + ")" + order_of_outputs(select) + limits(select);
  frames_.pop_back();
  return text;
}

std::string Generator::from(const std::vector<From>& items) {
  std::string text;
  for (const auto& item : items) {
    const bool first = text.empty();
    text += (first ? "" : " JOIN ") + from_item(item, first);
  }
  return text;
}

/// `leftmost`: joins associate to the left, so that no brackets are needed there.
std::string Generator::from_item(const From& item, bool leftmost) {
  const auto alias = leaf_alias(frames_.back().id, item.range);
  switch (item.kind) {
    case From::Kind::relation:
    case From::Kind::system:
      return "main." + quoted_identifier(table_name(item)) + " AS " + alias;
    case From::Kind::derived: {
      // A subquery of FROM sees what is around this SELECT, not its neighbours.
      const auto frame = frames_.back();
      frames_.pop_back();
      auto text = "(" + select(*item.select) + ") AS " + alias;
      frames_.push_back(frame);
      return text;
    }
    case From::Kind::join: {
      auto text = from_item(*item.left, true) + std::string(join_words(item.join)) +
                  from_item(*item.right, false);
      if (item.on) text += " ON " + expr(*item.on);
      return leftmost ? text : "(" + text + ")";
    }
  }
  return {};
}

}  // namespace sceau::enclave::sql
