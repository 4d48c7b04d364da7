// The writer's form and the verifier's scanner, against each other and against a JSON parser.
#include "audit/entry.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <nlohmann/json.hpp>

#include "audit/bytes.h"
#include "audit/events.h"
#include "audit/fault.h"
#include "audit/scan.h"
#include "tests/audit/canonical.h"

namespace sceau::audit {
namespace {

using nlohmann::ordered_json;
using test::parser_says_canonical;

const std::string head =
    R"({"v":1,"seq":17,"prev":"0000000000000000000000000000000000000000000000000000000000000001",)"
    R"("time":"2026-11-23T20:15:03.123456Z","event":"request.checked","actor":"u-7f3a","data":{)";

bool is_canonical(std::string_view bytes) {
  ScannedEntry entry;
  return !scan_entry(bytes, entry);
}

rc::Gen<std::string> any_text() {
  return rc::gen::container<std::string>(
      rc::gen::oneOf(rc::gen::arbitrary<char>(),
                     rc::gen::element('"', '\\', '\n', '\x01', 'a', '{', ',', '\x7f')));
}

rc::Gen<std::string> utf8_text() {
  return rc::gen::map(
      rc::gen::container<std::vector<std::string>>(rc::gen::oneOf(
          rc::gen::map(rc::gen::inRange(0, 128),
                       [](int c) { return std::string(1, static_cast<char>(c)); }),
          rc::gen::element<std::string>("\xC3\xA9", "\xE2\x80\x94", "\xF0\x9F\x94\x91"))),
      [](const std::vector<std::string>& parts) {
        std::string text;
        for (const auto& part : parts) text += part;
        return text;
      });
}

}  // namespace

TEST_CASE("the documented entry is read field by field") {
  const std::string line = head + R"("request":"R-2026-000001","turn":1}})";
  ScannedEntry entry;
  REQUIRE_FALSE(scan_entry(line, entry));
  CHECK(entry.seq == 17);
  CHECK(entry.time == "2026-11-23T20:15:03.123456Z");
  CHECK(entry.event == "request.checked");
  CHECK(entry.actor == "u-7f3a");
  REQUIRE(entry.data.size() == 2);
  CHECK(entry.find("request")->raw == "R-2026-000001");
  CHECK(natural(*entry.find("turn")) == 1);
  CHECK(entry.find("verdict") == nullptr);
  CHECK(is_canonical(head + "}}"));
}

TEST_CASE("every change of a single byte that the parser doesn't call canonical is refused") {
  const std::string line = head + R"("a":-5,"b":"x\"\u0001\né","c":9223372036854775807}})";
  REQUIRE(is_canonical(line));
  REQUIRE(parser_says_canonical(line));
  for (std::size_t at = 0; at < line.size(); ++at) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string bad = line;
      bad[at] = static_cast<char>(byte);
      CHECK_MESSAGE(is_canonical(bad) == parser_says_canonical(bad), "byte " << at << " " << byte);
    }
    CHECK_FALSE(is_canonical(line.substr(0, at)));
    for (const char more : {' ', '0', '"', '\n', '\0', ','}) {
      std::string bad = line;
      bad.insert(at, 1, more);
      CHECK_MESSAGE(is_canonical(bad) == parser_says_canonical(bad), "insert at " << at);
    }
    std::string shorter = line;
    shorter.erase(at, 1);
    CHECK_MESSAGE(is_canonical(shorter) == parser_says_canonical(shorter), "erase at " << at);
  }
}

