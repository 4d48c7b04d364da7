#include "enclave/sql/type.h"

#include <bit>
#include <cmath>

#include "enclave/sql/values.h"

namespace sceau::enclave::sql {
namespace {

constexpr std::int64_t days_to_2000 = 10957;  // PostgreSQL's dates count from 2000-01-01

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes) value = value << 8U | static_cast<unsigned char>(byte);
  return value;
}

std::optional<std::string> real_of(double value) {
  if (!std::isfinite(value)) return std::nullopt;
  return real_text(value);
}

std::string hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text = "\\x";
  for (const char byte : bytes) {
    text += digits[static_cast<unsigned char>(byte) >> 4U];
    text += digits[static_cast<unsigned char>(byte) & 15U];
  }
  return text;
}

std::optional<std::string> binary_text(Oid oid, std::string_view bytes) {
  const auto value = bytes.size() <= 8 ? big_endian(bytes) : 0;
  if (oid == 16 && bytes.size() == 1) return value ? "t" : "f";
  if (oid == 21 && bytes.size() == 2) return std::to_string(static_cast<std::int16_t>(value));
  if (oid == 23 && bytes.size() == 4) return std::to_string(static_cast<std::int32_t>(value));
  if (oid == 20 && bytes.size() == 8) return std::to_string(static_cast<std::int64_t>(value));
  if (oid == 26 && bytes.size() == 4) return std::to_string(value);
  if (oid == 700 && bytes.size() == 4) {
    return real_of(std::bit_cast<float>(static_cast<std::uint32_t>(value)));
  }
  if (oid == 701 && bytes.size() == 8) return real_of(std::bit_cast<double>(value));
  if (oid == 1082 && bytes.size() == 4) {
    return date_of(static_cast<std::int32_t>(value) + days_to_2000);
  }
  if (oid == 17) return hex(bytes);
  if (type_of(oid) == Type::text || oid == 0 || oid == 705) return std::string(bytes);
  return std::nullopt;
}

}  // namespace

Oid oid(Type type) {
  switch (type) {
    case Type::unknown:
    case Type::text:
      return 25;
    case Type::boolean:
      return 16;
    case Type::int4:
      return 23;
    case Type::int8:
      return 20;
    case Type::float8:
      return 701;
    case Type::numeric:
      return 1700;
    case Type::date:
      return 1082;
    case Type::bytea:
      return 17;
  }
  return 25;
}

std::optional<Type> type_of(Oid oid) {
  switch (oid) {
    case 0:
    case 705:
      return Type::unknown;
    case 16:
      return Type::boolean;
    case 21:
    case 23:
      return Type::int4;
    case 20:
    case 26:
      return Type::int8;
    case 700:
    case 701:
      return Type::float8;
    case 1700:
      return Type::numeric;
    case 19:
    case 25:
    case 1042:
    case 1043:
      return Type::text;
    case 1082:
      return Type::date;
    case 17:
      return Type::bytea;
    default:
      return std::nullopt;
  }
}

std::int16_t size(Type type) {
  switch (type) {
    case Type::boolean:
      return 1;
    case Type::int4:
    case Type::date:
      return 4;
    case Type::int8:
    case Type::float8:
      return 8;
    case Type::unknown:
    case Type::numeric:
    case Type::text:
    case Type::bytea:
      return -1;
  }
  return -1;
}

std::string_view name(Type type) {
  switch (type) {
    case Type::unknown:
      return "unknown";
    case Type::boolean:
      return "boolean";
    case Type::int4:
      return "integer";
    case Type::int8:
      return "bigint";
    case Type::float8:
      return "double precision";
    case Type::numeric:
      return "numeric";
    case Type::text:
      return "text";
    case Type::date:
      return "date";
    case Type::bytea:
      return "bytea";
  }
  return "unknown";
}

std::optional<std::string> parameter_text(Oid oid, bool binary, std::string_view bytes) {
  if (binary) return binary_text(oid, bytes);
  const auto type = type_of(oid);
  return type ? canonical(*type, bytes) : std::nullopt;
}

}  // namespace sceau::enclave::sql
