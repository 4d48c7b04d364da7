#pragma once
// What the store's tests need: a folder that goes, files from texts, imports in one call.
#include <doctest/doctest.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "disclosure/source.h"
#include "enclave/fault.h"
#include "enclave/keys/keyring.h"
#include "enclave/messages.h"
#include "enclave/store/import.h"
#include "enclave/store/store.h"

namespace sceau::enclave::test {

class Folder {
 public:
  Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder();
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::filesystem::path operator/(const std::string& name) const {
    return path_ / name;
  }

 private:
  std::filesystem::path path_;
};

[[nodiscard]] std::string read_file(const std::filesystem::path& file);
void write_file(const std::filesystem::path& file, const std::string& content);

/// A file in memory for the importer to read.
class Text {
 public:
  Text(std::string name, const std::string& content);
  Text(Text&& other) noexcept;
  ~Text();
  [[nodiscard]] ImportFile file() const;

 private:
  std::string name_;
  int fd_;
};

[[nodiscard]] std::string gzip(const std::string& content);

/// 32 bytes, all `fill`.
[[nodiscard]] KeyBytes key_of(std::uint8_t fill);

/// "format = 1, [dataset] name = "t"", then `variables`.
[[nodiscard]] policies::Codebook codebook(const std::string& variables,
                                          const std::string& dataset = "");

/// Options over these files; identifiers' domains have the key of 0x42s.
[[nodiscard]] ImportOptions options(policies::Codebook codebook, const std::vector<Text>& files);

/// A refusal as a person reads it, "" where `act` throws none.
template <typename Act>
[[nodiscard]] std::string message_of(Act act) {
  try {
    act();
  } catch (const EnclaveError& error) {
    CHECK(text(error.id(), {}) != error.id());
    return error.what();
  }
  return "";
}

template <typename Act>
[[nodiscard]] std::string refusal(Act act) {
  try {
    act();
  } catch (const EnclaveError& error) {
    CHECK(text(error.id(), {}) != error.id());
    return error.id();
  }
  return "";
}

/// A whole column as texts: "NULL", codes by dictionary, mantissas and reals in digits.
[[nodiscard]] std::vector<std::string> column_of(const disclosure::Source& source,
                                                 const std::string& name);

/// ../shared/data beside the sources, or $SCEAU_DATA.
[[nodiscard]] std::optional<std::filesystem::path> data_folder();

}  // namespace sceau::enclave::test
