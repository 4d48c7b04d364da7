#include "tests/store/world.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <utility>

namespace sceau::enclave::test {

namespace fs = std::filesystem;

Folder::Folder() {
  std::string pattern = (fs::temp_directory_path() / "sceau-store-XXXXXX").string();
  REQUIRE(::mkdtemp(pattern.data()) != nullptr);
  path_ = pattern;
}

Folder::~Folder() { fs::remove_all(path_); }

std::string read_file(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_file(const fs::path& file, const std::string& content) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << content;
}

Text::Text(std::string name, const std::string& content)
    : name_(std::move(name)), fd_(::memfd_create("text", MFD_CLOEXEC)) {
  REQUIRE(fd_ >= 0);
  std::string_view left = content;
  while (!left.empty()) {
    const ssize_t written = ::write(fd_, left.data(), left.size());
    REQUIRE(written > 0);
    left.remove_prefix(static_cast<std::size_t>(written));
  }
}

Text::Text(Text&& other) noexcept
    : name_(std::move(other.name_)), fd_(std::exchange(other.fd_, -1)) {}

Text::~Text() {
  if (fd_ >= 0) ::close(fd_);
}

ImportFile Text::file() const {
  REQUIRE(::lseek(fd_, 0, SEEK_SET) == 0);
  return {name_, fd_};
}

std::string gzip(const std::string& content) {
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string packed(deflateBound(&stream, content.size()) + 32, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

KeyBytes key_of(std::uint8_t fill) {
  KeyBytes key(32);
  for (auto& byte : key.bytes()) byte = fill;
  return key;
}

policies::Codebook codebook(const std::string& variables, const std::string& dataset) {
  return policies::parse_codebook(
      "format = 1\n[dataset]\nname = \"t\"\n" + dataset + "\n" + variables, "codebook.toml");
}

ImportOptions options(policies::Codebook codebook, const std::vector<Text>& files) {
  ImportOptions made;
  made.codebook = std::move(codebook);
  made.vintage = "2024";
  made.id = "00112233445566778899aabbccddeeff";
  made.created = "2026-11-23T20:15:03.123456Z";
  for (const auto& text : files) made.files.push_back(text.file());
  made.domain_key = [](const std::string&) { return key_of(0x42); };
  return made;
}

std::vector<std::string> column_of(const disclosure::Source& source, const std::string& name) {
  std::vector<std::string> texts;
  disclosure::Segment segment;
  for (std::size_t n = 0; n < source.segments(); ++n) {
    source.read(n, name, segment);
    for (std::size_t i = 0; i < source.rows(n); ++i) {
      const bool present = segment.present.empty() || segment.present[i] != 0;
      switch (segment.kind) {
        case disclosure::ColumnKind::codes:
          texts.push_back(segment.codes[i] == disclosure::null_code
                              ? "NULL"
                              : source.dictionary(name)[segment.codes[i]]);
          break;
        case disclosure::ColumnKind::scaled:
          texts.push_back(present ? std::to_string(segment.scaled[i]) : "NULL");
          break;
        case disclosure::ColumnKind::real: {
          char digits[40];
          std::snprintf(digits, sizeof digits, "%.17g", segment.real[i]);
          texts.push_back(present ? digits : "NULL");
          break;
        }
      }
    }
  }
  return texts;
}

std::optional<fs::path> data_folder() {
  const char* named = std::getenv("SCEAU_DATA");
  const fs::path folder = named ? named : fs::path(SCEAU_SOURCE_DIR) / "../shared/data";
  if (!fs::exists(folder)) return std::nullopt;
  return folder;
}

}  // namespace sceau::enclave::test
