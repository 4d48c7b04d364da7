#pragma once
// Bytes for the values that cross between our own processes. Little-endian, no padding, no
// alignment; a text or a list is its length (u32) and then its parts. The reader trusts no length:
// a list that claims more elements than the bytes behind it could hold is refused before anything
// is allocated, so the memory that a message costs is bounded by the bytes that really came.
//
//   WireWriter w;  w.text("lycees");  w.u64(3);
//   WireReader r(w.bytes());  r.text() == "lycees";  r.u64() == 3;  r.finish();
// Refused (EnclaveError server.bad_frame): a claimed length of 2^32 - 1 over ten bytes, a boolean
// 2, an enumerator out of range, bytes left over at finish().

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "enclave/keys/keyring.h"

namespace sceau::enclave {

/// Memory that is cleansed before it is given back: frames may carry keys.
template <class T>
struct CleansingAllocator {
  using value_type = T;
  CleansingAllocator() = default;
  template <class U>
  CleansingAllocator(const CleansingAllocator<U>&) noexcept {}
  T* allocate(std::size_t n);
  void deallocate(T* p, std::size_t n) noexcept;
  friend bool operator==(const CleansingAllocator&, const CleansingAllocator&) { return true; }
};
using WireBytes = std::vector<std::uint8_t, CleansingAllocator<std::uint8_t>>;
extern template struct CleansingAllocator<std::uint8_t>;

class WireWriter {
 public:
  void u8(std::uint8_t value) { bytes_.push_back(value); }
  void u32(std::uint32_t value);
  void u64(std::uint64_t value);
  void i64(std::int64_t value) { u64(static_cast<std::uint64_t>(value)); }
  void f64(double value);
  void boolean(bool value) { u8(value ? 1 : 0); }
  void text(std::string_view value);
  void key(const KeyBytes& value);
  void count(std::size_t elements);
  [[nodiscard]] const WireBytes& bytes() const { return bytes_; }
  [[nodiscard]] WireBytes take() { return std::move(bytes_); }

 private:
  WireBytes bytes_;
};

class WireReader {
 public:
  explicit WireReader(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  [[nodiscard]] std::uint8_t u8();
  [[nodiscard]] std::uint32_t u32();
  [[nodiscard]] std::uint64_t u64();
  [[nodiscard]] std::int64_t i64() { return static_cast<std::int64_t>(u64()); }
  [[nodiscard]] double f64();
  [[nodiscard]] bool boolean();
  [[nodiscard]] std::string text();
  [[nodiscard]] KeyBytes key();
  /// Elements of a list of which each takes at least `smallest` bytes (>= 1).
  [[nodiscard]] std::size_t count(std::size_t smallest);
  /// An enumerator 0..last.
  template <class Enum>
  [[nodiscard]] Enum enumerator(Enum last) {
    const auto value = u8();
    if (value > static_cast<std::uint8_t>(last)) refuse();
    return static_cast<Enum>(value);
  }
  void finish() const;  ///< refuses bytes that are left over
  [[nodiscard]] std::size_t left() const { return bytes_.size(); }
  [[noreturn]] static void refuse();

 private:
  std::span<const std::uint8_t> take(std::size_t size);
  std::span<const std::uint8_t> bytes_;
};

}  // namespace sceau::enclave
