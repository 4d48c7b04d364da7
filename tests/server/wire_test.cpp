// Bytes between our own processes: what is written is read back, and no claimed length is believed.
#include "enclave/server/wire.h"

#include <doctest/doctest.h>

#include "enclave/fault.h"

using namespace sceau::enclave;

TEST_CASE("what a writer puts, a reader gets") {
  WireWriter out;
  out.u8(7);
  out.u32(0xfedcba98U);
  out.i64(-5);
  out.f64(0.85);
  out.boolean(true);
  out.text("académie");
  out.text("");
  WireReader in(out.bytes());
  CHECK(in.u8() == 7);
  CHECK(in.u32() == 0xfedcba98U);
  CHECK(in.i64() == -5);
  CHECK(in.f64() == 0.85);
  CHECK(in.boolean());
  CHECK(in.text() == "académie");
  CHECK(in.text().empty());
  in.finish();
}

TEST_CASE(
    "a list of a claimed 2^32 - 1 elements over ten bytes is refused before it costs anything") {
  WireWriter out;
  out.u32(0xffffffffU);
  for (int i = 0; i < 10; ++i) out.u8(0);
  CHECK_THROWS_AS((void)WireReader(out.bytes()).count(1), EnclaveError);
  CHECK_THROWS_AS((void)WireReader(out.bytes()).text(), EnclaveError);
}

TEST_CASE("an element count is held against the bytes that are there") {
  WireWriter out;
  out.u32(3);
  for (int i = 0; i < 24; ++i) out.u8(0);
  CHECK(WireReader(out.bytes()).count(8) == 3);
  CHECK_THROWS_AS((void)WireReader(out.bytes()).count(9), EnclaveError);
}

TEST_CASE("a message that is cut at any byte is refused") {
  WireWriter out;
  out.text("lycees");
  out.u64(1'612'977);
  out.boolean(false);
  const auto& whole = out.bytes();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    WireReader in(std::span<const std::uint8_t>(whole.data(), size));
    CHECK_THROWS_AS(((void)in.text(), (void)in.u64(), (void)in.boolean()), EnclaveError);
  }
}

TEST_CASE("bytes that are left over are refused") {
  WireWriter out;
  out.u8(1);
  out.u8(1);
  WireReader in(out.bytes());
  CHECK(in.u8() == 1);
  CHECK_THROWS_AS(in.finish(), EnclaveError);
}

TEST_CASE("a boolean is 0 or 1, an enumerator one of its own") {
  WireWriter out;
  out.u8(2);
  CHECK_THROWS_AS((void)WireReader(out.bytes()).boolean(), EnclaveError);
  enum class Colour : std::uint8_t { red, green };
  CHECK_THROWS_AS((void)WireReader(out.bytes()).enumerator(Colour::green), EnclaveError);
}
