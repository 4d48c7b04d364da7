// Frames over a socket pair: bounds, truncation, hostile heads, time-outs.
#include "enclave/server/frames.h"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <array>
#include <thread>

#include "enclave/fault.h"

using namespace sceau::enclave;
using namespace std::chrono_literals;

namespace {

WireBytes text_payload(std::string_view text) {
  WireWriter out;
  out.text(text);
  return out.take();
}

void send_raw(const Channel& channel, std::initializer_list<std::uint8_t> bytes) {
  const std::vector<std::uint8_t> raw(bytes);
  REQUIRE(::send(channel.fd(), raw.data(), raw.size(), 0) == static_cast<ssize_t>(raw.size()));
}

std::string refused_as(Channel& channel) {
  try {
    (void)channel.receive(2s);
  } catch (const EnclaveError& error) {
    return error.id();
  }
  return "accepted";
}

std::vector<FrameKind> all_kinds() {
  std::vector<FrameKind> kinds;
  for (int byte = 0; byte < 256; ++byte) {
    if (is_frame_kind(static_cast<std::uint8_t>(byte)))
      kinds.push_back(static_cast<FrameKind>(byte));
  }
  return kinds;
}

}  // namespace

TEST_CASE("a frame of each kind arrives as it was sent") {
  for (const auto kind : all_kinds()) {
    auto [left, right] = channel_pair();
    left.send(kind, text_payload("lycees"));
    const auto frame = right.receive(2s);
    CHECK(frame.kind == kind);
    CHECK(frame.payload == text_payload("lycees"));
  }
}

TEST_CASE("each kind has a cap, and one byte more is refused on both sides") {
  for (const auto kind : all_kinds()) {
    const auto cap = payload_cap(kind);
    REQUIRE(cap > 0);
    const auto head = [&](std::size_t size) {
      return std::array<std::uint8_t, 5>{
          static_cast<std::uint8_t>(size >> 24), static_cast<std::uint8_t>(size >> 16),
          static_cast<std::uint8_t>(size >> 8), static_cast<std::uint8_t>(size),
          static_cast<std::uint8_t>(kind)};
    };
    CHECK(parse_frame_head(head(cap)).has_value());
    CHECK_FALSE(parse_frame_head(head(cap + 1)).has_value());
    CHECK_FALSE(parse_frame_head(head(0xffffffffU)).has_value());
  }
  auto [left, right] = channel_pair();
  const WireBytes large(payload_cap(FrameKind::hello) + 1);
  CHECK_THROWS_AS(left.send(FrameKind::hello, large), EnclaveError);
}

TEST_CASE("a hostile head cuts the peer off") {
  auto [left, right] = channel_pair();
  send_raw(left, {0xff, 0xff, 0xff, 0xff, 1});
  CHECK(refused_as(right) == "server.bad_frame");
  auto [third, fourth] = channel_pair();
  send_raw(third, {0, 0, 0, 0, 0});
  CHECK(refused_as(fourth) == "server.bad_frame");
  auto [fifth, sixth] = channel_pair();
  send_raw(fifth, {0, 0, 0, 0, 200});
  CHECK(refused_as(sixth) == "server.bad_frame");
}

TEST_CASE("a claimed length costs no memory before its bytes come") {
  auto [left, right] = channel_pair();
  rusage before{};
  ::getrusage(RUSAGE_SELF, &before);
  send_raw(left, {0x40, 0, 0, 0, static_cast<std::uint8_t>(FrameKind::examined), 1, 2, 3});
  left.shut();
  CHECK(refused_as(right) == "server.peer_gone");
  rusage after{};
  ::getrusage(RUSAGE_SELF, &after);
  CHECK(after.ru_maxrss - before.ru_maxrss < 64 * 1024);  // KiB; the claim was 1 GiB
}

TEST_CASE("a frame that is cut at any byte is a peer that went away") {
  const std::array<std::uint8_t, 8> whole = {0, 0, 0, 3, 1, 7, 8, 9};
  for (std::size_t size = 1; size < whole.size(); ++size) {
    auto [left, right] = channel_pair();
    REQUIRE(::send(left.fd(), whole.data(), size, 0) == static_cast<ssize_t>(size));
    left.shut();
    CHECK(refused_as(right) == "server.peer_gone");
  }
}

TEST_CASE("an end before a first byte is told apart from a cut") {
  auto [left, right] = channel_pair();
  left.shut();
  CHECK_FALSE(right.receive_or_end().has_value());
}

TEST_CASE("a silent peer is given up after the time-out") {
  auto [left, right] = channel_pair();
  try {
    (void)right.receive(50ms);
    FAIL("received something");
  } catch (const EnclaveError& error) {
    CHECK(error.id() == "server.timeout");
  }
}

TEST_CASE("a large frame comes through in pieces") {
  auto [left, right] = channel_pair();
  WireBytes large(5U << 20);
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<std::uint8_t>(i * 31);
  std::thread sender([&, &left = left] { left.send(FrameKind::examined, large); });
  const auto frame = right.receive(10s);
  sender.join();
  CHECK(frame.payload == large);
}
