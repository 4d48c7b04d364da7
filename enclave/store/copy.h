#pragma once
// A sealed store again, under another key: a new file with every row of every table, read back and
// compared before anybody relies on it. The file that is there isn't touched.
//
//   copy_store("eleves@2024.store", old_key, "eleves@2024.store.rekeyed", new_key, cancelled);
//
// Manifest and id stay: it is the same store.

#include <filesystem>
#include <functional>

#include "enclave/keys/keyring.h"

namespace sceau::enclave {

/// Writes `to` (which must not exist), synced, mode 0600. On every throw it is removed: what
/// Database and Store throw, store.copy_differs (integrity) where the copy doesn't hold the same,
/// centre.cancelled where `cancelled` says so.
void copy_store(const std::filesystem::path& from, const KeyBytes& old_key,
                const std::filesystem::path& to, const KeyBytes& new_key,
                const std::function<bool()>& cancelled);

}  // namespace sceau::enclave
