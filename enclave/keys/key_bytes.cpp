// Keys in memory: OpenSSL's secure heap where the program has set one up (guard pages, locked, left
// out of core dumps), else plain memory that is locked as far as RLIMIT_MEMLOCK allows.
#include <openssl/crypto.h>
#include <sys/mman.h>

#include <cstring>
#include <new>
#include <utility>

#include "enclave/keys/keyring.h"

namespace sceau::enclave {
namespace {

std::uint8_t* allocate(std::size_t size) {
  if (size == 0) return nullptr;
  if (CRYPTO_secure_malloc_initialized() == 1) {
    if (void* memory = OPENSSL_secure_zalloc(size)) return static_cast<std::uint8_t*>(memory);
  }
  void* memory = OPENSSL_zalloc(size);
  if (memory == nullptr) throw std::bad_alloc();
  // Never unlocked: locks don't nest, and another key may live in the same page.
  (void)::mlock(memory, size);
  return static_cast<std::uint8_t*>(memory);
}

void release(std::uint8_t* memory, std::size_t size) {
  if (memory == nullptr) return;
  if (CRYPTO_secure_allocated(memory) == 1) {
    OPENSSL_secure_clear_free(memory, size);
  } else {
    OPENSSL_clear_free(memory, size);
  }
}

constexpr std::size_t heap_size = 1U << 18;  // of the 8 MiB that RLIMIT_MEMLOCK gives as a rule
constexpr std::size_t least_piece = 32;

}  // namespace

bool keep_keys_in_secure_heap() {
  // 2: there is a heap, but its memory could not be locked or kept out of core files.
  return CRYPTO_secure_malloc_initialized() == 1 ||
         CRYPTO_secure_malloc_init(heap_size, least_piece) == 1;
}

KeyBytes::KeyBytes(std::size_t size) : data_(allocate(size)), size_(size) {}

KeyBytes::KeyBytes(std::span<const std::uint8_t> bytes) : KeyBytes(bytes.size()) {
  if (!bytes.empty()) std::memcpy(data_, bytes.data(), bytes.size());
}

KeyBytes::KeyBytes(KeyBytes&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

KeyBytes& KeyBytes::operator=(KeyBytes&& other) noexcept {
  if (this != &other) {
    release(data_, size_);
    data_ = std::exchange(other.data_, nullptr);
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

KeyBytes::~KeyBytes() { release(data_, size_); }

}  // namespace sceau::enclave
