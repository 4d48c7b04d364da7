#include "enclave/egress/file_type.h"

#include <algorithm>
#include <array>

#include "audit/bytes.h"
#include "enclave/egress/file_forms.h"
#include "enclave/fault.h"

namespace sceau::enclave {
namespace {

using namespace std::string_view_literals;
using policies::FileType;

struct Container {
  std::string_view name;
  std::size_t at;
  std::string_view magic;
};

/// What holds other files, programs, or data in a form that is not looked into.
constexpr std::array<Container, 28> containers = {{
    {"zip", 0, "PK\x03\x04"sv},
    {"zip", 0, "PK\x05\x06"sv},
    {"zip", 0, "PK\x07\x08"sv},
    {"gzip", 0, "\x1f\x8b"sv},
    {"bzip2", 0, "BZh"sv},
    {"xz", 0,
     "\xfd"
     "7zXZ\0"sv},
    {"lzma", 0, "\x5d\0\0"sv},
    {"7z", 0, "7z\xbc\xaf\x27\x1c"sv},
    {"rar", 0, "Rar!\x1a\x07"sv},
    {"zstd", 0, "\x28\xb5\x2f\xfd"sv},
    {"lz4", 0, "\x04\x22\x4d\x18"sv},
    {"cab", 0, "MSCF"sv},
    {"ar", 0, "!<arch>\n"sv},
    {"tar", 257, "ustar"sv},
    {"compress", 0, "\x1f\x9d"sv},
    {"OLE", 0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"sv},
    {"Parquet", 0, "PAR1"sv},
    {"ORC", 0, "ORC"sv},
    {"Feather", 0, "ARROW1"sv},
    {"Feather", 0, "FEA1"sv},
    {"HDF5", 0, "\x89HDF\r\n\x1a\n"sv},
    {"SQLite", 0, "SQLite format 3\0"sv},
    {"ELF", 0,
     "\x7f"
     "ELF"sv},
    {"DOS program", 0, "MZ\x90"sv},
    {"Stata", 0, "<stata_dta>"sv},
    {"SPSS", 0, "$FL2"sv},
    {"pickle", 0, "\x80\x04\x95"sv},
    {"ISO 9660", 32769, "CD001"sv},
}};

struct Ending {
  std::string_view ending;
  FileType type;
};

constexpr std::array<Ending, 27> endings = {{
    {"txt", FileType::text},  {"md", FileType::text},   {"log", FileType::text},
    {"tex", FileType::text},  {"bib", FileType::text},  {"r", FileType::text},
    {"rmd", FileType::text},  {"qmd", FileType::text},  {"py", FileType::text},
    {"do", FileType::text},   {"sas", FileType::text},  {"jl", FileType::text},
    {"sql", FileType::text},  {"toml", FileType::text}, {"yaml", FileType::text},
    {"yml", FileType::text},  {"csv", FileType::csv},   {"tsv", FileType::csv},
    {"tab", FileType::csv},   {"json", FileType::json}, {"ipynb", FileType::notebook},
    {"svg", FileType::svg},   {"png", FileType::png},   {"jpg", FileType::jpeg},
    {"jpeg", FileType::jpeg}, {"pdf", FileType::pdf},   {"rds", FileType::rdata},
}};

[[noreturn]] void refuse(const char* id, std::vector<std::string> args) {
  throw EnclaveError(Fault::refused, id, std::move(args));
}

bool is_letters(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

/// Whether the beginning is surely no text of one byte a character.
bool is_binary(std::string_view bytes) {
  constexpr std::size_t looked_at = 4096;
  bytes = bytes.substr(0, looked_at);
  return std::any_of(bytes.begin(), bytes.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x09 || c == '\x0b' || c == '\x7f';
  });
}

void refuse_containers(std::string_view name, std::string_view bytes) {
  const bool binary = is_binary(bytes);
  for (const auto& one : containers) {
    if (!binary && is_letters(one.magic)) continue;  // a text may begin with any word
    if (bytes.size() >= one.at && bytes.substr(one.at).starts_with(one.magic)) {
      refuse("files.container", {std::string(name), std::string(one.name)});
    }
  }
  // A zip is found by its end: it may stand behind anything.
  constexpr std::size_t longest_comment = 65'557;
  const auto tail = bytes.substr(bytes.size() - std::min(bytes.size(), longest_comment));
  if (tail.find("PK\x05\x06"sv) != std::string_view::npos) {
    refuse("files.container", {std::string(name), "zip"});
  }
}

bool is_text(FileType type) {
  switch (type) {
    case FileType::text:
    case FileType::csv:
    case FileType::json:
    case FileType::notebook:
    case FileType::svg:
      return true;
    case FileType::png:
    case FileType::jpeg:
    case FileType::pdf:
    case FileType::rdata:
      return false;
  }
  return false;
}

/// The type that the first bytes announce; nullopt: it may be text.
std::optional<FileType> announced(std::string_view bytes) {
  if (bytes.starts_with("\x89PNG\r\n\x1a\n"sv)) return FileType::png;
  if (bytes.starts_with("\xff\xd8\xff"sv)) return FileType::jpeg;
  if (bytes.starts_with("%PDF-"sv)) return FileType::pdf;
  for (const auto magic : {"X\n"sv, "A\n"sv, "RDX2\nX\n"sv, "RDX3\nX\n"sv, "RDA3\nA\n"sv}) {
    // Both begin with a version; a text that begins with a line "A" has no number next.
    if (bytes.starts_with(magic)) {
      const auto next = bytes.substr(magic.size(), 1);
      if (magic.find('X') != std::string_view::npos ? next == "\0"sv : next == "2" || next == "3") {
        return FileType::rdata;
      }
    }
  }
  return std::nullopt;
}

TextEncoding encoding_of(std::string_view bytes) {
  if (bytes.starts_with("\xff\xfe"sv)) return TextEncoding::utf16_le;
  if (bytes.starts_with("\xfe\xff"sv)) return TextEncoding::utf16_be;
  if (audit::is_utf8(bytes)) return TextEncoding::utf8;
  return TextEncoding::windows_1252;
}

bool is_bidi_control(std::string_view utf8, std::size_t i) {
  if (utf8[i] != '\xE2' || i + 2 >= utf8.size()) return false;
  const char second = utf8[i + 1];
  const char third = utf8[i + 2];
  return (second == '\x80' && third >= '\xAA' && third <= '\xAE') ||
         (second == '\x81' && third >= '\xA6' && third <= '\xA9');
}

/// Throws where there are controls other than those that end fields, lines and pages.
bool holds_bidi(std::string_view name, std::string_view utf8) {
  bool bidi = false;
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const auto byte = static_cast<unsigned char>(utf8[i]);
    const bool allowed = byte == '\t' || byte == '\n' || byte == '\r' || byte == '\f';
    const bool c1 =
        byte == 0xC2 && i + 1 < utf8.size() && static_cast<unsigned char>(utf8[i + 1]) < 0xA0;
    if ((byte < 0x20 && !allowed) || byte == 0x7f || c1) {
      refuse("files.control_characters", {std::string(name)});
    }
    bidi = bidi || is_bidi_control(utf8, i);
  }
  return bidi;
}

void check_form(FileType type, std::string_view bytes, std::string_view utf8) {
  switch (type) {
    case FileType::text:
    case FileType::csv:
      return;
    case FileType::json:
      return check_json(utf8, false);
    case FileType::notebook:
      return check_json(utf8, true);
    case FileType::svg:
      return check_svg(utf8);
    case FileType::png:
      return check_png(bytes);
    case FileType::jpeg:
      return check_jpeg(bytes);
    case FileType::pdf:
      return check_pdf(bytes);
    case FileType::rdata:
      return check_rdata(bytes);
  }
}

}  // namespace

void refuse_malformed(std::string_view what) { refuse("files.malformed", {std::string(what)}); }
void refuse_hidden(std::string_view what, std::string_view part) {
  refuse("files.hidden_part", {std::string(what), std::string(part)});
}
void refuse_active(std::string_view what, std::string_view part) {
  refuse("files.active_content", {std::string(what), std::string(part)});
}

std::string_view to_string(TextEncoding encoding) {
  switch (encoding) {
    case TextEncoding::none:
      return "";
    case TextEncoding::utf8:
      return "UTF-8";
    case TextEncoding::utf16_le:
      return "UTF-16LE";
    case TextEncoding::utf16_be:
      return "UTF-16BE";
    case TextEncoding::windows_1252:
      return "windows-1252";
  }
  return "";
}

std::optional<FileType> type_of_name(std::string_view name) {
  const auto dot = name.rfind('.');
  if (dot == std::string_view::npos) return std::nullopt;
  std::string ending(name.substr(dot + 1));
  for (char& c : ending) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  if (ending == "rdata" || ending == "rda") return FileType::rdata;
  for (const auto& [known, type] : endings) {
    if (ending == known) return type;
  }
  return std::nullopt;
}

FileFacts file_facts(std::string_view name, std::string_view bytes) {
  refuse_containers(name, bytes);
  if (name.find('.') == std::string_view::npos) {
    refuse("files.no_extension", {std::string(name)});
  }
  const auto named = type_of_name(name);
  if (!named) refuse("files.unknown_extension", {std::string(name)});
  const auto found = announced(bytes);
  if (found ? *found != *named : !is_text(*named)) {
    refuse("files.other_type",
           {std::string(name), std::string(found ? policies::to_string(*found) : "text"),
            std::string(policies::to_string(*named))});
  }
  FileFacts facts{*named, TextEncoding::none, false};
  std::string utf8;
  if (is_text(facts.type)) {
    if (bytes.find('\0') != std::string_view::npos && !bytes.starts_with("\xff\xfe"sv) &&
        !bytes.starts_with("\xfe\xff"sv)) {
      refuse("files.unknown_content", {std::string(name)});
    }
    facts.encoding = encoding_of(bytes);
    utf8 = to_utf8(bytes, facts.encoding);
    facts.bidi = holds_bidi(name, utf8);
  }
  check_form(facts.type, bytes, utf8);
  return facts;
}

void check_allowed(const policies::FileRules& files, std::string_view name, const FileFacts& facts,
                   std::size_t bytes) {
  if (files.types && !files.types->contains(facts.type)) {
    refuse("files.type_not_allowed", {std::string(name), std::string(to_string(facts.type))});
  }
  if (files.max_bytes > 0 && bytes > static_cast<std::size_t>(files.max_bytes)) {
    refuse("files.too_large",
           {std::string(name), std::to_string(bytes), std::to_string(files.max_bytes)});
  }
}

}  // namespace sceau::enclave
