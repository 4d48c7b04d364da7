// PostgreSQL's protocol as bytes: transcripts of what clients send, and hostile streams.
#include "enclave/server/pgwire.h"

#include <doctest/doctest.h>

using namespace sceau::enclave;
using namespace std::string_literals;

namespace {

std::string i16(int value) { return {static_cast<char>(value >> 8), static_cast<char>(value)}; }
std::string i32(std::uint32_t value) {
  return i16(static_cast<int>(value >> 16)) + i16(static_cast<int>(value & 0xffff));
}
std::string message(char type, const std::string& body) {
  return type + i32(static_cast<std::uint32_t>(body.size() + 4)) + body;
}
std::string startup_bytes(const std::string& body, std::uint32_t code = 196'608) {
  return i32(static_cast<std::uint32_t>(body.size() + 8)) + i32(code) + body;
}
const std::string alix = startup_bytes("user\0alix\0database\0orientation\0\0"s);

pg::FrontendReader started() {
  pg::FrontendReader reader;
  reader.feed(alix);
  REQUIRE(reader.next().has_value());
  return reader;
}

bool refuses(const std::string& bytes, bool in_session = true) {
  auto reader = in_session ? started() : pg::FrontendReader();
  reader.feed(bytes);
  try {
    while (reader.next()) {
    }
  } catch (const pg::ProtocolError&) {
    CHECK_FALSE(reader.next().has_value());  // and gives nothing more
    return true;
  }
  return false;
}

}  // namespace

TEST_CASE("psql's start: encryption is asked for, then the session") {
  pg::FrontendReader reader;
  reader.feed(i32(8) + i32(80'877'103));
  REQUIRE(std::holds_alternative<pg::EncryptionRequest>(reader.next().value()));
  reader.feed(i32(8) + i32(80'877'104));
  REQUIRE(std::holds_alternative<pg::EncryptionRequest>(reader.next().value()));
  reader.feed(alix);
  const auto start = std::get<pg::Startup>(reader.next().value());
  CHECK(start.minor == 0);
  CHECK(start.parameters.at("user") == "alix");
  CHECK(start.parameters.at("database") == "orientation");
  CHECK_FALSE(reader.next().has_value());
}

TEST_CASE("a cancel request carries pid and key") {
  pg::FrontendReader reader;
  reader.feed(i32(16) + i32(80'877'102) + i32(17) + i32(0xdeadbeefU));
  const auto cancel = std::get<pg::CancelRequest>(reader.next().value());
  CHECK(cancel.pid == 17);
  CHECK(cancel.key == 0xdeadbeefU);
}

TEST_CASE("messages come out whole, whatever pieces the bytes come in") {
  const auto bytes =
      alix + message('Q', "SELECT 1\0"s) + message('P', "s1\0SELECT $1\0"s + i16(1) + i32(20)) +
      message('B', "p\0s1\0"s + i16(1) + i16(1) + i16(2) + i32(0xffffffffU) + i32(3) + "abc" +
                       i16(1) + i16(0)) +
      message('D', "Pp\0"s) + message('E', "p\0"s + i32(10)) + message('C', "Ss1\0"s) +
      message('H', "") + message('S', "") + message('X', "");
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
    pg::FrontendReader reader;
    std::vector<pg::Message> messages;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      reader.feed(std::string_view(bytes).substr(at, piece));
      while (auto next = reader.next()) messages.push_back(std::move(*next));
    }
    REQUIRE(messages.size() == 10);
    CHECK(std::get<pg::Query>(messages[1]).text == "SELECT 1");
    const auto& parse = std::get<pg::Parse>(messages[2]);
    CHECK(parse.statement == "s1");
    CHECK(parse.parameter_oids == std::vector<std::uint32_t>{20});
    const auto& bind = std::get<pg::Bind>(messages[3]);
    CHECK(bind.portal == "p");
    CHECK(pg::format_of(bind.parameter_formats, 1) == 1);
    REQUIRE(bind.parameters.size() == 2);
    CHECK_FALSE(bind.parameters[0].has_value());
    CHECK(bind.parameters[1] == "abc");
    CHECK(std::get<pg::Describe>(messages[4]).portal);
    CHECK(std::get<pg::Execute>(messages[5]).most_rows == 10);
    CHECK_FALSE(std::get<pg::Close>(messages[6]).portal);
    CHECK(std::holds_alternative<pg::Terminate>(messages[9]));
    CHECK(reader.buffered() == 0);
  }
}

