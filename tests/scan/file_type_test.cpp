// What files are by their bytes, and what doesn't pass.
#include "enclave/egress/file_type.h"

#include <doctest/doctest.h>
#include <zlib.h>

#include <string>

#include "enclave/fault.h"

using namespace sceau::enclave;
using namespace std::string_literals;
using sceau::policies::FileType;

namespace {

std::string refusal(const std::string& name, const std::string& bytes) {
  try {
    (void)file_facts(name, bytes);
    return "";
  } catch (const EnclaveError& error) {
    return error.id();
  }
}

std::string word(std::uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 0xFF);
  return bytes;
}

std::string chunk(const std::string& type, const std::string& data) {
  const auto covered = type + data;
  const auto sum =
      ::crc32(0, reinterpret_cast<const Bytef*>(covered.data()), static_cast<uInt>(covered.size()));
  return word(static_cast<std::uint32_t>(data.size())) + covered +
         word(static_cast<std::uint32_t>(sum));
}

std::string png(const std::string& between = "") {
  return "\x89PNG\r\n\x1a\n"s + chunk("IHDR", word(1) + word(1) + "\x08\0\0\0\0"s) + between +
         chunk("IDAT", "x") + chunk("IEND", "");
}

std::string jpeg(const std::string& between = "") {
  return "\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0"s + between +
         "\xff\xda\0\x08\1\1\0\0\x3f\0\x11\x22\xff\0\x33\xff\xd9"s;
}

std::string pdf(const std::string& object) {
  return "%PDF-1.4\n1 0 obj\n<< " + object + " >>\nendobj\ntrailer\n<< >>\n%%EOF\n";
}

}  // namespace

TEST_CASE("a file of each type passes under its own endings") {
  CHECK(file_facts("a.csv", "a;b\r\n1;2\r\n").type == FileType::csv);
  CHECK(file_facts("A.TSV", "a\tb\n").type == FileType::csv);
  CHECK(file_facts("model.R", "x <- 1\n").type == FileType::text);
  CHECK(file_facts("a.json", "{\"a\":[1,2]}").type == FileType::json);
  CHECK(file_facts("a.ipynb", "{\"nbformat\":4,\"cells\":[]}").type == FileType::notebook);
  CHECK(file_facts("a.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>\n").type ==
        FileType::svg);
  CHECK(file_facts("a.png", png()).type == FileType::png);
  CHECK(file_facts("a.png", png(chunk("tEXt", "Software\0Matplotlib"s))).type == FileType::png);
  CHECK(file_facts("a.jpg", jpeg()).type == FileType::jpeg);
  CHECK(file_facts("a.pdf", pdf("/Type /Catalog")).type == FileType::pdf);
  CHECK(file_facts("a.rds", "X\n\0\0\0\3\0\4\2\1\0\3\5\0"s).type == FileType::rdata);
}

TEST_CASE("encodings of text are told, and read as UTF-8") {
  CHECK(file_facts("a.csv",
                   "\xEF\xBB\xBF"
                   "a;é\n")
            .encoding == TextEncoding::utf8);
  CHECK(file_facts("a.csv", "a;\xe9\n").encoding == TextEncoding::windows_1252);
  CHECK(file_facts("a.csv",
                   "\xff\xfe"
                   "a\0;\0\xe9\0"s)
            .encoding == TextEncoding::utf16_le);
  CHECK(file_facts("a.csv", "\xfe\xff\0a\0;\0\xe9"s).encoding == TextEncoding::utf16_be);
  CHECK(to_utf8("\xff\xfe"
                "a\0;\0\xe9\0"s,
                TextEncoding::utf16_le) == "a;é");
  CHECK(to_utf8("\xfe\xff\0a\xd8\x3d\xde\0"s, TextEncoding::utf16_be) == "a\U0001F600");
  CHECK(to_utf8("\x80\xe9", TextEncoding::windows_1252) == "€é");
}

TEST_CASE("archives and containers don't pass, whatever they are called") {
  const std::string archives[] = {"PK\x03\x04zip",
                                  "\x1f\x8bgzip",
                                  "BZh9\x01\x02",
                                  "\xfd"
                                  "7zXZ\0"s,
                                  "7z\xbc\xaf\x27\x1c",
                                  "Rar!\x1a\x07",
                                  "\x28\xb5\x2f\xfdzstd",
                                  "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
                                  "SQLite format 3\0"s,
                                  "PAR1\x01\x02",
                                  "\x7f"
                                  "ELF\2\1\1\0"s,
                                  std::string(257, '\0') + "ustar"};
  for (const auto& bytes : archives) {
    for (const auto* name : {"a.csv", "a.png", "a.zip", "a", "a.rds"}) {
      CAPTURE(name);
      CHECK(refusal(name, bytes) == "files.container");
    }
  }
  // A picture with a zip behind it, and one with a zip inside a part.
  CHECK(refusal("a.png", png() + "PK\x05\x06" + std::string(18, '\0')) == "files.container");
  CHECK(refusal("a.txt", "BZh is how a text may begin\n").empty());
}

TEST_CASE("content and name must say the same") {
  CHECK(refusal("a.csv", png()) == "files.other_type");
  CHECK(refusal("a.png", jpeg()) == "files.other_type");
  CHECK(refusal("a.png", "a,b\n") == "files.other_type");
  CHECK(refusal("a.pdf", "hello\n") == "files.other_type");
  CHECK(refusal("a.json", "a,b\n") == "files.malformed");
  CHECK(refusal("a.ipynb", "{}") == "files.malformed");
  CHECK(refusal("a.svg", "a,b\n") == "files.malformed");
  CHECK(refusal("a.exe", "a\n") == "files.unknown_extension");
  CHECK(refusal("a.xlsx", "a\n") == "files.unknown_extension");
  CHECK(refusal("a.csv", "a\0b"s) == "files.unknown_content");
  CHECK(refusal("noending", "a\n") == "files.no_extension");
}

