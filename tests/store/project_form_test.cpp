// What a project sees of a pseudonym: one for one, the same in every store, another in every
// project.
#include "enclave/store/project_form.h"

#include <set>

#include "tests/store/world.h"

using namespace sceau::enclave;
using namespace sceau::enclave::test;

namespace {

constexpr auto variables = R"(
[variables.ine]
type = "text"
role = "identifier"
domain = "ine"
[variables.note]
type = "integer"
role = "measure"
)";

std::vector<std::string> shown(const std::filesystem::path& file, const KeyBytes* form) {
  const auto store = Store::open(file, key_of(1), form);
  const StackedSource source({&store}, std::nullopt);
  return column_of(source, "ine");
}

}  // namespace

TEST_CASE("AES-256 of one block is the form, and it can be undone by its key alone") {
  // FIPS 197, appendix C.3.
  KeyBytes key(32);
  for (std::size_t i = 0; i < 32; ++i) key.bytes()[i] = static_cast<std::uint8_t>(i);
  const ProjectForm form(key);
  CHECK(form.shown_text("00112233445566778899aabbccddeeff") == "8ea2b7ca516745bfeafc49904b496089");
  CHECK(form.stored_text("8ea2b7ca516745bfeafc49904b496089") == "00112233445566778899aabbccddeeff");
  CHECK(ProjectForm(key_of(2)).stored_text("8ea2b7ca516745bfeafc49904b496089") !=
        "00112233445566778899aabbccddeeff");
}

TEST_CASE("what is no pseudonym stays what it is") {
  const ProjectForm form(key_of(3));
  for (const std::string text :
       {"", "x", "00112233445566778899AABBCCDDEEFF", "00112233445566778899aabbccddeef",
        "g0112233445566778899aabbccddeeff"}) {
    CHECK(form.shown_text(text) == text);
    CHECK(form.stored_text(text) == text);
  }
  CHECK(refusal([] { const ProjectForm short_key(KeyBytes(16)); }) == "store.internal");
}

TEST_CASE("a store shows pseudonyms in a project's form, equal where they were equal") {
  const Folder folder;
  std::vector<std::vector<std::string>> by_store;
  const auto orientation = key_of(0x11);
  const auto parcours = key_of(0x22);
  std::set<std::string> forms;
  int n = 0;
  for (const std::string content : {"ine,note\nA1,1\nB2,2\nA1,3\n,4\n", "ine,note\nB2,5\nA1,6\n"}) {
    std::vector<Text> files;
    files.emplace_back("a.csv", content);
    const auto file = folder / (std::to_string(n++) + ".store");
    (void)import_csv(options(codebook(variables), files), file, key_of(1));
    by_store.push_back(shown(file, &orientation));
    for (const auto& text : shown(file, &parcours)) forms.insert(text);
    for (const auto& text : shown(file, nullptr)) forms.insert(text);
  }
  const auto& first = by_store[0];
  CHECK(first[0] == first[2]);
  CHECK(first[0] != first[1]);
  CHECK(first[3] == "NULL");
  CHECK(by_store[1][0] == first[1]);
  CHECK(by_store[1][1] == first[0]);
  forms.erase("NULL");
  CHECK(forms.size() == 4);  // two pupils, in another project's form and in the stored one
  CHECK_FALSE(forms.contains(first[0]));
  CHECK_FALSE(forms.contains(first[1]));
}
