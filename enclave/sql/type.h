#pragma once
// Types of SQL expressions as a session shows them: PostgreSQL's OIDs, names and sizes. Typing is
// our own (typer.h), so that a client sees the same types whoever computes the rows.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sceau::enclave::sql {

/// `unknown` is a literal or parameter whose type nothing has decided yet; results show it as text.
enum class Type { unknown, boolean, int4, int8, float8, numeric, text, date, bytea };

using Oid = std::uint32_t;

[[nodiscard]] Oid oid(Type type);
/// Also the kin that clients send: int2, float4, varchar, bpchar, name, oid. Else nullopt.
/// 0 (unspecified) is `unknown`.
[[nodiscard]] std::optional<Type> type_of(Oid oid);
/// RowDescription's typlen: 8, 4, 1, or -1 for variable length.
[[nodiscard]] std::int16_t size(Type type);
/// "bigint", "text", "double precision": as PostgreSQL's messages say it.
[[nodiscard]] std::string_view name(Type type);

[[nodiscard]] constexpr bool is_number(Type type) {
  return type == Type::int4 || type == Type::int8 || type == Type::float8 || type == Type::numeric;
}

/// One row in PostgreSQL's text format; nullopt is NULL.
using Row = std::vector<std::optional<std::string>>;

struct ResultColumn {
  std::string name;
  Type type = Type::text;
  friend bool operator==(const ResultColumn&, const ResultColumn&) = default;
};

/// A parameter's bytes as a client bound them, in text form. `binary` reads PostgreSQL's binary
/// format of bool, int2, int4, int8, float4, float8, date, text and bytea (numeric: nullopt).
/// nullopt where the bytes are not of that type.
[[nodiscard]] std::optional<std::string> parameter_text(Oid oid, bool binary,
                                                        std::string_view bytes);

}  // namespace sceau::enclave::sql
