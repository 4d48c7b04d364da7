#include "enclave/server/wire.h"

#include <openssl/crypto.h>

#include <bit>
#include <limits>
#include <memory>

#include "enclave/fault.h"

namespace sceau::enclave {

template <class T>
T* CleansingAllocator<T>::allocate(std::size_t n) {
  return std::allocator<T>().allocate(n);
}

template <class T>
void CleansingAllocator<T>::deallocate(T* p, std::size_t n) noexcept {
  OPENSSL_cleanse(p, n * sizeof(T));
  std::allocator<T>().deallocate(p, n);
}

template struct CleansingAllocator<std::uint8_t>;

namespace {

template <class Integer>
void put_little_endian(WireBytes& bytes, Integer value) {
  for (std::size_t i = 0; i < sizeof(value); ++i) {
    bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
  }
}

template <class Integer>
Integer get_little_endian(std::span<const std::uint8_t> bytes) {
  Integer value = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    value |= static_cast<Integer>(static_cast<Integer>(bytes[i]) << (8 * i));
  }
  return value;
}

}  // namespace

void WireWriter::u32(std::uint32_t value) { put_little_endian(bytes_, value); }
void WireWriter::u64(std::uint64_t value) { put_little_endian(bytes_, value); }
void WireWriter::f64(double value) { u64(std::bit_cast<std::uint64_t>(value)); }

void WireWriter::count(std::size_t elements) {
  if (elements > std::numeric_limits<std::uint32_t>::max()) {
    throw EnclaveError(Fault::unavailable, "server.frame_too_large", {std::to_string(elements)});
  }
  u32(static_cast<std::uint32_t>(elements));
}

void WireWriter::text(std::string_view value) {
  count(value.size());
  bytes_.insert(bytes_.end(), value.begin(), value.end());
}

void WireWriter::key(const KeyBytes& value) {
  count(value.size());
  const auto content = value.bytes();
  bytes_.insert(bytes_.end(), content.begin(), content.end());
}

void WireReader::refuse() { throw EnclaveError(Fault::internal, "server.bad_frame"); }

std::span<const std::uint8_t> WireReader::take(std::size_t size) {
  if (size > bytes_.size()) refuse();
  const auto taken = bytes_.first(size);
  bytes_ = bytes_.subspan(size);
  return taken;
}

std::uint8_t WireReader::u8() { return take(1)[0]; }
std::uint32_t WireReader::u32() { return get_little_endian<std::uint32_t>(take(4)); }
std::uint64_t WireReader::u64() { return get_little_endian<std::uint64_t>(take(8)); }
double WireReader::f64() { return std::bit_cast<double>(u64()); }

bool WireReader::boolean() {
  const auto value = u8();
  if (value > 1) refuse();
  return value == 1;
}

std::size_t WireReader::count(std::size_t smallest) {
  const std::size_t elements = u32();
  if (elements > bytes_.size() / smallest) refuse();
  return elements;
}

std::string WireReader::text() {
  const auto content = take(count(1));
  return {content.begin(), content.end()};
}

KeyBytes WireReader::key() { return KeyBytes(take(count(1))); }

void WireReader::finish() const {
  if (!bytes_.empty()) refuse();
}

}  // namespace sceau::enclave
