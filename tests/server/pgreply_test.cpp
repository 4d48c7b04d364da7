// PostgreSQL's replies byte for byte, and the binary formats of values. The expected bytes of
// numbers and dates are those that a PostgreSQL 15 server sends for the same values.
#include "enclave/server/pgreply.h"

#include <doctest/doctest.h>

#include "enclave/server/rowtext.h"

using namespace sceau::enclave;
using namespace std::string_literals;

namespace {

std::string hex(const std::optional<std::string>& bytes) {
  if (!bytes) return "none";
  std::string digits;
  for (const unsigned char byte : *bytes) {
    digits += "0123456789abcdef"[byte >> 4];
    digits += "0123456789abcdef"[byte & 15];
  }
  return digits;
}

}  // namespace

TEST_CASE("the start of a session is what libpq expects") {
  pg::Reply reply;
  reply.authentication_ok();
  reply.parameter_status("TimeZone", "UTC");
  reply.backend_key(1, 0xdeadbeefU);
  reply.ready(pg::Transaction::idle);
  CHECK(reply.take() == "R\0\0\0\x08\0\0\0\0"s + "S\0\0\0\x11TimeZone\0UTC\0"s +
                            "K\0\0\0\x0c\0\0\0\x01\xde\xad\xbe\xef"s + "Z\0\0\0\x05I"s);
  CHECK(reply.empty());
}

TEST_CASE("what a message says moves no terminal") {
  pg::Reply reply;
  reply.report({pg::Severity::notice, "00000", "a\x1b[2J\u202eb\nc", "\u200bd\x07", "", 0});
  const auto bytes = reply.take();
  CHECK(bytes.find("Ma?[2J?b\nc\0"s) != std::string::npos);
  CHECK(bytes.find("D?d?\0"s) != std::string::npos);
}

TEST_CASE("an error carries SQLSTATE, position, detail and hint, and no byte behind a zero") {
  pg::Reply reply;
  reply.report({pg::Severity::error, "42703", "no\0such"s, "d", "h", 8});
  CHECK(reply.take() == "E\0\0\0\x27SERROR\0VERROR\0C42703\0Mno\0Dd\0Hh\0P8\0\0"s);
}

TEST_CASE("a data row holds text, NULL and binary values") {
  const std::vector<sql::ResultColumn> columns = {{"a", sql::Type::int8}, {"b", sql::Type::text}};
  pg::Reply reply;
  reply.data_row({"300", std::nullopt}, columns, {});
  CHECK(reply.take() ==
        "D\0\0\0\x11\0\x02\0\0\0\x03"
        "300\xff\xff\xff\xff"s);
  reply.data_row({"300", "x"}, columns, {1, 0});
  CHECK(reply.take() == "D\0\0\0\x17\0\x02\0\0\0\x08\0\0\0\0\0\0\x01\x2c\0\0\0\x01x"s);
}

TEST_CASE("binary values are PostgreSQL's") {
  using sql::Type;
  CHECK(hex(pg::binary_value(Type::boolean, "t")) == "01");
  CHECK(hex(pg::binary_value(Type::boolean, "f")) == "00");
  CHECK(hex(pg::binary_value(Type::int4, "-2")) == "fffffffe");
  CHECK(hex(pg::binary_value(Type::int8, "9223372036854775807")) == "7fffffffffffffff");
  CHECK(hex(pg::binary_value(Type::float8, "0.85")) == "3feb333333333333");
  CHECK(hex(pg::binary_value(Type::float8, "-Infinity")) == "fff0000000000000");
  CHECK(hex(pg::binary_value(Type::date, "2000-01-01")) == "00000000");
  CHECK(hex(pg::binary_value(Type::date, "1999-12-31")) == "ffffffff");
  CHECK(hex(pg::binary_value(Type::date, "2024-02-29")) == "00002279");
  CHECK(hex(pg::binary_value(Type::bytea, "\\x00ff")) == "00ff");
  CHECK(hex(pg::binary_value(Type::text, "é")) == "c3a9");
  // numeric: ndigits, weight, sign, dscale, then base-10000 digits
  CHECK(hex(pg::binary_value(Type::numeric, "0")) == "0000000000000000");
  CHECK(hex(pg::binary_value(Type::numeric, "0.00")) == "0000000000000002");
  CHECK(hex(pg::binary_value(Type::numeric, "12345.678")) ==
        "000300010000000300010929"
        "1a7c");
  CHECK(hex(pg::binary_value(Type::numeric, "-0.0001")) == "0001ffff400000040001");
  CHECK(hex(pg::binary_value(Type::numeric, "10000")) == "00010001000000000001");
}

TEST_CASE("what is no value of its type has no binary form") {
  using sql::Type;
  CHECK_FALSE(pg::binary_value(Type::int8, "9223372036854775808"));
  CHECK_FALSE(pg::binary_value(Type::int4, "1x"));
  CHECK_FALSE(pg::binary_value(Type::boolean, "true"));
  CHECK_FALSE(pg::binary_value(Type::date, "2023-02-29"));
  CHECK_FALSE(pg::binary_value(Type::numeric, "1e5"));
  CHECK_FALSE(pg::binary_value(Type::bytea, "\\x0"));
}

TEST_CASE("COPY TO STDOUT escapes as PostgreSQL does") {
  const LineFormat text = {{}, "\n"};
  CHECK(row_line({"a\tb", std::nullopt, "c\\d\n"}, text) == "a\\tb\t\\N\tc\\\\d\\n\n");
  LineFormat csv;
  csv.copy.csv = true;
  csv.copy.delimiter = ',';
  csv.copy.null_text = "";
  CHECK(row_line({"a,b", "say \"x\"", std::nullopt, "", "\\."}, csv) ==
        "\"a,b\",\"say \"\"x\"\"\",,\"\",\"\\.\"\n");
}

TEST_CASE("an opaque table is RFC 4180") {
  const std::vector<sql::ResultColumn> columns = {{"a b", sql::Type::text},
                                                  {"c,d", sql::Type::int8}};
  CHECK(header_line(columns, csv_file()) == "a b,\"c,d\"\r\n");
  CHECK(row_line({"x\r\ny", "1"}, csv_file()) == "\"x\r\ny\",1\r\n");
}
