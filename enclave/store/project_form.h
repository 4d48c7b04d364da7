#pragma once
// A project's own form of pseudonyms. A store holds a person under one pseudonym for the whole
// centre (pseudonym.h); what a session sees of it is that pseudonym's image under a keyed
// permutation of the project: AES-256 (FIPS 197) of its 16 bytes, which are one block.
//
//   ine of one pupil in project orientation:   5f0c…, in each store of the domain: joins work
//   of the same pupil in project parcours:     91aa…: nobody without both keys can tell
//
// A permutation rather than a hash: no two pupils ever become one, and whoever holds the key finds
// the stored form again, in which the centre remembers what names a pseudonym.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "enclave/keys/keyring.h"

namespace sceau::enclave {

class ProjectForm {
 public:
  /// `key`: 32 bytes, of the keyring ("project-<name>"). Throws internal for any other length.
  explicit ProjectForm(const KeyBytes& key);

  /// Pseudonyms one after another, 16 bytes each; as many come back.
  [[nodiscard]] std::vector<std::uint8_t> shown(std::span<const std::uint8_t> stored) const;

  /// A pseudonym as it stands in SQL, 32 lower-case hex digits. What is none names nobody in either
  /// form, and comes back as it is.
  [[nodiscard]] std::string shown_text(std::string_view stored) const;
  [[nodiscard]] std::string stored_text(std::string_view shown) const;

 private:
  KeyBytes key_;
};

}  // namespace sceau::enclave
