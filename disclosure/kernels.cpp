#include "disclosure/kernels.h"

// Each loop is compiled once a target; the dispatch table picks one at the first call.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "disclosure/kernels.cpp"
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4 | HWY_AVX3_DL)
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace sceau::disclosure::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

void fold(const std::uint32_t* members, std::uint32_t size, std::uint32_t* numbers,
          std::size_t count) {
  const hn::ScalableTag<std::uint32_t> d;
  const auto by = hn::Set(d, size);
  std::size_t i = 0;
  for (; i + hn::Lanes(d) <= count; i += hn::Lanes(d)) {
    const auto scaled = hn::Mul(hn::LoadU(d, numbers + i), by);
    hn::StoreU(hn::Add(scaled, hn::LoadU(d, members + i)), d, numbers + i);
  }
  for (; i < count; ++i) numbers[i] = numbers[i] * size + members[i];
}

void cap(const std::uint32_t* codes, std::uint32_t most, std::uint32_t* out, std::size_t count) {
  const hn::ScalableTag<std::uint32_t> d;
  const auto limit = hn::Set(d, most);
  std::size_t i = 0;
  for (; i + hn::Lanes(d) <= count; i += hn::Lanes(d)) {
    hn::StoreU(hn::Min(hn::LoadU(d, codes + i), limit), d, out + i);
  }
  for (; i < count; ++i) out[i] = codes[i] < most ? codes[i] : most;
}

bool look_up(const std::uint32_t* table, std::uint32_t* numbers, std::size_t count) {
  const hn::ScalableTag<std::uint32_t> d;
  const hn::RebindToSigned<decltype(d)> di;
  const auto one = hn::Set(d, 1);
  auto least = hn::Set(d, 0xffffffffU);
  std::size_t i = 0;
  for (; i + hn::Lanes(d) <= count; i += hn::Lanes(d)) {
    const auto at = hn::BitCast(di, hn::LoadU(d, numbers + i));
    const auto found = hn::GatherIndex(d, table, at);
    least = hn::Min(least, found);
    hn::StoreU(hn::Sub(found, one), d, numbers + i);
  }
  std::uint32_t smallest = hn::GetLane(hn::MinOfLanes(d, least));
  for (; i < count; ++i) {
    const std::uint32_t found = table[numbers[i]];
    smallest = found < smallest ? found : smallest;
    numbers[i] = found - 1;
  }
  return smallest != 0;
}

std::int64_t count_equal(const std::uint8_t* bytes, std::uint8_t wanted, std::size_t count) {
  const hn::ScalableTag<std::uint8_t> d;
  const auto same = hn::Set(d, wanted);
  std::uint64_t total = 0;
  std::size_t i = 0;
  for (; i + hn::Lanes(d) <= count; i += hn::Lanes(d)) {
    total += hn::CountTrue(d, hn::Eq(hn::LoadU(d, bytes + i), same));
  }
  for (; i < count; ++i) total += bytes[i] == wanted ? 1U : 0U;
  return static_cast<std::int64_t>(total);
}

std::uint32_t positions(const std::uint8_t* bytes, std::uint8_t wanted, std::size_t count,
                        std::uint32_t* out) {
  const hn::ScalableTag<std::uint32_t> d;
  const hn::Rebind<std::uint8_t, decltype(d)> of_bytes;
  const auto same = hn::Set(d, wanted);
  std::size_t found = 0;
  std::size_t i = 0;
  for (; i + hn::Lanes(d) <= count; i += hn::Lanes(d)) {
    const auto read = hn::PromoteTo(d, hn::LoadU(of_bytes, bytes + i));
    const auto at = hn::Iota(d, static_cast<std::uint32_t>(i));
    found += hn::CompressStore(at, hn::Eq(read, same), d, out + found);
  }
  for (; i < count; ++i) {
    if (bytes[i] == wanted) out[found++] = static_cast<std::uint32_t>(i);
  }
  return static_cast<std::uint32_t>(found);
}

Span span_of(const std::uint32_t* numbers, std::size_t count) {
  const hn::ScalableTag<std::uint32_t> d;
  auto low = hn::Set(d, 0xffffffffU);
  auto high = hn::Zero(d);
  std::size_t i = 0;
  for (; i + hn::Lanes(d) <= count; i += hn::Lanes(d)) {
    const auto read = hn::LoadU(d, numbers + i);
    low = hn::Min(low, read);
    high = hn::Max(high, read);
  }
  Span span{hn::GetLane(hn::MinOfLanes(d, low)), hn::GetLane(hn::MaxOfLanes(d, high))};
  for (; i < count; ++i) {
    span.low = numbers[i] < span.low ? numbers[i] : span.low;
    span.high = numbers[i] > span.high ? numbers[i] : span.high;
  }
  return span;
}

std::int64_t sum(const std::int64_t* values, std::size_t count) {
  const hn::ScalableTag<std::int64_t> d;
  auto first = hn::Zero(d);
  auto second = hn::Zero(d);
  std::size_t i = 0;
  for (; i + 2 * hn::Lanes(d) <= count; i += 2 * hn::Lanes(d)) {
    first = hn::Add(first, hn::LoadU(d, values + i));
    second = hn::Add(second, hn::LoadU(d, values + i + hn::Lanes(d)));
  }
  auto total = static_cast<std::uint64_t>(hn::GetLane(hn::SumOfLanes(d, hn::Add(first, second))));
  for (; i < count; ++i) total += static_cast<std::uint64_t>(values[i]);
  return static_cast<std::int64_t>(total);
}

}  // namespace sceau::disclosure::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sceau::disclosure::kernels {
namespace {

HWY_EXPORT(fold);
HWY_EXPORT(cap);
HWY_EXPORT(look_up);
HWY_EXPORT(count_equal);
HWY_EXPORT(positions);
HWY_EXPORT(span_of);
HWY_EXPORT(sum);

}  // namespace

void fold(const std::uint32_t* members, std::uint32_t size, std::uint32_t* numbers,
          std::size_t count) {
  HWY_DYNAMIC_DISPATCH(fold)(members, size, numbers, count);
}

void cap(const std::uint32_t* codes, std::uint32_t most, std::uint32_t* out, std::size_t count) {
  HWY_DYNAMIC_DISPATCH(cap)(codes, most, out, count);
}

bool look_up(const std::uint32_t* table, std::uint32_t* numbers, std::size_t count) {
  return HWY_DYNAMIC_DISPATCH(look_up)(table, numbers, count);
}

std::int64_t count_equal(const std::uint8_t* bytes, std::uint8_t wanted, std::size_t count) {
  return HWY_DYNAMIC_DISPATCH(count_equal)(bytes, wanted, count);
}

std::uint32_t positions(const std::uint8_t* bytes, std::uint8_t wanted, std::size_t count,
                        std::uint32_t* out) {
  return HWY_DYNAMIC_DISPATCH(positions)(bytes, wanted, count, out);
}

Span span_of(const std::uint32_t* numbers, std::size_t count) {
  return HWY_DYNAMIC_DISPATCH(span_of)(numbers, count);
}

std::int64_t sum(const std::int64_t* values, std::size_t count) {
  return HWY_DYNAMIC_DISPATCH(sum)(values, count);
}

}  // namespace sceau::disclosure::kernels
#endif
