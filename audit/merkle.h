// The tree of RFC 6962: roots, proofs, and their verification. Pure arithmetic, no files.
//
//   root of nothing = SHA-256(""); root of one = its leaf hash;
//   root of n = node(root of the first k, root of the rest), k the largest power of two below n.
//
// A perfect subtree is named by its height and index: (height h, index i) covers the entries
// [i * 2^h, (i + 1) * 2^h).
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "audit/bytes.h"
#include "audit/hash.h"

namespace sceau::audit {

/// The root of a tree without entries.
[[nodiscard]] Digest empty_root();

/// Follows a growing tree in memory of at most 63 digests: the roots of the perfect subtrees that
/// make it up. Used by the verifier.
class Accumulator {
 public:
  /// Called for each perfect subtree of height >= 1 that the new leaf completes, lowest first.
  using Completed = std::function<void(unsigned height, const Digest& root)>;

  void add(Hasher& hasher, const Digest& leaf, const Completed& completed = {});
  /// Adds 2^height leaves by their root, behind a multiple of as many; `completed` hears of the
  /// subtree itself too.
  void add_subtree(Hasher& hasher, const Digest& root, unsigned height,
                   const Completed& completed = {});
  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// The root of all leaves added so far.
  [[nodiscard]] Digest root(Hasher& hasher) const;

 private:
  std::uint64_t size_ = 0;
  std::vector<Digest> peaks_;  // one for each bit of size_ that is set, the largest first
};

/// Gives the root of a perfect subtree. May throw when it can't.
using NodeReader = std::function<Digest(unsigned height, std::uint64_t index)>;

/// The root of the first `size` entries.
[[nodiscard]] Digest tree_root(Hasher& hasher, std::uint64_t size, const NodeReader& nodes);

/// The siblings from leaf `index` up to the root of the tree of `size` entries.
/// Throws AuditError (bad_input) unless index < size.
[[nodiscard]] std::vector<Digest> inclusion_proof(Hasher& hasher, std::uint64_t index,
                                                  std::uint64_t size, const NodeReader& nodes);

/// What shows that the tree of `older` entries is the beginning of the tree of `newer` entries;
/// empty when they are the same. Throws AuditError (bad_input) unless 1 <= older <= newer.
[[nodiscard]] std::vector<Digest> consistency_proof(Hasher& hasher, std::uint64_t older,
                                                    std::uint64_t newer, const NodeReader& nodes);

/// Entries [start, end) of a tree, where start is a multiple of the smallest power of two that is
/// at least end - start. A whole tree is {0, size}.
struct Range {
  std::uint64_t start = 0;
  std::uint64_t end = 0;

  [[nodiscard]] bool is_subtree() const;
};

/// True when `proof` leads from `leaf`, entry `index` of the tree, to the root of `range`.
/// Any sizes up to 2^64 - 1 are answered; work is bounded by the proof's length.
[[nodiscard]] bool verify_inclusion(Hasher& hasher, std::uint64_t index, Range range,
                                    const Digest& leaf, std::span<const Digest> proof,
                                    const Digest& root);

/// True when `proof` shows that the subtree `range`, with root `part`, stands in the tree of
/// `size` entries with root `whole`. range = {0, older} is RFC 6962's consistency proof. An empty
/// range stands in every tree of at least that size.
[[nodiscard]] bool verify_consistency(Hasher& hasher, Range range, std::uint64_t size,
                                      const Digest& part, const Digest& whole,
                                      std::span<const Digest> proof);

}  // namespace sceau::audit
