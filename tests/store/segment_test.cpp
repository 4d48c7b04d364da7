// Packed segments: every width, every NULL pattern that matters, and bytes that nobody packed.
#include "enclave/store/segment.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <cmath>
#include <limits>
#include <set>

#include "enclave/store/dictionary.h"

using namespace sceau::enclave;
using sceau::disclosure::null_code;
using sceau::disclosure::Segment;

namespace {

constexpr std::uint64_t all_codes = 0xffffffffU;

bool codes_come_back(const std::vector<std::uint32_t>& codes) {
  const PackedSegment packed = pack_codes(codes);
  Segment out;
  return unpack(Encoding::dictionary, packed.info, packed.present, packed.data, all_codes, out) &&
         out.codes == codes && out.present.empty();
}

bool scaled_come_back(const std::vector<std::int64_t>& values,
                      const std::vector<std::uint8_t>& present) {
  const PackedSegment packed = pack_scaled(values, present);
  Segment out;
  if (!unpack(Encoding::scaled, packed.info, packed.present, packed.data, 0, out)) return false;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const bool there = present.empty() || present[i] != 0;
    if (out.scaled[i] != (there ? values[i] : 0)) return false;
    if ((out.present.empty() || out.present[i] != 0) != there) return false;
  }
  return out.scaled.size() == values.size();
}

}  // namespace

TEST_CASE("codes of every width from 0 to 32 bits come back, with and without NULLs") {
  for (int bits = 0; bits <= 32; ++bits) {
    const std::uint64_t most = (std::uint64_t{1} << bits) - 1;
    const auto high = static_cast<std::uint32_t>(std::min<std::uint64_t>(most, null_code - 1));
    for (const std::size_t rows : {0U, 1U, 2U, 7U, 8U, 63U, 64U, 65U, 1000U}) {
      std::vector<std::uint32_t> codes;
      for (std::size_t i = 0; i < rows; ++i) {
        codes.push_back(i % 3 == 0 ? high : static_cast<std::uint32_t>(i * 2654435761U) & high);
      }
      CAPTURE(bits);
      CAPTURE(rows);
      CHECK(codes_come_back(codes));
      if (rows > 2) CHECK(pack_codes(codes).info.bits <= bits);
      for (std::size_t i = 0; i < rows; i += 5) codes[i] = null_code;
      CHECK(codes_come_back(codes));
      std::fill(codes.begin(), codes.end(), null_code);
      CHECK(codes_come_back(codes));
    }
  }
  CHECK(pack_codes(std::vector<std::uint32_t>(1000, 5)).info.bits == 0);
}

TEST_CASE("scaled integers of every width from 0 to 64 bits come back") {
  const auto least = std::numeric_limits<std::int64_t>::min();
  const auto most = std::numeric_limits<std::int64_t>::max();
  for (int bits = 0; bits < 64; ++bits) {
    const std::int64_t range =
        bits == 0 ? 0 : static_cast<std::int64_t>((std::uint64_t{1} << bits) - 1);
    for (const std::int64_t base : {std::int64_t{0}, std::int64_t{-5}, least}) {
      const std::vector<std::int64_t> values = {base, base + range, base + range / 2, base};
      CAPTURE(bits);
      CHECK(scaled_come_back(values, {}));
      CHECK(scaled_come_back(values, {1, 0, 1, 0}));
      CHECK(scaled_come_back(values, {0, 0, 0, 0}));
    }
  }
  CHECK(scaled_come_back({least, most, 0, -1, 1}, {}));
  CHECK(scaled_come_back({most, least}, {1, 0}));
}

TEST_CASE("doubles come back bit for bit") {
  const std::vector<double> values = {0.0,    -0.0,   0.1,
                                      -1e300, 5e-324, std::numeric_limits<double>::infinity()};
  const PackedSegment packed = pack_real(values, {});
  Segment out;
  REQUIRE(unpack(Encoding::real, packed.info, packed.present, packed.data, 0, out));
  for (std::size_t i = 0; i < values.size(); ++i) {
    CHECK(std::signbit(out.real[i]) == std::signbit(values[i]));
    CHECK(out.real[i] == values[i]);
  }
  CHECK(packed.info.real_low == -1e300);
}

TEST_CASE("the example of FORMAT.md") {
  const PackedSegment packed = pack_codes(std::vector<std::uint32_t>{3, 4, null_code, 9});
  CHECK(packed.info.low == 3);
  CHECK(packed.info.high == 9);
  CHECK(packed.info.bits == 3);
  CHECK(packed.data == std::vector<std::uint8_t>{0x11, 0x0e, 0, 0, 0, 0, 0, 0, 0, 0});
}

