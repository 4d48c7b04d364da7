#pragma once
// The functions and operators that exist in a session: each with its argument types, its result
// and the name under which SQLite computes it. What is not in the table can't be called, by the
// researcher or by the generator; the authorizer lets the same names through and no others.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "enclave/sql/type.h"

namespace sceau::enclave::sql {

enum class FunctionKind { scalar, aggregate, window, operation };

/// Argument and result letters: b boolean, I int4, i int8, n numeric, f float8, t text, d date,
/// x anything (made text), a anything (result `a`: the type of the first such argument).
/// A trailing '*' repeats the letter before it once or more.
struct Signature {
  std::string_view name;
  FunctionKind kind = FunctionKind::scalar;
  std::string_view arguments;
  char result = 't';
  std::string_view sqlite;  ///< function that the generator writes; empty: the engine's alone
};

/// Every signature, in the order in which overloads are preferred.
[[nodiscard]] std::span<const Signature> signatures();

[[nodiscard]] bool function_exists(std::string_view name);
/// Whether a window may follow: aggregates and window functions.
[[nodiscard]] bool is_aggregate(const Signature& signature);

/// How PostgreSQL would choose: the most exact matches, then the most preferred types (float8,
/// text), then the first. Null where none fits. `a`, `b`: unknown takes the other's type first.
[[nodiscard]] const Signature* resolve(std::string_view name, bool operation,
                                       const std::vector<Type>& arguments);

/// The type that argument `index` of a call must have; `given` where the letter takes anything.
[[nodiscard]] Type argument_type(const Signature& signature, std::size_t index, Type given);
[[nodiscard]] Type result_type(const Signature& signature, const std::vector<Type>& arguments);

/// Whether a value of one type stands for another without a cast being written.
[[nodiscard]] bool converts(Type from, Type to);

}  // namespace sceau::enclave::sql
