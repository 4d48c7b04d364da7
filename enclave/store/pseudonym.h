#pragma once
// An identifier's pseudonym: the first 16 bytes of HMAC-SHA-256 (RFC 2104, FIPS 180-4) under the
// key of its domain, so that the same person has the same pseudonym in every store of the centre,
// and nobody without the key can tell who, not even by trying all identifiers.

#include <memory>
#include <string_view>

#include "enclave/keys/keyring.h"
#include "enclave/store/dictionary.h"

namespace sceau::enclave {

class Pseudonymiser {
 public:
  /// `key`: 32 bytes.
  explicit Pseudonymiser(const KeyBytes& key);
  Pseudonymiser(Pseudonymiser&&) noexcept;
  Pseudonymiser& operator=(Pseudonymiser&&) noexcept;
  ~Pseudonymiser();

  [[nodiscard]] Pseudonym pseudonym(std::string_view identifier);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sceau::enclave
