#pragma once
// Texts and their codes: a column's dictionary while it is built, and the bytes that it is sealed
// as.
//
//   TextIndex index;
//   index.find_or_add("LYON");    // 0
//   index.find_or_add("PARIS");   // 1
//   index.find_or_add("LYON");    // 0
//
// Sealed, a dictionary is a row of chunks. A text chunk holds, an entry after the other, the length
// (LEB128) and the bytes; a pseudonym chunk holds 16 bytes an entry, shown as 32 hex digits.

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sceau::enclave {

inline constexpr std::size_t pseudonym_size = 16;

/// The raw bytes of an identifier's pseudonym (pseudonym.h).
using Pseudonym = std::array<char, pseudonym_size>;

/// An append-only set of texts, numbered from 0. Open addressing; texts stand in one buffer.
class TextIndex {
 public:
  static constexpr std::uint32_t none = 0xffffffffU;

  TextIndex();
  /// At most 2^32 - 2 texts: `none` where there is no room for another.
  [[nodiscard]] std::uint32_t find_or_add(std::string_view text);
  [[nodiscard]] std::uint32_t find(std::string_view text) const;
  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(ends_.size() - 1); }
  /// Of all texts.
  [[nodiscard]] std::size_t bytes() const { return bytes_.size(); }
  /// Bytes that it takes.
  [[nodiscard]] std::uint64_t memory() const {
    return bytes_.capacity() + ends_.capacity() * sizeof(std::uint64_t) +
           slots_.capacity() * sizeof(Slot);
  }
  /// Valid until the next find_or_add.
  [[nodiscard]] std::string_view at(std::uint32_t code) const {
    return {bytes_.data() + ends_[code], ends_[code + 1] - ends_[code]};
  }

 private:
  struct Slot {
    std::uint32_t hash;
    std::uint32_t code;
  };
  [[nodiscard]] std::size_t slot_of(std::string_view text, std::uint64_t hash) const;
  void grow();

  std::vector<char> bytes_;
  std::vector<std::uint64_t> ends_;  // text i stands at ends_[i] .. ends_[i + 1]
  std::vector<Slot> slots_;
};

/// The same for pseudonyms, by batches: there may be tens of millions, each at a random place in
/// memory, and a batch lets the places be fetched ahead.
class PseudonymIndex {
 public:
  /// Writes a code for each of `batch`, new ones where they were not seen before. False where there
  /// is no room for as many again.
  [[nodiscard]] bool find_or_add(std::span<const Pseudonym> batch, std::span<std::uint32_t> codes);
  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(entries_.size()); }
  /// Bytes that it takes.
  [[nodiscard]] std::uint64_t memory() const {
    return entries_.capacity() * sizeof(Pseudonym) + slots_.capacity() * sizeof(std::uint32_t);
  }
  [[nodiscard]] std::string_view at(std::uint32_t code) const {
    return {entries_[code].data(), pseudonym_size};
  }

 private:
  void make_room(std::size_t entries);

  std::vector<Pseudonym> entries_;
  std::vector<std::uint32_t> slots_;
};

/// A finished dictionary: the pseudonyms as they came, or the texts in `order`.
struct Dictionary {
  TextIndex texts;
  std::vector<std::uint32_t> order;  ///< entry i is texts.at(order[i])
  PseudonymIndex pseudonyms;
  bool has_pseudonyms = false;

  [[nodiscard]] std::uint32_t size() const;
  [[nodiscard]] std::string_view raw(std::uint32_t code) const;
};

struct DictionaryChunk {
  std::uint32_t entries = 0;
  std::vector<std::uint8_t> bytes;
};

/// Entries from `first` on, about a megabyte of them.
[[nodiscard]] DictionaryChunk encode_chunk(const Dictionary& dictionary, std::uint32_t first);

/// Appends a chunk's texts (pseudonyms as hex) to `out`. False where the bytes are not a chunk's.
[[nodiscard]] bool decode_chunk(std::span<const std::uint8_t> bytes, std::uint64_t entries,
                                bool pseudonyms, std::vector<std::string>& out);

/// All texts, pseudonyms as hex.
[[nodiscard]] std::vector<std::string> texts_of(const Dictionary& dictionary);

}  // namespace sceau::enclave