TEST_CASE("spellings that mean the same are refused, all but one") {
  const auto with = [](const std::string& data) { return is_canonical(head + data + "}}"); };
  CHECK(with(R"("a":0)"));
  CHECK(with(R"("a":-9223372036854775808)"));
  CHECK(with(R"("a":"\b\f\n\r\t\u0000\u001f/")"));
  for (const char* bad : {R"("a":-0)",
                          R"("a":00)",
                          R"("a":1.0)",
                          R"("a":1e3)",
                          R"("a":+1)",
                          R"("a":9223372036854775808)",
                          R"("a":-9223372036854775809)",
                          R"("a":true)",
                          R"("a":null)",
                          R"("a":[])",
                          R"("a":{})",
                          R"("a":"\u0041")",
                          R"("a":"\u000a")",
                          R"("a":"\u001F")",
                          R"("a":"\/")",
                          R"("a":"\u00e9")",
                          "\"a\":\"\xC0\xAF\"",
                          "\"a\":\"\xED\xA0\x80\"",
                          "\"a\":\"\x01\"",
                          R"("b":1,"a":1)",
                          R"("a":1,"a":1)",
                          R"("A":1)",
                          R"("":1)",
                          R"("a":1,)",
                          R"("a": 1)",
                          R"("a":1 )",
                          R"("a":"x)"})
    CHECK_MESSAGE(!with(bad), bad);
}

TEST_CASE("only times that exist are times") {
  const auto with = [](const char* time) {
    std::string line = head + "}}";
    return is_canonical(line.replace(line.find("2026-11"), 27, time));
  };
  CHECK(with("2024-02-29T23:59:59.999999Z"));
  CHECK(with("1970-01-01T00:00:00.000000Z"));
  for (const char* bad :
       {"2023-02-29T00:00:00.000000Z", "2026-13-01T00:00:00.000000Z", "2026-00-01T00:00:00.000000Z",
        "2026-11-31T00:00:00.000000Z", "2026-11-00T00:00:00.000000Z", "2026-11-23T24:00:00.000000Z",
        "2026-11-23T00:60:00.000000Z", "2026-11-23T00:00:60.000000Z", "1969-12-31T00:00:00.000000Z",
        "2026-11-23T00:00:00.000000+", "2026-11-23 00:00:00.000000Z",
        "2100-02-29T00:00:00.000000Z"})
    CHECK_MESSAGE(!with(bad), bad);
}

TEST_CASE("times go to text and back") {
  rc::check("parse_time undoes format_time", [] {
    const auto micros = *rc::gen::inRange<std::int64_t>(0, 9214646400000000);
    const std::chrono::system_clock::time_point time{std::chrono::microseconds(micros)};
    const std::string text = format_time(time);
    RC_ASSERT(parse_time(text) == time);
    std::string line = head + "}}";
    RC_ASSERT(is_canonical(line.replace(line.find("2026-11"), 27, text)));
  });
  CHECK_FALSE(parse_time("2026-11-23T20:15:03Z"));
}

TEST_CASE("scanner and parser agree on any data") {
  rc::check("on any bytes", [] {
    const std::string line = head + *any_text() + "}}";
    RC_ASSERT(is_canonical(line) == parser_says_canonical(line));
  });
  rc::check("on strings of any bytes", [] {
    const std::string line = head + "\"a\":\"" + *any_text() + "\"}}";
    RC_ASSERT(is_canonical(line) == parser_says_canonical(line));
  });
}

TEST_CASE("what the writer makes, the scanner reads back, and the parser too") {
  rc::check("with any UTF-8 text and any integer", [] {
    const auto text = *utf8_text();
    const auto number = *rc::gen::arbitrary<std::int64_t>();
    const std::string line =
        format_head(17, Digest{}, "2026-11-23T20:15:03.123456Z") +
        format_tail("request.checked", "u-1", {{"number", number}, {"text", text}});
    ScannedEntry entry;
    RC_ASSERT(!scan_entry(line, entry));
    RC_ASSERT(parser_says_canonical(line));
    RC_ASSERT(unescape(entry.find("text")->raw) == text);
    RC_ASSERT(entry.find("number")->raw == std::to_string(number));
    RC_ASSERT(ordered_json::parse(line)["data"]["text"].get<std::string>() == text);
  });
}

TEST_CASE("an entry as a whole is checked before it is formatted") {
  Entry entry{3,
              Digest{},
              "2026-11-23T20:15:03.123456Z",
              "centre.stopped",
              "centre",
              {{"reason", "signal"}}};
  CHECK(is_canonical(format_entry(entry)));
  entry.event = "centre.exploded";
  CHECK_THROWS_AS((void)format_entry(entry), AuditError);
}

TEST_CASE("the error of a refused entry never repeats the value") {
  const std::string title = "Resultats de Jean Dupont";
  try {
    check_entry("centre.stopped", "centre", {{"reason", title}});
    FAIL("a text was accepted");
  } catch (const AuditError& error) {
    CHECK(std::string(error.what()).find("Dupont") == std::string::npos);
    CHECK(error.hint().find("Dupont") == std::string::npos);
  }
}

}  // namespace sceau::audit
