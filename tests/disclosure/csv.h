#pragma once
// Test data on disk: CSV files, gzipped or not, read by libcsv; and where they lie.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace sceau::disclosure::build {

struct Csv {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;

  [[nodiscard]] std::size_t at(const std::string& name) const;  ///< throws std::out_of_range
};

/// A byte-order mark is skipped. Throws std::runtime_error.
[[nodiscard]] Csv read_csv(const std::filesystem::path& file, char separator = ',');

/// A file of the shared test data; nullopt (and a line that says so) where it isn't there.
[[nodiscard]] std::optional<std::filesystem::path> test_data(const std::string& name);

}  // namespace sceau::disclosure::build