TEST_CASE("different values are counted, however far apart they are") {
  const auto of_scaled = [](std::vector<std::int64_t> values,
                            std::vector<std::uint8_t> present = {}) {
    return pack_scaled(values, present).info.distinct;
  };
  CHECK(pack_codes(std::vector<std::uint32_t>{3, 4, null_code, 3, 9}).info.distinct == 3);
  CHECK(pack_codes(std::vector<std::uint32_t>{null_code, null_code}).info.distinct == 0);
  CHECK(pack_codes(std::vector<std::uint32_t>{0, null_code - 1, 0}).info.distinct == 2);
  CHECK(of_scaled({5, 5, 5}) == 1);
  CHECK(of_scaled({5, -5, 7}, {1, 0, 1}) == 2);
  CHECK(of_scaled({std::numeric_limits<std::int64_t>::min(),
                   std::numeric_limits<std::int64_t>::max(), 0, 0}) == 3);
  CHECK(pack_real(std::vector<double>{0.5, -0.0, 0.0, 1e300, 0.5}, {}).info.distinct == 3);
  CHECK(rc::check("as a set counts", [] {
    const auto values = *rc::gen::container<std::vector<std::int64_t>>(
        rc::gen::oneOf(rc::gen::arbitrary<std::int64_t>(), rc::gen::inRange<std::int64_t>(-9, 9)));
    const std::set<std::int64_t> different(values.begin(), values.end());
    RC_ASSERT(pack_scaled(values, {}).info.distinct == different.size());
  }));
}

TEST_CASE("random segments come back") {
  CHECK(rc::check(
      "codes", [](const std::vector<std::uint32_t>& codes) { RC_ASSERT(codes_come_back(codes)); }));
  CHECK(rc::check("scaled", [] {
    const auto values = *rc::gen::container<std::vector<std::int64_t>>(rc::gen::oneOf(
        rc::gen::arbitrary<std::int64_t>(), rc::gen::inRange<std::int64_t>(-1000, 1000)));
    const auto present = *rc::gen::container<std::vector<std::uint8_t>>(
        values.size(), rc::gen::inRange<std::uint8_t>(0, 2));
    RC_ASSERT(scaled_come_back(values, present));
  }));
}

TEST_CASE("what nobody packed is refused, not read") {
  const PackedSegment codes = pack_codes(std::vector<std::uint32_t>{3, 4, null_code, 9});
  Segment out;
  const auto reads = [&](SegmentInfo info, std::vector<std::uint8_t> data, std::uint64_t count) {
    return unpack(Encoding::dictionary, info, {}, data, count, out);
  };
  CHECK(reads(codes.info, codes.data, 10));
  CHECK_FALSE(reads(codes.info, codes.data, 9));  // a code behind the dictionary's end
  for (std::size_t size = 0; size < codes.data.size() + 3; ++size) {
    if (size == codes.data.size()) continue;
    auto data = codes.data;
    data.resize(size);
    CHECK_FALSE(reads(codes.info, data, 10));
  }
  auto info = codes.info;
  info.rows = most_segment_rows + 1;
  CHECK_FALSE(reads(info, codes.data, 10));
  for (const int bits : {-1, 33, 58, 63, 64, 65, 1000}) {
    info = codes.info;
    info.bits = bits;
    CHECK_FALSE(reads(info, codes.data, 10));
  }
  for (const std::int64_t low : {std::int64_t{-1}, std::int64_t{1} << 40, std::int64_t{10}}) {
    info = codes.info;
    info.low = low;
    CHECK_FALSE(reads(info, codes.data, 10));
  }
  for (const std::uint32_t nulls : {0U, 2U, 4U, 5U}) {
    info = codes.info;
    info.nulls = nulls;
    CHECK_FALSE(reads(info, codes.data, 10));
  }
  const std::vector<std::uint8_t> present = {1, 0, 1};
  const PackedSegment scaled = pack_scaled(std::vector<std::int64_t>{5, 6, 8}, present);
  CHECK(unpack(Encoding::scaled, scaled.info, scaled.present, scaled.data, 0, out));
  CHECK_FALSE(unpack(Encoding::scaled, scaled.info, {}, scaled.data, 0, out));
  CHECK_FALSE(unpack(Encoding::real, scaled.info, scaled.present, scaled.data, 0, out));
  info = scaled.info;
  info.high = 7;  // a value above what the summary says
  CHECK_FALSE(unpack(Encoding::scaled, info, scaled.present, scaled.data, 0, out));
  PackedSegment real = pack_real(std::vector<double>{1.0}, {});
  for (std::size_t i = 0; i < 8; ++i) real.data[i] = 0xff;  // NaN
  CHECK_FALSE(unpack(Encoding::real, real.info, real.present, real.data, 0, out));
}