TEST_CASE("a start packet with an impossible length or version is refused") {
  CHECK(refuses(i32(10'001) + i32(196'608), false));
  CHECK(refuses(i32(0xffffffffU), false));
  CHECK(refuses(i32(0), false));
  CHECK(refuses(i32(3), false));
  CHECK(refuses(i32(4), false));                             // no code
  CHECK(refuses(startup_bytes("\0"s, 131'072), false));      // version 2
  CHECK(refuses(startup_bytes("user\0alix"s), false));       // no closing zero
  CHECK(refuses(startup_bytes("user\0alix\0"s), false));     // no end of the list
  CHECK(refuses(startup_bytes("user\0a\0\0more"s), false));  // something behind the end
  CHECK(refuses(startup_bytes("user\0a\0user\0b\0\0"s), false));
  CHECK(refuses("GET / HTTP/1.1\r\n\r\n", false));
}

TEST_CASE("hostile lengths are refused before their bytes are waited for") {
  CHECK(refuses("Q" + i32(0xffffffffU)));
  CHECK(refuses("Q" + i32(3)));
  CHECK(refuses("Q" + i32((1U << 20) + 1)));
  CHECK(refuses("B" + i32(0x7fffffffU)));
  CHECK(refuses("S" + i32(70'000)));
  CHECK(refuses("!"));
  CHECK(refuses("\0"s));
}

TEST_CASE("counts and lengths inside a message are held against its bytes") {
  CHECK(refuses(message('Q', "no zero")));
  CHECK(refuses(message('Q', "SELECT 1\0left over"s)));
  CHECK(refuses(message('P', "s\0SELECT 1\0"s + i16(-1))));                    // 65,535 types
  CHECK(refuses(message('B', "\0\0"s + i16(0) + i16(-1))));                    // 65,535 values
  CHECK(refuses(message('B', "\0\0"s + i16(0) + i16(1) + i32(0x7fffffffU))));  // 2 GiB value
  CHECK(refuses(message('B', "\0\0"s + i16(0) + i16(1) + i32(0xfffffffeU) + i16(0))));  // -2
  CHECK(refuses(message('B', "\0\0"s + i16(1) + i16(2) + i16(0) + i16(0))));            // format 2
  CHECK(refuses(message('B', "\0\0"s + i16(2) + i16(0) + i16(0) + i16(1) + i32(0) + i16(0))));
  CHECK(refuses(message('D', "Xname\0"s)));
  CHECK(refuses(message('E', "\0"s)));
  CHECK(refuses(message('S', "x")));
}

TEST_CASE("an unfinished message waits") {
  auto reader = started();
  const auto query = message('Q', "SELECT 1\0"s);
  for (std::size_t i = 0; i + 1 < query.size(); ++i) {
    reader.feed(query.substr(i, 1));
    CHECK_FALSE(reader.next().has_value());
  }
  reader.feed(query.substr(query.size() - 1));
  CHECK(reader.next().has_value());
}

TEST_CASE("data of a COPY FROM that we never asked for is passed over") {
  auto reader = started();
  reader.feed(message('d', "1,2\n") + message('c', "") + message('f', "no\0"s));
  for (int i = 0; i < 3; ++i) {
    CHECK(std::holds_alternative<pg::CopyMessage>(reader.next().value()));
  }
}

TEST_CASE("options of a start packet are settings") {
  using Settings = std::vector<std::pair<std::string, std::string>>;
  CHECK(pg::startup_settings("-c a=1 -cb=2  --c=x\\ y\\\\") ==
        Settings{{"a", "1"}, {"b", "2"}, {"c", "x y\\"}});
  CHECK(pg::startup_settings("").empty());
  CHECK(pg::startup_settings(" ").empty());
  for (const auto* wrong : {"-c", "a=1", "-c a", "-c =1", "-d 5", "--"}) {
    CAPTURE(wrong);
    CHECK_THROWS_AS((void)pg::startup_settings(wrong), pg::ProtocolError);
  }
}
