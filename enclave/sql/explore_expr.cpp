#include <algorithm>

#include "enclave/sql/explore.h"
#include "enclave/sql/fault.h"
#include "enclave/sql/functions.h"
#include "enclave/sql/generator.h"
#include "enclave/sql/values.h"

namespace sceau::enclave::sql {
namespace {

bool is_comparison(std::string_view name) {
  return name == "=" || name == "<>" || name == "<" || name == ">" || name == "<=" || name == ">=";
}

/// SQLite takes S_CAST_T4 and s_cast_t4 for the same: digits tell the integers apart.
char letter(Type type) {
  switch (type) {
    case Type::boolean:
      return 'b';
    case Type::int4:
      return '4';
    case Type::int8:
      return '8';
    case Type::float8:
      return 'f';
    case Type::numeric:
      return 'n';
    case Type::date:
      return 'd';
    case Type::unknown:
    case Type::text:
    case Type::bytea:
      return 't';
  }
  return 't';
}

}  // namespace

/// As an operand of a comparison, a sort or a group: numerics compare by value, not as texts.
std::string Generator::comparable(const Expr& expr) {
  auto text = this->expr(expr);
  return expr.type == Type::numeric ? "(" + text + " COLLATE s_numeric)" : text;
}

std::string Generator::expr(const Expr& expr) {
  const auto standing = frames_.empty() ? Standing::no_group : this->standing(expr, frames_.back());
  if (standing == Standing::left_out) return "NULL";
  if (standing == Standing::kept) {
    // Its parts may be grouped by themselves, and left out: here they are each row's own.
    frames_.back().outside_groups = true;
    auto text = this->expr(expr);
    frames_.back().outside_groups = false;
    return text;
  }
  switch (expr.kind) {
    case Expr::Kind::literal:
      return literal(expr);
    case Expr::Kind::column:
      return column(expr);
    case Expr::Kind::call:
      return call(expr);
    case Expr::Kind::operation:
      return operation(expr);
    case Expr::Kind::all_of:
      return logic(expr.args, 0, expr.args.size(), " AND ");
    case Expr::Kind::any_of:
      return logic(expr.args, 0, expr.args.size(), " OR ");
    case Expr::Kind::negation:
      return "(NOT " + this->expr(expr.args[0]) + ")";
    case Expr::Kind::is_null:
      return "(" + this->expr(expr.args[0]) + (expr.negated ? " IS NOT NULL)" : " IS NULL)");
    case Expr::Kind::truth:
      return truth(expr);
    case Expr::Kind::distinct_from:
      return "(" + comparable(expr.args[0]) + (expr.negated ? " IS " : " IS NOT ") +
             comparable(expr.args[1]) + ")";
    case Expr::Kind::in_list:
      return "(" + comparable(expr.args[0]) + (expr.negated ? " NOT IN (" : " IN (") +
             list(expr.args, 1) + "))";
    case Expr::Kind::between:
      return "(" + comparable(expr.args[0]) + (expr.negated ? " NOT BETWEEN " : " BETWEEN ") +
             this->expr(expr.args[1]) + " AND " + this->expr(expr.args[2]) + ")";
    case Expr::Kind::like: {
      const auto name = expr.name == "ilike" ? "s_ilike(" : "s_like(";
      return (expr.negated ? "(NOT " : "(") + std::string(name) + list(expr.args, 0) + "))";
    }
    case Expr::Kind::case_of: {
      std::string text = "CASE";
      for (std::size_t i = 0; i + 1 < expr.args.size(); i += 2) {
        text += " WHEN " + this->expr(expr.args[i]) + " THEN " + this->expr(expr.args[i + 1]);
      }
      return "(" + text + " ELSE " + this->expr(expr.args.back()) + " END)";
    }
    case Expr::Kind::coalesce:
      if (expr.args.size() == 1) return this->expr(expr.args[0]);
      return "coalesce(" + list(expr.args, 0) + ")";
    case Expr::Kind::null_if:
      return "nullif(" + list(expr.args, 0, true) + ")";
    case Expr::Kind::greatest:
    case Expr::Kind::least:
      return extreme(expr);
    case Expr::Kind::cast:
      return cast(expr);
    case Expr::Kind::scalar_query:
      return "(SELECT s_single(c1) FROM (" + select(*expr.query) + "))";
    case Expr::Kind::exists_query:
      return "(EXISTS (" + select(*expr.query) + "))";
    case Expr::Kind::in_query:
      return "(" + comparable(expr.args[0]) + (expr.negated ? " NOT IN (" : " IN (") +
             select(*expr.query) + "))";
    case Expr::Kind::grouping:
      return grouping(expr);
    case Expr::Kind::parameter:
    case Expr::Kind::star:
      break;
  }
  throw SqlError("XX000", "sql.internal", {"expression"}, expr.position);
}

std::string Generator::literal(const Expr& expr) const {
  if (!expr.text) return "NULL";
  switch (expr.type) {
    case Type::boolean:
      return *expr.text == "t" ? "1" : "0";
    case Type::int4:
    case Type::int8: {
      // -9223372036854775808 has no literal in SQLite that stays an integer.
      const auto value = parse_integer(*expr.text, Type::int8);
      if (!value) throw SqlError("XX000", "sql.internal", {"literal"}, expr.position);
      if (*value == INT64_MIN) return "(-9223372036854775807 - 1)";
      return *value < 0 ? "(" + std::to_string(*value) + ")" : std::to_string(*value);
    }
    case Type::float8:
      return "s_float8(" + quoted_text(*expr.text) + ")";
    case Type::unknown:
    case Type::numeric:
    case Type::text:
    case Type::date:
    case Type::bytea:
      return quoted_text(*expr.text);
  }
  return "NULL";
}

std::string Generator::column(const Expr& expr) const {
  const auto level = static_cast<std::size_t>(expr.level);
  if (level >= frames_.size()) throw SqlError("XX000", "sql.internal", {"column"}, expr.position);
  const auto& frame = frames_[frames_.size() - 1 - level];
  if (level > 0) {
    auto there = expr;
    there.level = 0;
    if (left_out(there, frame)) return "NULL";
  }
  const From* leaf = nullptr;
  std::vector<const From*> open;
  for (const auto& item : frame.select->from) open.push_back(&item);
  while (!open.empty()) {
    const auto* item = open.back();
    open.pop_back();
    if (item->kind == From::Kind::join) {
      open.push_back(&*item->left);
      open.push_back(&*item->right);
    } else if (item->range == expr.range) {
      leaf = item;
    }
  }
  if (!leaf) throw SqlError("XX000", "sql.internal", {"column"}, expr.position);
  return leaf_alias(frame.id, expr.range) + ".c" + std::to_string(expr.column + 1);
}

std::string Generator::cast(const Expr& expr) {
  const auto& inner = expr.args[0];
  auto text = this->expr(inner);
  if (inner.type == expr.type && expr.scale < 0) return text;
  const bool widening = inner.type == Type::int4 && expr.type == Type::int8;
  if (widening) return text;
  // s_cast_8t: from int8 to text.
  std::string name = "s_cast_";
  name += letter(inner.type);
  name += expr.name == "shown" && inner.type == Type::boolean ? 's' : letter(expr.type);
  if (expr.scale >= 0) {
    return "s_fit(" + (inner.type == Type::numeric ? text : name + "(" + text + ")") + ", " +
           std::to_string(expr.precision) + ", " + std::to_string(expr.scale) + ")";
  }
  return name + "(" + text + ")";
}

std::string Generator::operation(const Expr& expr) {
  if (is_comparison(expr.name) && expr.args.size() == 2) {
    return "(" + comparable(expr.args[0]) + " " + expr.name + " " + comparable(expr.args[1]) + ")";
  }
  return std::string(expr.signature->sqlite) + "(" + list(expr.args, 0) + ")";
}

std::string Generator::call(const Expr& expr) {
  std::string text;
  if (expr.star) {
    text = "count(*)";
  } else {
    const auto& signature = *expr.signature;
    if (signature.sqlite.empty()) {
      throw SqlError("0A000", "sql.model", {expr.name}, expr.position);
    }
    const bool compares = signature.kind != FunctionKind::scalar;
    // An aggregate takes each row's own values, also those of what its grouping set leaves out.
    const bool before = frames_.empty() || frames_.back().outside_groups;
    if (!frames_.empty() && is_aggregate(signature) && !expr.over) {
      frames_.back().outside_groups = true;
    }
    text = std::string(signature.sqlite) + "(" + (expr.distinct ? "DISTINCT " : "") +
           list(expr.args, 0, compares);
    for (std::size_t i = 0; i < expr.order.size(); ++i) {
      text +=
          (i ? ", " : " ORDER BY ") + comparable(expr.order[i].expr) + order_suffix(expr.order[i]);
    }
    text += ")";
    if (!frames_.empty()) frames_.back().outside_groups = before;
  }
  if (expr.filter) {
    const bool before = frames_.back().outside_groups;
    frames_.back().outside_groups = true;
    text += " FILTER (WHERE " + this->expr(*expr.filter) + ")";
    frames_.back().outside_groups = before;
  }
  if (expr.over) text += " OVER (" + window(*expr.over) + ")";
  return text;
}

std::string Generator::window(const Window& window) {
  std::string text;
  for (const auto& item : window.partition) {
    text += (text.empty() ? "PARTITION BY " : ", ") + comparable(item);
  }
  std::string keys;
  for (const auto& key : window.order) {
    keys += (keys.empty() ? " ORDER BY " : ", ") + comparable(key.expr) + order_suffix(key);
  }
  text += keys;
  if (!window.framed) return text;
  switch (window.mode) {
    case Window::Mode::range:
      text += " RANGE";
      break;
    case Window::Mode::rows:
      text += " ROWS";
      break;
    case Window::Mode::groups:
      text += " GROUPS";
      break;
  }
  return text + " BETWEEN " + bound(window.start) + " AND " + bound(window.end);
}

std::string Generator::bound(const Bound& bound) {
  switch (bound.kind) {
    case Bound::Kind::unbounded_preceding:
      return "UNBOUNDED PRECEDING";
    case Bound::Kind::preceding:
      return expr(*bound.offset) + " PRECEDING";
    case Bound::Kind::current_row:
      return "CURRENT ROW";
    case Bound::Kind::following:
      return expr(*bound.offset) + " FOLLOWING";
    case Bound::Kind::unbounded_following:
      return "UNBOUNDED FOLLOWING";
  }
  return {};
}

/// AND and OR as balanced trees: SQLite limits the depth of an expression, not its width.
std::string Generator::logic(const std::vector<Expr>& args, std::size_t begin, std::size_t end,
                             std::string_view word) {
  if (end - begin == 1) return expr(args[begin]);
  const auto middle = begin + (end - begin) / 2;
  return "(" + logic(args, begin, middle, word) + std::string(word) +
         logic(args, middle, end, word) + ")";
}

std::string Generator::list(const std::vector<Expr>& args, std::size_t begin, bool collated) {
  std::string text;
  for (std::size_t i = begin; i < args.size(); ++i) {
    if (i > begin) text += ", ";
    text += collated ? comparable(args[i]) : expr(args[i]);
  }
  return text;
}

std::string Generator::truth(const Expr& expr) {
  const auto inner = this->expr(expr.args[0]);
  const std::string word = expr.negated ? " IS NOT " : " IS ";
  if (expr.name == "unknown") return "(" + inner + word + "NULL)";
  return "(" + inner + word + (expr.name == "true" ? "TRUE)" : "FALSE)");
}

/// NULLs are passed over: GREATEST(1, NULL) is 1.
std::string Generator::extreme(const Expr& expr) {
  const bool greatest = expr.kind == Expr::Kind::greatest;
  const bool numeric = expr.type == Type::numeric;
  const std::string name = greatest ? "s_greatest" : "s_least";
  return name + (numeric ? "n(" : "(") + list(expr.args, 0) + ")";
}

}  // namespace sceau::enclave::sql
