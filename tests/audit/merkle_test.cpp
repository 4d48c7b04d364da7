#include "audit/merkle.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "audit/fault.h"
#include "tests/audit/fixture.h"

namespace sceau::audit {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// A tree of numbered leaves, answered from the definition.
struct SmallTree {
  explicit SmallTree(std::uint64_t size) {
    for (std::uint64_t i = 0; i < size; ++i)
      leaves.push_back(Hasher().leaf("leaf " + std::to_string(i)));
  }
  [[nodiscard]] Digest root(std::uint64_t begin, std::uint64_t end) const {
    return test::naive_root({leaves.begin() + static_cast<std::ptrdiff_t>(begin),
                             leaves.begin() + static_cast<std::ptrdiff_t>(end)});
  }
  [[nodiscard]] NodeReader reader() const {
    return [this](unsigned height, std::uint64_t index) {
      return root(index << height, (index + 1) << height);
    };
  }
  std::vector<Digest> leaves;
};

fs::path vectors() {
  const char* data = std::getenv("SCEAU_DATA");
  const fs::path root =
      data != nullptr ? fs::path(data) : fs::path(SCEAU_SOURCE_DIR) / "../shared/data";
  return root / "merkle-vectors" / "testdata";
}

// A hash of a vector. Some are not 32 bytes long; here the type rules that out, so each such value
// is replaced by one of its own that stays equal and unequal to the same others.
Digest digest_of(const json& value) {
  const auto text = value.get<std::string>();
  const auto digest = digest_from_base64(text);
  return digest ? *digest : Hasher().sha256(as_bytes("not a digest: " + text));
}

std::vector<Digest> proof_of(const json& value) {
  std::vector<Digest> proof;
  if (!value.is_null())
    for (const json& line : value) proof.push_back(digest_of(line));
  return proof;
}

bool inclusion_holds(const json& vector, Range range) {
  Hasher hasher;
  // No hash at all, which the type rules out too.
  if (vector.at("leafHash") == "" || vector.at("root") == "") return false;
  return verify_inclusion(hasher, vector.at("leafIdx").get<std::uint64_t>(), range,
                          digest_of(vector.at("leafHash")), proof_of(vector.at("proof")),
                          digest_of(vector.at("root")));
}

bool consistency_holds(const json& vector, Range range, std::uint64_t size) {
  Hasher hasher;
  return verify_consistency(hasher, range, size, digest_of(vector.at("root1")),
                            digest_of(vector.at("root2")), proof_of(vector.at("proof")));
}

// Runs every vector below a folder and returns how many there were.
template <typename Holds>
int run_vectors(const char* folder, Holds holds) {
  int count = 0;
  for (const auto& file : fs::recursive_directory_iterator(vectors() / folder)) {
    if (file.path().extension() != ".json") continue;
    CAPTURE(file.path().string());
    const json vector = json::parse(std::ifstream(file.path()));
    CHECK(holds(vector) == !vector.at("wantErr").get<bool>());
    ++count;
  }
  return count;
}

bool have_vectors() {
  if (fs::exists(vectors())) return true;
  std::cout << "skipped: no merkle-vectors; set SCEAU_DATA to the folder that has them\n";
  return false;
}

}  // namespace

TEST_CASE("inclusion vectors of the reference implementation") {
  if (!have_vectors()) return;
  CHECK(run_vectors("inclusion", [](const json& v) {
          return inclusion_holds(v, {0, v.at("treeSize").get<std::uint64_t>()});
        }) == 98);
}

TEST_CASE("inclusion vectors in subtrees") {
  if (!have_vectors()) return;
  CHECK(run_vectors("subtreeinclusion", [](const json& v) {
          return inclusion_holds(
              v, {v.at("start").get<std::uint64_t>(), v.at("end").get<std::uint64_t>()});
        }) == 204);
}

TEST_CASE("consistency vectors of the reference implementation") {
  if (!have_vectors()) return;
  CHECK(run_vectors("consistency", [](const json& v) {
          const auto older = v.at("size1").get<std::uint64_t>();
          // The reference refuses to compare with an empty tree, which proves nothing.
          return older > 0 && consistency_holds(v, {0, older}, v.at("size2").get<std::uint64_t>());
        }) == 98);
}

TEST_CASE("consistency vectors of subtrees") {
  if (!have_vectors()) return;
  CHECK(run_vectors("subtreeconsistency", [](const json& v) {
          return consistency_holds(
              v, {v.at("start").get<std::uint64_t>(), v.at("end").get<std::uint64_t>()},
              v.at("size").get<std::uint64_t>());
        }) == 118);
}

