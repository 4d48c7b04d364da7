#include "tests/disclosure/csv.h"

#include <csv.h>
#include <zlib.h>

#include <array>
#include <cstdlib>
#include <iostream>
#include <stdexcept>

namespace sceau::disclosure::build {
namespace {

struct Reader {
  Csv* csv;
  std::vector<std::string> line;

  static void field(void* text, std::size_t size, void* self) {
    static_cast<Reader*>(self)->line.emplace_back(static_cast<const char*>(text), size);
  }
  static void end(int, void* self) {
    auto* reader = static_cast<Reader*>(self);
    if (reader->csv->header.empty()) {
      reader->csv->header = std::move(reader->line);
    } else {
      reader->csv->rows.push_back(std::move(reader->line));
    }
    reader->line.clear();
  }
};

}  // namespace

std::size_t Csv::at(const std::string& name) const {
  for (std::size_t i = 0; i < header.size(); ++i) {
    if (header[i] == name) return i;
  }
  throw std::out_of_range("no column " + name);
}

Csv read_csv(const std::filesystem::path& file, char separator) {
  const gzFile in = gzopen(file.c_str(), "rb");  // reads plain files too
  if (in == nullptr) throw std::runtime_error("cannot open " + file.string());
  Csv csv;
  Reader reader{&csv, {}};
  csv_parser parser;
  csv_init(&parser, CSV_STRICT | CSV_APPEND_NULL);
  csv_set_delim(&parser, static_cast<unsigned char>(separator));
  csv_set_space_func(&parser, [](unsigned char) { return 0; });
  std::vector<char> buffer(1 << 20);
  bool first = true;
  for (int size = 0;
       (size = gzread(in, buffer.data(), static_cast<unsigned>(buffer.size()))) > 0;) {
    std::size_t begin = 0;
    if (first && std::string_view(buffer.data(), 3) == "\xEF\xBB\xBF") begin = 3;
    first = false;
    const auto count = static_cast<std::size_t>(size) - begin;
    if (csv_parse(&parser, buffer.data() + begin, count, Reader::field, Reader::end, &reader) !=
        count) {
      throw std::runtime_error("cannot parse " + file.string());
    }
  }
  csv_fini(&parser, Reader::field, Reader::end, &reader);
  csv_free(&parser);
  gzclose(in);
  return csv;
}

std::optional<std::filesystem::path> test_data(const std::string& name) {
  const char* set = std::getenv("SCEAU_DATA");
  const std::filesystem::path root =
      set != nullptr ? set : std::filesystem::path(SCEAU_SOURCE_DIR) / ".." / "shared" / "data";
  if (std::filesystem::exists(root / name)) return root / name;
  std::cout << "skipped: " << name << " is not in " << root.string() << "\n";
  return std::nullopt;
}

}  // namespace sceau::disclosure::build
