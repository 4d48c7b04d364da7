#include "audit/merkle.h"

#include <bit>

#include "audit/fault.h"

namespace sceau::audit {
namespace {

// The largest power of two below n, as its exponent; n >= 2.
unsigned split_height(std::uint64_t n) { return static_cast<unsigned>(std::bit_width(n - 1)) - 1; }

// The root of entries [begin, begin + count), which starts at a multiple of a power of two that
// is at least count.
Digest range_root(Hasher& hasher, std::uint64_t begin, std::uint64_t count,
                  const NodeReader& nodes) {
  if (std::has_single_bit(count)) {
    const auto height = static_cast<unsigned>(std::countr_zero(count));
    return nodes(height, begin >> height);
  }
  const std::uint64_t left = std::uint64_t{1} << split_height(count);
  return hasher.node(range_root(hasher, begin, left, nodes),
                     range_root(hasher, begin + left, count - left, nodes));
}

}  // namespace

Digest empty_root() { return Hasher().sha256({}); }

void Accumulator::add(Hasher& hasher, const Digest& leaf, const Completed& completed) {
  add_subtree(hasher, leaf, 0, completed);
}

void Accumulator::add_subtree(Hasher& hasher, const Digest& root, unsigned height,
                              const Completed& completed) {
  Digest carry = root;
  size_ += std::uint64_t{1} << height;
  if (completed && height > 0) completed(height, carry);
  for (std::uint64_t bits = (size_ >> height) - 1; (bits & 1) != 0; bits >>= 1) {
    carry = hasher.node(peaks_.back(), carry);
    peaks_.pop_back();
    ++height;
    if (completed) completed(height, carry);
  }
  peaks_.push_back(carry);
}

Digest Accumulator::root(Hasher& hasher) const {
  if (peaks_.empty()) return empty_root();
  Digest root = peaks_.back();
  for (std::size_t i = peaks_.size() - 1; i-- > 0;) root = hasher.node(peaks_[i], root);
  return root;
}

Digest tree_root(Hasher& hasher, std::uint64_t size, const NodeReader& nodes) {
  return size == 0 ? empty_root() : range_root(hasher, 0, size, nodes);
}

std::vector<Digest> inclusion_proof(Hasher& hasher, std::uint64_t index, std::uint64_t size,
                                    const NodeReader& nodes) {
  if (index >= size)
    throw AuditError(Fault::bad_input, "there is no entry " + std::to_string(index) +
                                           " in a log of " + std::to_string(size));
  std::vector<Digest> proof;
  std::uint64_t begin = 0;
  std::uint64_t count = size;
  while (count > 1) {  // walk down to the leaf, noting what lies on the other side
    const std::uint64_t left = std::uint64_t{1} << split_height(count);
    if (index - begin < left) {
      proof.push_back(range_root(hasher, begin + left, count - left, nodes));
      count = left;
    } else {
      proof.push_back(range_root(hasher, begin, left, nodes));
      begin += left;
      count -= left;
    }
  }
  return {proof.rbegin(), proof.rend()};
}

std::vector<Digest> consistency_proof(Hasher& hasher, std::uint64_t older, std::uint64_t newer,
                                      const NodeReader& nodes) {
  if (older < 1 || older > newer)
    throw AuditError(Fault::bad_input,
                     "no consistency proof leads from size " + std::to_string(older) + " to " +
                         std::to_string(newer),
                     "the sizes must be 1 <= older <= newer");
  std::vector<Digest> proof;
  std::uint64_t begin = 0;
  std::uint64_t count = newer;
  while (older - begin < count) {
    const std::uint64_t left = std::uint64_t{1} << split_height(count);
    if (older - begin <= left) {
      proof.push_back(range_root(hasher, begin + left, count - left, nodes));
      count = left;
    } else {
      proof.push_back(range_root(hasher, begin, left, nodes));
      begin += left;
      count -= left;
    }
  }
  // What remains is a subtree of the older tree, known to the asker only if it is all of it.
  if (begin != 0) proof.push_back(range_root(hasher, begin, count, nodes));
  return {proof.rbegin(), proof.rend()};
}

bool Range::is_subtree() const {
  if (start > end) return false;
  const std::uint64_t count = end - start;
  if (count <= 1) return true;
  const auto width = static_cast<unsigned>(std::bit_width(count - 1));  // bit_ceil as an exponent
  return width >= 64 ? start == 0 : start % (std::uint64_t{1} << width) == 0;
}

bool verify_inclusion(Hasher& hasher, std::uint64_t index, Range range, const Digest& leaf,
                      std::span<const Digest> proof, const Digest& root) {
  if (!range.is_subtree() || index < range.start || index >= range.end) return false;
  std::uint64_t node = index - range.start;          // where we are on this level,
  std::uint64_t last = range.end - range.start - 1;  // and the last node of the level
  Digest hash = leaf;
  for (const Digest& sibling : proof) {
    if (last == 0) return false;  // at the root already, and there is more proof
    if (node % 2 == 1 || node == last) {
      hash = hasher.node(sibling, hash);
      // An only child has no sibling on its level: climb to where it is a right child.
      while (node % 2 == 0) {
        node >>= 1;
        last >>= 1;
      }
    } else {
      hash = hasher.node(hash, sibling);
    }
    node >>= 1;
    last >>= 1;
  }
  return last == 0 && hash == root;
}

bool verify_consistency(Hasher& hasher, Range range, std::uint64_t size, const Digest& part,
                        const Digest& whole, std::span<const Digest> proof) {
  if (!range.is_subtree() || range.end > size) return false;
  if (range.start == range.end) return proof.empty() && part == empty_root();

  std::uint64_t first = range.start;   // on the level where we are: the subtree's first node,
  std::uint64_t last = range.end - 1;  // its last node,
  std::uint64_t edge = size - 1;       // and the tree's last node
  const auto climb = [&] {
    first >>= 1;
    last >>= 1;
    edge >>= 1;
  };
  // Start at the largest perfect subtree that ends where the range ends (or, where both end
  // together, at the range itself): everything below it is the same in both trees.
  if (last == edge) {
    while (first != last) climb();
  } else {
    while (first != last && last % 2 == 1) climb();
  }
  if (first != last && proof.empty()) return false;
  Digest in_part = first == last ? part : proof.front();
  Digest in_whole = in_part;
  if (first != last) proof = proof.subspan(1);

  for (const Digest& sibling : proof) {
    if (edge == 0) return false;
    if (last % 2 == 1 || last == edge) {
      if (first < last) in_part = hasher.node(sibling, in_part);
      in_whole = hasher.node(sibling, in_whole);
      while (last % 2 == 0) climb();
    } else {
      in_whole = hasher.node(in_whole, sibling);
    }
    climb();
  }
  return edge == 0 && in_part == part && in_whole == whole;
}

}  // namespace sceau::audit
