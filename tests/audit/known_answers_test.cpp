// Answers that other implementations give.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "audit/bytes.h"
#include "audit/fault.h"
#include "audit/hash.h"
#include "audit/key.h"
#include "audit/merkle.h"
#include "audit/note.h"
#include "audit/tile.h"
#include "audit/tree.h"
#include "tests/audit/fixture.h"

namespace sceau::audit {
namespace {

std::string root_of(const std::vector<std::string>& entries, bool base64) {
  Hasher hasher;
  Accumulator accumulator;
  Tree tree;
  std::vector<Digest> leaves;
  for (const std::string& entry : entries) {
    leaves.push_back(hasher.leaf(entry));
    accumulator.add(hasher, leaves.back());
    tree.add(entry, leaves.back());
  }
  const Digest root = accumulator.root(hasher);
  CHECK(tree.root() == root);  // the writer's and the verifier's arithmetic are apart
  CHECK(test::naive_root(leaves) == root);
  return base64 ? to_base64(root) : to_hex(root);
}

}  // namespace

TEST_CASE("the roots of the eight reference leaves and of nothing are RFC 6962's") {
  std::vector<std::string> entries;
  for (const char* hex : {"", "00", "10", "2021", "3031", "40414243", "5051525354555657",
                          "606162636465666768696a6b6c6d6e6f"}) {
    const auto bytes = from_hex(hex);
    entries.emplace_back(bytes->begin(), bytes->end());
  }
  CHECK(root_of(entries, false) ==
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
  CHECK(root_of({}, false) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_CASE("the leaf hash of L123456 is the known one") {
  CHECK(to_hex(Hasher().leaf("L123456")) ==
        "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56");
}

TEST_CASE("the roots of 1, 5, 256, 257 and 70000 numbered entries are the known ones") {
  const std::pair<int, const char*> answers[] = {
      {1, "dziFphNIniTOLPdhmdakI/BC5LvxLX7s7pEu8nbGVwE="},
      {5, "fKo0Xb2JKmZFTWxlEuo8PqPw0+whvj/C4jdXBf049nI="},
      {256, "2mWW2VNp9f7zIquOTg2jsLUCNqqcijsdJG90Ecni4y4="},
      {257, "XB/f6DU1gCLyOS3keNvgU/wTDP4dOggoeakM9r8Uv34="},
      {70000, "o5IPun8jmgcam9EHIfE0Gt3vuu3ttBx+JEN6nRa98Ao="}};
  for (const auto& [size, root] : answers) {
    std::vector<std::string> entries;
    for (int i = 0; i < size; ++i) entries.push_back("entry " + std::to_string(i));
    CHECK(root_of(entries, true) == root);
  }
}

TEST_CASE("tile 1234067 and the tiles of a tree of 70000 have the specified names and widths") {
  CHECK(tile_path(0, 1234067) == "tile/0/x001/x234/067");
  CHECK(tile_path(entries_level, 273, 112) == "tile/entries/273.p/112");
  CHECK(level_count(70000, 0) / tile_width == 273);
  CHECK(partial_width(70000, 0) == 112);
  CHECK(level_count(70000, 1) / tile_width == 1);
  CHECK(tile_path(1, 1, partial_width(70000, 1)) == "tile/1/001.p/17");
  CHECK(tile_path(2, 0, partial_width(70000, 2)) == "tile/2/000.p/1");
  CHECK(partial_width(70000, 3) == 0);
  CHECK(partial_width(256, 0) == 0);
  CHECK(partial_width(256, 1) == 1);
}

TEST_CASE("a note signed by the reference implementation of signed notes verifies, and is ours") {
  const std::string text =
      "If you think cryptography is the answer to your problem,\n"
      "then you don't know what your problem is.\n";
  const std::string note =
      text +
      "\n\xE2\x80\x94 PeterNeumann "
      "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
      "\n";
  const auto key =
      parse_verifier_key("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
  CHECK(verified_keys(parse_note(note), {key}) == std::vector<std::size_t>{0});

  const auto signer = Signer::from_private_key(
      "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz");
  CHECK(signer.verifier_key() == key.line());
  CHECK(sign_note(text, signer) == note);
}

}  // namespace sceau::audit
