// Packed segments unpacked in parts, under each processor's registers.
#include <doctest/doctest.h>
#include <hwy/targets.h>
#include <rapidcheck.h>

#include <algorithm>
#include <limits>

#include "enclave/store/segment.h"

namespace sceau::enclave {
namespace {

using disclosure::null_code;
using disclosure::Segment;

std::uint32_t below(std::uint64_t limit) {
  return static_cast<std::uint32_t>(
      *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<std::uint64_t>(0, limit)));
}

struct Piece {
  std::uint32_t first;
  std::uint32_t count;
};

Piece piece_of(std::size_t rows) {
  const auto first = 64 * below(rows / 64 + 1);
  return {first, below(rows - first + 1)};
}

// Values of every width, a few of them NULL or none.
void codes_come_back() {
  const std::size_t rows = below(700);
  const std::uint64_t widest = std::uint64_t{1} << (1 + below(31));
  const std::uint32_t base = below(1000);
  const bool with_nulls = below(2) == 1;
  std::vector<std::uint32_t> codes(rows);
  const std::uint64_t sameness = 1 + below(60);  // the larger, the longer the runs
  for (std::size_t i = 0; i < rows; ++i) {
    const bool same = i > 0 && below(sameness) != 0;
    codes[i] = same ? codes[i - 1] : with_nulls && below(5) == 0 ? null_code : base + below(widest);
  }
  const PackedSegment packed = pack_codes(codes);
  const Piece piece = piece_of(rows);
  Segment out;
  RC_ASSERT(unpack_part(Encoding::dictionary, packed.info, packed.present, packed.data,
                        widest + base, piece.first, piece.count, out));
  RC_ASSERT(out.codes == std::vector<std::uint32_t>(codes.begin() + piece.first,
                                                    codes.begin() + piece.first + piece.count));
  if (piece.count == 0 || packed.info.bits == 0) return;
  // A dictionary that is too small for a code in the part refuses it.
  std::uint64_t needed = 0;
  for (const auto code : out.codes) {
    if (code != null_code) needed = std::max<std::uint64_t>(needed, code + std::uint64_t{1});
  }
  if (needed == 0) return;
  RC_ASSERT(!unpack_part(Encoding::dictionary, packed.info, packed.present, packed.data, needed - 1,
                         piece.first, piece.count, out));
}

void numbers_come_back() {
  const std::size_t rows = below(700);
  const int bits = static_cast<int>(below(64));
  const auto low = *rc::gen::arbitrary<std::int32_t>();
  const bool with_nulls = below(2) == 1;
  std::vector<std::int64_t> values(rows);
  std::vector<std::uint8_t> present;
  for (auto& value : values) {
    const std::uint64_t step = *rc::gen::arbitrary<std::uint64_t>() >> (63 - bits);
    value = static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + step);
    if (with_nulls) present.push_back(below(5) == 0 ? 0 : 1);
    if (with_nulls && present.back() == 0) value = 0;
  }
  const PackedSegment packed = pack_scaled(values, present);
  const Piece piece = piece_of(rows);
  Segment out;
  RC_ASSERT(unpack_part(Encoding::scaled, packed.info, packed.present, packed.data, 0, piece.first,
                        piece.count, out));
  RC_ASSERT(out.scaled == std::vector<std::int64_t>(values.begin() + piece.first,
                                                    values.begin() + piece.first + piece.count));
  if (packed.info.nulls == 0) {
    RC_ASSERT(out.present.empty());
  } else {
    RC_ASSERT(out.present ==
              std::vector<std::uint8_t>(present.begin() + piece.first,
                                        present.begin() + piece.first + piece.count));
  }
}

}  // namespace

TEST_CASE("property: any part of a segment is what was packed, under every processor's registers") {
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    CAPTURE(hwy::TargetName(target));
    CHECK(rc::check("codes", codes_come_back));
    CHECK(rc::check("numbers", numbers_come_back));
  }
  hwy::SetSupportedTargetsForTest(0);
}

TEST_CASE("rows that repeat are packed as runs, and damaged runs are refused") {
  std::vector<std::uint32_t> codes(1000, 7);
  std::fill(codes.begin() + 400, codes.begin() + 900, 9);
  PackedSegment packed = pack_codes(codes);
  REQUIRE(packed.info.runs == 3);
  CHECK(packed.data.size() == 1 + 8 + 4 + 8);  // three of 2 bits, three of 10
  Segment out;
  const auto taken = [&](std::uint32_t first, std::uint32_t count) {
    return unpack_part(Encoding::dictionary, packed.info, {}, packed.data, 10, first, count, out);
  };
  REQUIRE(taken(384, 64));
  CHECK(out.codes == std::vector<std::uint32_t>(codes.begin() + 384, codes.begin() + 448));
  REQUIRE(taken(0, 1000));
  CHECK(out.codes == codes);
  for (std::size_t byte = 9; byte < 13; ++byte) {  // each bit of the ends
    for (int bit = 0; bit < 8 && byte * 8 + static_cast<std::size_t>(bit) < 9 * 8 + 30; ++bit) {
      packed.data[byte] = static_cast<std::uint8_t>(packed.data[byte] ^ 1U << bit);
      const bool whole = taken(0, 1000);
      CHECK((!whole || out.codes != codes));
      packed.data[byte] = static_cast<std::uint8_t>(packed.data[byte] ^ 1U << bit);
    }
  }
}

TEST_CASE("a part that no segment has is refused") {
  const std::vector<std::uint32_t> codes(100, 3);
  const PackedSegment packed = pack_codes(codes);
  Segment out;
  const auto taken = [&](std::uint32_t first, std::uint32_t count) {
    return unpack_part(Encoding::dictionary, packed.info, {}, packed.data, 4, first, count, out);
  };
  CHECK(taken(64, 36));
  CHECK_FALSE(taken(64, 37));
  CHECK_FALSE(taken(32, 1));
  CHECK_FALSE(taken(128, 0));
  CHECK_FALSE(taken(0, std::numeric_limits<std::uint32_t>::max()));
}

}  // namespace sceau::enclave
