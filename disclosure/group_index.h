#pragma once
// Rows to groups (combinations of members that occur), and rows to pairs of a group and a
// contributor. Both are numbered densely in the order in which they are first seen, by arithmetic
// and one table where the combinations that there could be are few enough, else by hashing.

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "disclosure/dimension.h"
#include "disclosure/interner.h"
#include "disclosure/zeroed.h"

namespace sceau::disclosure {

/// The members of a block's rows: one array a dimension, one member for each of its rows.
using Members = std::vector<std::vector<std::uint32_t>>;

/// Which of a block's rows are looked at.
struct SelectedRows {
  bool all = true;
  std::uint32_t count = 0;
  std::vector<std::uint32_t> rows;  ///< not `all`: `count` rows, ascending

  [[nodiscard]] std::uint32_t row(std::size_t i) const {
    return all ? static_cast<std::uint32_t>(i) : rows[i];
  }
};

class GroupIndex {
 public:
  explicit GroupIndex(const std::vector<BoundDimension>& dimensions);

  /// One group for each selected row.
  void number(const Members& members, const SelectedRows& selection,
              std::vector<std::uint32_t>& groups);
  std::uint32_t number(std::span<const std::uint32_t> members);

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::span<const std::uint32_t> members(std::size_t group) const {
    return {members_.data() + group * width_, width_};
  }

 private:
  struct Fold {          // how one dimension's member joins the number of those before
    std::uint64_t size;  // mixed: number · size + member
    bool hashed;         // else interned
    Interner interner;
  };
  [[nodiscard]] std::uint32_t fold(std::size_t dimension, std::uint32_t number,
                                   std::uint32_t member);
  [[nodiscard]] std::uint32_t settle(std::uint32_t number);

  std::size_t width_;
  std::vector<Fold> folds_;
  bool hashed_ = false;  // the last fold's numbers are dense already
  ZeroedTable dense_;    // else from mixed number to group + 1
  std::vector<std::uint32_t> mixed_;
  std::size_t size_ = 0;
  std::vector<std::uint32_t> members_;
};

/// Pairs of one kind of contributor. Where a contributor decides some dimensions (a school its
/// département), the others are enough to tell its pairs apart.
class PairIndex {
 public:
  PairIndex() = default;  ///< hashes: of groups that are numbered elsewhere
  /// `free`: the dimensions that an entity doesn't decide.
  PairIndex(const std::vector<BoundDimension>& dimensions, const BoundEntity& entity,
            std::vector<std::size_t> free);

  /// One pair for each selected row; `entities`: one for each row of the block, `groups`: one for
  /// each selected one.
  void number(const Members& members, const SelectedRows& selection, const std::uint32_t* entities,
              const std::vector<std::uint32_t>& groups, std::vector<std::uint32_t>& pairs);
  std::uint32_t number(std::span<const std::uint32_t> members, std::uint32_t entity,
                       std::uint32_t group);

  /// group << 32 | entity, by pair.
  [[nodiscard]] const std::vector<std::uint64_t>& keys() const {
    return dense_ ? keys_ : interner_.keys();
  }
  [[nodiscard]] std::size_t size() const { return keys().size(); }
  /// No more than so many are likely; 0: nobody knows.
  [[nodiscard]] std::size_t likely_size() const {
    return dense_ ? static_cast<std::size_t>(entities_ * card_) : 0;
  }
  [[nodiscard]] std::vector<std::uint64_t> take_keys() && {
    return dense_ ? std::move(keys_) : std::move(interner_).take_keys();
  }

 private:
  [[nodiscard]] std::uint32_t settle(std::size_t place, std::uint64_t key);
  [[nodiscard]] std::uint32_t place_of_unknown(std::uint32_t group) const {
    return static_cast<std::uint32_t>(entities_ * card_ + group);
  }
  void place(const Members& members, const SelectedRows& selection,
             std::span<const std::uint32_t> entities, const std::vector<std::uint32_t>& groups);
  void mix(const Members& members, std::size_t rows);

  std::vector<std::size_t> free_;
  std::vector<std::uint64_t> sizes_;  // of the free dimensions
  std::uint64_t card_ = 1;            // their product
  std::uint64_t entities_ = 0;
  bool dense_ = false;
  ZeroedTable places_;  // entity · card + free members -> pair + 1
  std::vector<std::uint64_t> keys_;
  Interner interner_;
  std::vector<std::uint32_t> mixed_;
  std::vector<std::uint32_t> places_of_;
};

}  // namespace sceau::disclosure