TEST_CASE("every inclusion proof up to 64 entries leads to the root, and to no other place") {
  Hasher hasher;
  const SmallTree tree(64);
  for (std::uint64_t size = 1; size <= 64; ++size) {
    const Digest root = tree.root(0, size);
    CHECK(tree_root(hasher, size, tree.reader()) == root);
    for (std::uint64_t i = 0; i < size; ++i) {
      auto proof = inclusion_proof(hasher, i, size, tree.reader());
      CHECK(verify_inclusion(hasher, i, {0, size}, tree.leaves[i], proof, root));
      CHECK_FALSE(verify_inclusion(hasher, i, {0, size}, tree.leaves[(i + 1) % 64], proof, root));
      for (std::uint64_t other = 0; other < size; ++other)
        if (other != i)
          CHECK_FALSE(verify_inclusion(hasher, other, {0, size}, tree.leaves[i], proof, root));
      proof.push_back(root);
      CHECK_FALSE(verify_inclusion(hasher, i, {0, size}, tree.leaves[i], proof, root));
      if (proof.size() > 1) {
        proof.pop_back();
        proof.back()[0] ^= 1;
        CHECK_FALSE(verify_inclusion(hasher, i, {0, size}, tree.leaves[i], proof, root));
        proof.pop_back();
        CHECK_FALSE(verify_inclusion(hasher, i, {0, size}, tree.leaves[i], proof, root));
      }
    }
  }
}

TEST_CASE("every consistency proof up to 64 entries holds, and none holds for another tree") {
  Hasher hasher;
  const SmallTree tree(64);
  for (std::uint64_t newer = 1; newer <= 64; ++newer) {
    const Digest whole = tree.root(0, newer);
    for (std::uint64_t older = 1; older <= newer; ++older) {
      auto proof = consistency_proof(hasher, older, newer, tree.reader());
      const Digest part = tree.root(0, older);
      CHECK(verify_consistency(hasher, {0, older}, newer, part, whole, proof));
      CHECK(proof.empty() == (older == newer));
      Digest wrong = part;
      wrong[31] ^= 1;
      CHECK_FALSE(verify_consistency(hasher, {0, older}, newer, wrong, whole, proof));
      CHECK_FALSE(verify_consistency(hasher, {0, older}, newer, part, wrong, proof));
      if (older + 1 < newer)
        CHECK_FALSE(verify_consistency(hasher, {0, older + 1}, newer, part, whole, proof));
      for (std::size_t i = 0; i < proof.size(); ++i) {
        auto bad = proof;
        bad[i][5] ^= 4;
        CHECK_FALSE(verify_consistency(hasher, {0, older}, newer, part, whole, bad));
      }
    }
  }
}

TEST_CASE("the accumulator gives the root of every size and the root of every subtree") {
  Hasher hasher;
  const SmallTree tree(64);
  Accumulator accumulator;
  CHECK(accumulator.root(hasher) == empty_root());
  for (std::uint64_t i = 0; i < 64; ++i) {
    accumulator.add(hasher, tree.leaves[i], [&](unsigned height, const Digest& root) {
      const std::uint64_t width = std::uint64_t{1} << height;
      CHECK((i + 1) % width == 0);
      CHECK(root == tree.root(i + 1 - width, i + 1));
    });
    CHECK(accumulator.root(hasher) == tree.root(0, i + 1));
  }
}

TEST_CASE("hostile sizes are answered no, without much work") {
  Hasher hasher;
  const Digest some = hasher.leaf("x");
  const std::vector<Digest> proof(63, some);
  for (const std::uint64_t size :
       {std::uint64_t{1} << 62, (std::uint64_t{1} << 63) - 1, std::uint64_t{1} << 63, UINT64_MAX}) {
    for (const std::uint64_t index : {std::uint64_t{0}, size / 2, size - 1, size}) {
      CHECK_FALSE(verify_inclusion(hasher, index, {0, size}, some, {}, some));
      CHECK_FALSE(verify_inclusion(hasher, index, {0, size}, some, proof, some));
      CHECK_FALSE(verify_consistency(hasher, {0, index}, size, some, empty_root(), proof));
    }
    CHECK_FALSE(verify_consistency(hasher, {0, size}, size - 1, some, some, proof));
    CHECK_FALSE(verify_consistency(hasher, {1, size}, size, some, some, proof));
  }
}

TEST_CASE("proofs that don't exist are refused") {
  Hasher hasher;
  const SmallTree tree(4);
  CHECK_THROWS_AS((void)inclusion_proof(hasher, 4, 4, tree.reader()), AuditError);
  CHECK_THROWS_AS((void)inclusion_proof(hasher, 0, 0, tree.reader()), AuditError);
  CHECK_THROWS_AS((void)consistency_proof(hasher, 0, 4, tree.reader()), AuditError);
  CHECK_THROWS_AS((void)consistency_proof(hasher, 5, 4, tree.reader()), AuditError);
}

}  // namespace sceau::audit