TEST_CASE("text with characters that a terminal would obey doesn't pass") {
  CHECK(refusal("a.txt", "a\x1b[31mred\n") == "files.control_characters");
  CHECK(refusal("a.txt", "a\x7f\n") == "files.control_characters");
  CHECK(refusal("a.txt",
                "a\xc2\x9b"
                "31m\n") == "files.control_characters");
  CHECK(refusal("a.csv", "\xff\xfe\x1b\0[\0"s) == "files.control_characters");
  CHECK(refusal("a.txt", "a\tb\r\n\f").empty());
  CHECK(file_facts("a.txt", "a\u202Ebc\n").bidi);
  CHECK_FALSE(file_facts("a.txt", "abc\n").bidi);
}

TEST_CASE("pictures have no parts that nobody sees") {
  CHECK(refusal("a.png", png() + "x") == "files.hidden_part");
  CHECK(refusal("a.png", png(chunk("zTXt", "k\0\0zzz"s))) == "files.hidden_part");
  CHECK(refusal("a.png", png(chunk("prVt", "rows"))) == "files.hidden_part");
  CHECK(refusal("a.png", png(chunk("tEXt", std::string(300, 'r')))) == "files.hidden_part");
  auto damaged = png();
  damaged[30] = static_cast<char>(damaged[30] ^ 1);
  CHECK(refusal("a.png", damaged) == "files.malformed");
  CHECK(refusal("a.png", png().substr(0, 40)) == "files.malformed");
  CHECK(refusal("a.jpg", jpeg() + "rows") == "files.hidden_part");
  CHECK(refusal("a.jpg", jpeg("\xff\xe1\0\6Exif"s)) == "files.hidden_part");
  CHECK(refusal("a.jpg", jpeg("\xff\xfe\0\x52"s + std::string(80, 'r'))) == "files.hidden_part");
  CHECK(refusal("a.jpg", jpeg().substr(0, 30)) == "files.malformed");
}

TEST_CASE("a PDF with attachments, actions, locks or packed objects doesn't pass") {
  CHECK(refusal("a.pdf", pdf("/EmbeddedFiles 2 0 R")) == "files.hidden_part");
  CHECK(refusal("a.pdf", pdf("/Embedded#46iles 2 0 R")) == "files.hidden_part");
  CHECK(refusal("a.pdf", pdf("/Encrypt 2 0 R")) == "files.hidden_part");
  CHECK(refusal("a.pdf", pdf("/Type /ObjStm")) == "files.hidden_part");
  CHECK(refusal("a.pdf", pdf("/S /JavaScript /JS (app.alert)")) == "files.active_content");
  CHECK(refusal("a.pdf", pdf("/OpenAction 3 0 R")) == "files.active_content");
  CHECK(refusal("a.pdf", pdf("/Type /Catalog") + "rows") == "files.hidden_part");
  CHECK(refusal("a.pdf", "%PDF-1.4\nno end\n") == "files.malformed");
}

TEST_CASE("an SVG that does or fetches something doesn't pass") {
  const auto svg = [](const std::string& inside) { return "<svg>" + inside + "</svg>"; };
  CHECK(refusal("a.svg", svg("<script>1</script>")) == "files.active_content");
  CHECK(refusal("a.svg", svg("<g onLoad='x'/>")) == "files.active_content");
  CHECK(refusal("a.svg", svg("<image xlink:href=\"http://x/\"/>")) == "files.active_content");
  CHECK(refusal("a.svg", svg("<ForeignObject/>")) == "files.active_content");
  CHECK(refusal("a.svg", svg("<text>1</text>")).empty());
}

TEST_CASE("JSON that nests too deep is no JSON for us") {
  CHECK(refusal("a.json", std::string(100'000, '[')) == "files.malformed");
  CHECK(refusal("a.json", std::string(300, '[') + std::string(300, ']')) == "files.malformed");
}

TEST_CASE("every beginning of every form is answered, never followed beyond its end") {
  for (const auto& whole :
       {png(chunk("tEXt", "a\0b"s)), jpeg(), pdf("/Type /Catalog"), "X\n\0\0\0\3\0\4\2\1\0\3\5\0"s,
        "\xff\xfe"
        "a\0b\0"s}) {
    for (std::size_t size = 0; size <= whole.size(); ++size) {
      for (const auto* name : {"a.png", "a.jpg", "a.pdf", "a.rds", "a.csv", "a.json"}) {
        (void)refusal(name, whole.substr(0, size));
      }
    }
  }
  CHECK(true);
}

TEST_CASE("a policy says which types and how large") {
  sceau::policies::FileRules rules;
  const auto allowed = [&](const FileFacts& facts, std::size_t bytes) {
    try {
      check_allowed(rules, "a.png", facts, bytes);
      return std::string();
    } catch (const EnclaveError& error) {
      return error.id();
    }
  };
  CHECK(allowed({FileType::png, TextEncoding::none, false}, 64 << 20).empty());
  rules.types = {FileType::csv};
  CHECK(allowed({FileType::png, TextEncoding::none, false}, 1) == "files.type_not_allowed");
  CHECK(allowed({FileType::csv, TextEncoding::utf8, false}, 1).empty());
  rules.max_bytes = 100;
  CHECK(allowed({FileType::csv, TextEncoding::utf8, false}, 100).empty());
  CHECK(allowed({FileType::csv, TextEncoding::utf8, false}, 101) == "files.too_large");
}
