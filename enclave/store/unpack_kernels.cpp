#include "enclave/store/unpack_kernels.h"

#include <algorithm>
#include <cstring>

// Each loop is compiled once a target; the dispatch table picks one at the first call.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "enclave/store/unpack_kernels.cpp"
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4 | HWY_AVX3_DL)
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace sceau::enclave::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

inline std::uint32_t symbol_at(const std::uint8_t* data, std::size_t bit, std::uint32_t mask) {
  std::uint64_t word = 0;
  std::memcpy(&word, data + bit / 8, sizeof word);
  return static_cast<std::uint32_t>(word >> (bit % 8)) & mask;
}

#if HWY_TARGET != HWY_SCALAR
// Four symbols lie within 16 bytes and begin at bit 0 or 4 of the first: a shuffle brings the four
// bytes of each into its lane, a shift and a mask do the rest.
class Quad {
 public:
  Quad(int bits, int start) {
    alignas(16) std::uint8_t table[16];
    alignas(16) std::uint32_t shifts[4];
    for (int lane = 0; lane < 4; ++lane) {
      const int at = start + lane * bits;
      for (int i = 0; i < 4; ++i) table[4 * lane + i] = static_cast<std::uint8_t>(at / 8 + i);
      shifts[lane] = static_cast<std::uint32_t>(at % 8);
    }
    table_ = hn::Load(bytes_, table);
    shifts_ = hn::Load(words_, shifts);
    mask_ = hn::Set(words_, (std::uint32_t{1} << bits) - 1);
  }

  hn::Vec<hn::Full128<std::uint32_t>> load(const std::uint8_t* from) const {
    const auto bytes = hn::TableLookupBytes(hn::LoadU(bytes_, from), table_);
    return hn::And(hn::Shr(hn::BitCast(words_, bytes), shifts_), mask_);
  }

 private:
  static constexpr hn::Full128<std::uint8_t> bytes_{};
  static constexpr hn::Full128<std::uint32_t> words_{};
  hn::Vec<hn::Full128<std::uint8_t>> table_;
  hn::Vec<hn::Full128<std::uint32_t>> shifts_;
  hn::Vec<hn::Full128<std::uint32_t>> mask_;
};
#endif

std::uint32_t symbols32(const std::uint8_t* data, [[maybe_unused]] std::size_t size, int bits,
                        std::size_t first, std::size_t count, std::uint32_t* out) {
  const auto width = static_cast<std::size_t>(bits);
  const std::uint8_t* const begin = data + first * width / 8;  // whole bytes: first % 64 is 0
  std::uint32_t largest = 0;
  std::size_t i = 0;
#if HWY_TARGET != HWY_SCALAR
  const std::size_t room = size - first * width / 8;
  const Quad even(bits, 0);
  const Quad odd(bits, 4 * bits % 8);
  const hn::Full128<std::uint32_t> d;
  auto most = hn::Zero(d);
  for (; i + 8 <= count && (i + 4) * width / 8 + 16 <= room; i += 8) {
    const auto low = even.load(begin + i * width / 8);
    const auto high = odd.load(begin + (i + 4) * width / 8);
    hn::StoreU(low, d, out + i);
    hn::StoreU(high, d, out + i + 4);
    most = hn::Max(most, hn::Max(low, high));
  }
  largest = hn::GetLane(hn::MaxOfLanes(d, most));
#endif
  const std::uint32_t mask = (std::uint32_t{1} << bits) - 1;
  for (; i < count; ++i) {
    out[i] = symbol_at(begin, i * width, mask);
    largest = std::max(largest, out[i]);
  }
  return largest;
}

void lift_codes(std::uint32_t* values, std::size_t count, std::uint32_t add, bool zero_is_null) {
  const hn::ScalableTag<std::uint32_t> d;
  const auto by = hn::Set(d, add);
  const auto null = hn::Set(d, 0xffffffffU);
  std::size_t i = 0;
  for (; i + hn::Lanes(d) <= count; i += hn::Lanes(d)) {
    const auto symbols = hn::LoadU(d, values + i);
    auto codes = hn::Add(symbols, by);
    if (zero_is_null) codes = hn::IfThenElse(hn::Eq(symbols, hn::Zero(d)), null, codes);
    hn::StoreU(codes, d, values + i);
  }
  for (; i < count; ++i) values[i] = zero_is_null && values[i] == 0 ? 0xffffffffU : values[i] + add;
}

void widen(const std::uint32_t* symbols, std::size_t count, std::uint64_t base, std::int64_t* out) {
  const hn::ScalableTag<std::uint64_t> d;
  const hn::Rebind<std::uint32_t, decltype(d)> half;
  const auto add = hn::Set(d, base);
  auto* const to = reinterpret_cast<std::uint64_t*>(out);
  std::size_t i = 0;
  for (; i + hn::Lanes(d) <= count; i += hn::Lanes(d)) {
    hn::StoreU(hn::Add(hn::PromoteTo(d, hn::LoadU(half, symbols + i)), add), d, to + i);
  }
  for (; i < count; ++i) to[i] = base + symbols[i];
}

}  // namespace sceau::enclave::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sceau::enclave::kernels {
namespace {

HWY_EXPORT(symbols32);
HWY_EXPORT(lift_codes);
HWY_EXPORT(widen);

}  // namespace

std::uint32_t symbols32(std::span<const std::uint8_t> data, int bits, std::size_t first,
                        std::size_t count, std::uint32_t* out) {
  return HWY_DYNAMIC_DISPATCH(symbols32)(data.data(), data.size(), bits, first, count, out);
}

void lift_codes(std::uint32_t* values, std::size_t count, std::uint32_t add, bool zero_is_null) {
  HWY_DYNAMIC_DISPATCH(lift_codes)(values, count, add, zero_is_null);
}

void widen(const std::uint32_t* symbols, std::size_t count, std::uint64_t base, std::int64_t* out) {
  HWY_DYNAMIC_DISPATCH(widen)(symbols, count, base, out);
}

void bits_to_bytes(const std::uint8_t* bits, std::size_t first, std::size_t count,
                   std::uint8_t* out) {
  constexpr std::uint64_t each = 0x0101010101010101U;
  const std::uint8_t* const from = bits + first / 8;
  std::size_t i = 0;
  for (; i + 8 <= count; i += 8) {  // byte k of the word keeps bit k, then becomes 0 or 1
    std::uint64_t word = from[i / 8] * each & 0x8040201008040201U;
    word = (word + 0x7f7f7f7f7f7f7f7fU) >> 7U & each;
    std::memcpy(out + i, &word, sizeof word);
  }
  for (; i < count; ++i) out[i] = from[i / 8] >> (i % 8) & 1U;
}

}  // namespace sceau::enclave::kernels
#endif