TEST_CASE("flipped bits in a segment give an answer or a refusal, never a crash") {
  CHECK(rc::check([](std::vector<std::uint32_t> codes) {
    PackedSegment packed = pack_codes(codes);
    const auto bit = *rc::gen::inRange<std::size_t>(0, packed.data.size() * 8);
    packed.data[bit / 8] = static_cast<std::uint8_t>(packed.data[bit / 8] ^ (1U << (bit % 8)));
    packed.info.bits = *rc::gen::inRange(-2, 70);
    packed.info.nulls = *rc::gen::arbitrary<std::uint32_t>();
    packed.info.low = *rc::gen::arbitrary<std::int64_t>();
    Segment out;
    if (unpack(Encoding::dictionary, packed.info, {}, packed.data, 50, out)) {
      for (const auto code : out.codes) RC_ASSERT(code == null_code || code < 50U);
    }
  }));
}

TEST_CASE("a text index numbers texts in the order of their first coming") {
  TextIndex index;
  CHECK(index.find("a") == TextIndex::none);
  for (int round = 0; round < 2; ++round) {
    for (std::uint32_t i = 0; i < 5000; ++i) {
      if (index.find_or_add(std::string(i % 70, 'x') + std::to_string(i)) != i)
        FAIL("another number");
    }
  }
  CHECK(index.size() == 5000);
  CHECK(index.find_or_add("") == 5000);
  CHECK(index.at(5000).empty());
  CHECK(index.at(0) == "0");
  CHECK(index.find(std::string_view("a\0b", 3)) == TextIndex::none);
}

TEST_CASE("a pseudonym index gives equal pseudonyms equal codes, in whatever batches they come") {
  CHECK(rc::check([] {
    const auto bytes =
        *rc::gen::container<std::vector<std::uint8_t>>(rc::gen::inRange<std::uint8_t>(0, 40));
    const auto batch_size = *rc::gen::inRange<std::size_t>(1, 40);
    std::vector<Pseudonym> pseudonyms;
    for (const auto byte : bytes) {
      // Equal first halves: they meet in one slot.
      Pseudonym pseudonym{};
      pseudonym[15] = static_cast<char>(byte);
      pseudonyms.push_back(pseudonym);
    }
    PseudonymIndex index;
    TextIndex slow;
    for (std::size_t from = 0; from < pseudonyms.size(); from += batch_size) {
      const auto batch =
          std::span(pseudonyms).subspan(from, std::min(batch_size, pseudonyms.size() - from));
      std::vector<std::uint32_t> codes(batch.size());
      RC_ASSERT(index.find_or_add(batch, codes));
      for (std::size_t i = 0; i < batch.size(); ++i) {
        RC_ASSERT(codes[i] == slow.find_or_add({batch[i].data(), batch[i].size()}));
        RC_ASSERT(index.at(codes[i]) == std::string_view(batch[i].data(), batch[i].size()));
      }
    }
    RC_ASSERT(index.size() == slow.size());
  }));
}

TEST_CASE("dictionaries come back from their chunks, and damaged chunks are refused") {
  CHECK(rc::check([](const std::vector<std::string>& texts, bool pseudonyms) {
    Dictionary dictionary;
    dictionary.has_pseudonyms = pseudonyms;
    for (const auto& text : texts) {
      if (pseudonyms) {
        Pseudonym pseudonym{};
        std::copy_n(text.begin(), std::min(text.size(), pseudonym_size), pseudonym.begin());
        std::uint32_t code = 0;
        RC_ASSERT(dictionary.pseudonyms.find_or_add({&pseudonym, 1}, {&code, 1}));
      } else if (dictionary.texts.find_or_add(text) == dictionary.order.size()) {
        dictionary.order.push_back(dictionary.texts.size() - 1);
      }
    }
    const DictionaryChunk chunk = encode_chunk(dictionary, 0);
    RC_ASSERT(chunk.entries == dictionary.size());
    std::vector<std::string> read;
    RC_ASSERT(decode_chunk(chunk.bytes, chunk.entries, pseudonyms, read));
    RC_ASSERT(read == texts_of(dictionary));
    RC_ASSERT_FALSE(decode_chunk(chunk.bytes, chunk.entries + 1, pseudonyms, read));
    RC_ASSERT_FALSE(decode_chunk(chunk.bytes, std::uint64_t{1} << 62, pseudonyms, read));
    for (std::size_t size = 0; size < chunk.bytes.size(); ++size) {
      RC_ASSERT_FALSE(decode_chunk({chunk.bytes.data(), size}, chunk.entries, pseudonyms, read));
    }
  }));
}
