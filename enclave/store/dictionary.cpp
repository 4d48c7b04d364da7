#include "enclave/store/dictionary.h"

#include <cstring>

namespace sceau::enclave {
namespace {

constexpr std::size_t first_slots = 64;
constexpr std::size_t chunk_bytes = 1U << 20;
constexpr std::uint32_t most_texts = 0xfffffffeU;

std::uint64_t load(const char* from, std::size_t size) {
  std::uint64_t word = 0;
  std::memcpy(&word, from, size);
  return word;
}

/// Mixes eight bytes a step by a multiplication whose halves are folded.
std::uint64_t fold(std::uint64_t a, std::uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = Wide{a} * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
}

std::uint64_t hash_of(std::string_view text) {
  constexpr std::uint64_t odd = 0x9e3779b97f4a7c15U;
  std::uint64_t hash = text.size() + odd;
  const char* at = text.data();
  std::size_t left = text.size();
  for (; left >= 8; at += 8, left -= 8) hash = fold(hash ^ load(at, 8), odd);
  return fold(hash ^ load(at, left), odd);
}

void append_hex(std::string_view raw, std::string& out) {
  constexpr std::string_view digits = "0123456789abcdef";
  for (const char c : raw) {
    const auto byte = static_cast<unsigned char>(c);
    out += digits[byte >> 4U];
    out += digits[byte & 15U];
  }
}

}  // namespace

TextIndex::TextIndex() : ends_{0}, slots_(first_slots, Slot{0, none}) {}

std::size_t TextIndex::slot_of(std::string_view text, std::uint64_t hash) const {
  const std::size_t mask = slots_.size() - 1;
  const auto tag = static_cast<std::uint32_t>(hash >> 32U);
  for (std::size_t slot = hash & mask;; slot = (slot + 1) & mask) {
    const Slot& candidate = slots_[slot];
    if (candidate.code == none) return slot;
    if (candidate.hash == tag && at(candidate.code) == text) return slot;
  }
}

void TextIndex::grow() {
  slots_.assign(slots_.size() * 2, Slot{0, none});
  const std::size_t mask = slots_.size() - 1;
  for (std::uint32_t code = 0; code < size(); ++code) {
    const std::uint64_t hash = hash_of(at(code));
    std::size_t slot = hash & mask;
    while (slots_[slot].code != none) slot = (slot + 1) & mask;
    slots_[slot] = {static_cast<std::uint32_t>(hash >> 32U), code};
  }
}

std::uint32_t TextIndex::find(std::string_view text) const {
  return slots_[slot_of(text, hash_of(text))].code;
}

std::uint32_t TextIndex::find_or_add(std::string_view text) {
  const std::uint64_t hash = hash_of(text);
  std::size_t slot = slot_of(text, hash);
  if (slots_[slot].code != none) return slots_[slot].code;
  if (size() == most_texts) return none;
  if ((ends_.size() + 1) * 3 > slots_.size() * 2) {
    grow();
    slot = slot_of(text, hash);
  }
  const std::uint32_t code = size();
  bytes_.insert(bytes_.end(), text.begin(), text.end());
  ends_.push_back(bytes_.size());
  slots_[slot] = {static_cast<std::uint32_t>(hash >> 32U), code};
  return code;
}

namespace {

/// A pseudonym is random already: its beginning is its hash.
std::size_t place_of(const Pseudonym& pseudonym) { return load(pseudonym.data(), 8); }

}  // namespace

void PseudonymIndex::make_room(std::size_t entries) {
  std::size_t size = slots_.empty() ? first_slots : slots_.size();
  while (entries * 2 > size) size *= 2;
  if (size == slots_.size()) return;
  slots_.assign(size, TextIndex::none);
  for (std::uint32_t code = 0; code < entries_.size(); ++code) {
    std::size_t slot = place_of(entries_[code]) & (size - 1);
    while (slots_[slot] != TextIndex::none) slot = (slot + 1) & (size - 1);
    slots_[slot] = code;
  }
}

bool PseudonymIndex::find_or_add(std::span<const Pseudonym> batch, std::span<std::uint32_t> codes) {
  constexpr std::size_t ahead = 12;
  if (entries_.size() + batch.size() > most_texts) return false;
  make_room(entries_.size() + batch.size());
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (i + 2 * ahead < batch.size()) {
      __builtin_prefetch(&slots_[place_of(batch[i + 2 * ahead]) & mask]);
    }
    if (i + ahead < batch.size()) {
      const std::uint32_t likely = slots_[place_of(batch[i + ahead]) & mask];
      if (likely != TextIndex::none) __builtin_prefetch(&entries_[likely]);
    }
    std::size_t slot = place_of(batch[i]) & mask;
    while (slots_[slot] != TextIndex::none && entries_[slots_[slot]] != batch[i]) {
      slot = (slot + 1) & mask;
    }
    if (slots_[slot] == TextIndex::none) {
      slots_[slot] = size();
      entries_.push_back(batch[i]);
    }
    codes[i] = slots_[slot];
  }
  return true;
}

std::uint32_t Dictionary::size() const {
  return has_pseudonyms ? pseudonyms.size() : static_cast<std::uint32_t>(order.size());
}

std::string_view Dictionary::raw(std::uint32_t code) const {
  return has_pseudonyms ? pseudonyms.at(code) : texts.at(order[code]);
}

DictionaryChunk encode_chunk(const Dictionary& dictionary, std::uint32_t first) {
  DictionaryChunk chunk;
  const std::uint32_t size = dictionary.size();
  for (std::uint32_t code = first; code < size && chunk.bytes.size() < chunk_bytes; ++code) {
    const std::string_view text = dictionary.raw(code);
    if (!dictionary.has_pseudonyms) {
      std::uint64_t length = text.size();
      for (; length >= 128; length >>= 7U) {
        chunk.bytes.push_back(static_cast<std::uint8_t>(length | 128U));
      }
      chunk.bytes.push_back(static_cast<std::uint8_t>(length));
    }
    chunk.bytes.insert(chunk.bytes.end(), text.begin(), text.end());
    ++chunk.entries;
  }
  return chunk;
}

bool decode_chunk(std::span<const std::uint8_t> bytes, std::uint64_t entries, bool pseudonyms,
                  std::vector<std::string>& out) {
  // A claimed number of entries never makes memory: each needs at least a byte that is there.
  if (entries > bytes.size()) return false;
  if (pseudonyms && bytes.size() != entries * pseudonym_size) return false;
  const std::string_view all(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  std::size_t at = 0;
  for (std::uint64_t i = 0; i < entries; ++i) {
    if (pseudonyms) {
      append_hex(all.substr(at, pseudonym_size), out.emplace_back());
      at += pseudonym_size;
      continue;
    }
    std::uint64_t length = 0;
    unsigned shift = 0;
    std::uint8_t byte = 128;
    while (byte >= 128) {
      if (at == bytes.size() || shift > 28) return false;
      byte = bytes[at++];
      length |= std::uint64_t{byte & 127U} << shift;
      shift += 7;
    }
    if (length > bytes.size() - at) return false;
    out.emplace_back(all.substr(at, length));
    at += length;
  }
  return at == bytes.size();
}

std::vector<std::string> texts_of(const Dictionary& dictionary) {
  std::vector<std::string> texts;
  texts.reserve(dictionary.size());
  for (std::uint32_t code = 0; code < dictionary.size(); ++code) {
    const std::string_view raw = dictionary.raw(code);
    if (dictionary.has_pseudonyms) {
      append_hex(raw, texts.emplace_back());
    } else {
      texts.emplace_back(raw);
    }
  }
  return texts;
}

}  // namespace sceau::enclave
