#pragma once
// A kept project folder at rest: one file that opens with the project's key alone. What stands in
// it is an archive that a workspace made of its own folder; here it is bytes and nothing else.
//
//   "sceau folder 1\n" ‖ salt (32) ‖ pieces
//
// The pieces are AES-256-GCM of 64 KiB each, the last one shorter, under HKDF-SHA-256(key, salt,
// "sceau folder" ‖ project); a nonce is the piece's number in 11 bytes and a last byte that is 1
// for the last piece (the STREAM construction: Hoang, Reyhanitabar, Rogaway, Vizár, CRYPTO 2015).
// So pieces can't be changed, swapped, left out or cut off, nor a file be taken for another
// project's. That it is the newest one its SHA-256 says, which stands in registry and log.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "enclave/keys/keyring.h"

namespace sceau::enclave {

inline constexpr std::size_t folder_piece = 64U << 10;

/// Writes a new file, 0600, durably. One that isn't finished is removed.
class FolderSealer {
 public:
  /// Throws workspace.cannot_seal.
  FolderSealer(std::filesystem::path file, const KeyBytes& key, const std::string& project);
  FolderSealer(const FolderSealer&) = delete;
  FolderSealer& operator=(const FolderSealer&) = delete;
  ~FolderSealer();

  void add(std::span<const std::uint8_t> bytes);
  /// SHA-256 of the file, hex.
  [[nodiscard]] std::string finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Reads it into `take`, piece by piece, each authenticated before it is given. Throws integrity
/// (workspace.folder_damaged) where the file isn't the one with this digest, or doesn't open.
void open_folder(const std::filesystem::path& file, const KeyBytes& key, const std::string& project,
                 const std::string& sha256,
                 const std::function<void(std::span<const std::uint8_t>)>& take);

}  // namespace sceau::enclave
