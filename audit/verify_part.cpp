#include "audit/verify_part.h"

#include <algorithm>

namespace sceau::audit {
namespace {

constexpr std::uint64_t bundle_width = 256;
constexpr std::size_t recent_marks = 8;

std::string place(std::uint64_t seq) { return "entry " + std::to_string(seq); }

bool has_kind(const ScannedField& field, Kind kind) {
  switch (kind) {
    case Kind::number:
      return natural(field).has_value();
    case Kind::word:
      return field.is_string && is_word(field.raw);
    case Kind::digest:
      return field.is_string && is_digest(field.raw);
  }
  return false;
}

bool is_intent(const Event& event) {
  return std::any_of(all_acts().begin(), all_acts().end(),
                     [&](const Act& act) { return act.intent == event.name; });
}

std::size_t slot_of(std::string_view name) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(name[i]); };
  return (name.size() * 31 + at(0) * 7u + at(name.size() / 2) * 13u + at(name.size() - 1) * 5u) %
         256;
}

}  // namespace

PartReader::PartReader(std::filesystem::path dir, std::uint64_t size, bool has_entries,
                       bool tree_only)
    : dir_(std::move(dir)),
      size_(size),
      has_entries_(has_entries),
      tree_only_(tree_only),
      act_of_(all_events().size()) {
  for (std::size_t i = 0; i < all_events().size(); ++i) {
    std::size_t slot = slot_of(all_events()[i].name);
    while (table_[slot] != 0) slot = (slot + 1) % table_.size();
    table_[slot] = static_cast<std::uint8_t>(i + 1);
  }
  const auto note = [&](std::string_view event, std::size_t act) {
    if (!event.empty())
      act_of_[static_cast<std::size_t>(find_event(event) - all_events().data())] =
          static_cast<std::uint8_t>(act + 1);
  };
  for (std::size_t act = 0; act < all_acts().size(); ++act) {
    note(all_acts()[act].intent, act);
    for (const std::string_view outcome : all_acts()[act].outcomes) note(outcome, act);
  }
}

const Event* PartReader::find(std::string_view name) const {
  for (std::size_t slot = slot_of(name); table_[slot] != 0; slot = (slot + 1) % table_.size())
    if (const Event& event = all_events()[table_[slot] - 1u]; event.name == name) return &event;
  return nullptr;
}

Part PartReader::read(std::uint64_t from, std::uint64_t to) {
  Part part(dir_, size_);
  part.first = from * bundle_width;
  part.leaves.reserve(static_cast<std::size_t>((to - from) * bundle_width));
  prev_.reset();
  for (std::uint64_t index = from; index < to && !part.lost; ++index) read_bundle(part, index);
  return part;
}

void PartReader::read_bundle(Part& part, std::uint64_t index) {
  const auto width = static_cast<unsigned>(std::min(bundle_width, size_ - index * bundle_width));
  const std::size_t before = part.leaves.size();
  if (has_entries_) read_entries(part, index, width);
  if (part.leaves.size() - before < width) fill_from_tile(part, index, width);
  if (part.leaves.size() - before < width) {
    part.lost = part.first + part.leaves.size();
    return;
  }
  const std::span<const Digest> leaves(part.leaves.data() + before, width);
  part.tiles.compare(0, index, leaves);
  if (width == bundle_width) part.roots.push_back(root_of(leaves));
}

Digest PartReader::root_of(std::span<const Digest> leaves) {
  row_.assign(leaves.begin(), leaves.end());
  for (std::size_t count = row_.size(); count > 1; count /= 2)
    for (std::size_t i = 0; i < count / 2; ++i)
      row_[i] = hasher_.node(row_[2 * i], row_[2 * i + 1]);
  return row_.front();
}

// Hashes the bundle's entries, and reads them unless only the tree is asked for.
void PartReader::read_entries(Part& part, std::uint64_t index, unsigned width) {
  const auto files = part.tiles.copies(-1, index, part.bundles);
  const TileCopy* file = part.tiles.choose(files, -1, index, width, part.bundles);
  if (file == nullptr) return;
  std::size_t used = 0;
  const auto entries = split_bundle(file->bytes, width, used);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    part.leaves.push_back(hasher_.leaf(entries[i]));
    if (!tree_only_) check(part, entries[i], index * bundle_width + i, part.leaves.back());
  }
  if (entries.size() < width) {
    const std::uint64_t seq = index * bundle_width + entries.size();
    part.bundles.fail(Failure::bundle_form, file->name + " ends within " + place(seq), seq);
  }
  compare_copies(part, *file, files, index, width);
}

// Every copy must hold exactly its width of entries, the same as far as both go.
void PartReader::compare_copies(Part& part, const TileCopy& file,
                                const std::vector<TileCopy>& files, std::uint64_t index,
                                unsigned width) {
  for (const TileCopy& copy : files) {
    std::size_t used = 0;
    const auto entries = split_bundle(copy.bytes, copy.width, used);
    if (entries.size() < copy.width || used != copy.bytes.size())
      part.bundles.fail(
          Failure::bundle_form,
          copy.name + " doesn't hold exactly " + std::to_string(copy.width) + " entries",
          index * bundle_width + entries.size());
    if (copy.width > width) part.tiles.note_tail(copy.name);
    if (&copy == &file) continue;
    const std::size_t common = std::min(file.bytes.size(), used);
    if (file.bytes.compare(0, common, copy.bytes, 0, common) != 0)
      part.bundles.fail(Failure::bundle_copy, copy.name + " says other than " + file.name);
  }
}

// Where entries are lost, the tile's hashes let the rest be checked all the same.
void PartReader::fill_from_tile(Part& part, std::uint64_t index, unsigned width) {
  Findings ignored("tiles");  // `compare` tells them
  const auto files = part.tiles.copies(0, index, ignored);
  const TileCopy* file = part.tiles.choose(files, 0, index, width, part.tiles.findings());
  if (file == nullptr || file->bytes.size() < width * sizeof(Digest)) return;
  const std::size_t end = static_cast<std::size_t>(index * bundle_width - part.first) + width;
  while (part.leaves.size() < end) {
    const std::size_t i = width - (end - part.leaves.size());
    Digest leaf;
    std::copy_n(reinterpret_cast<const std::uint8_t*>(file->bytes.data()) + i * sizeof(Digest),
                sizeof(Digest), leaf.begin());
    part.leaves.push_back(leaf);
    prev_ = hex_digest(leaf);
  }
}

void PartReader::check(Part& part, std::string_view bytes, std::uint64_t seq, const Digest& leaf) {
  if (const auto fault = scan_entry(bytes, entry_)) {
    part.entries.fail(Failure::entry_form,
                      place(seq) + " is not canonical: " + std::string(fault->why) + ", at byte " +
                          std::to_string(fault->at),
                      seq);
    prev_ = hex_digest(leaf);
    return;
  }
  check_chain(part, seq);
  prev_ = hex_digest(leaf);
  const Event* event = find(entry_.event);
  if (event == nullptr) {
    if (part.unknown_events++ == 0) part.first_unknown = seq;
    return;
  }
  check_data(part, *event, seq);
  mark(part, *event, bytes, seq);
}

void PartReader::check_chain(Part& part, std::uint64_t seq) {
  if (!prev_) part.first_prev = std::string(entry_.prev);
  if (entry_.seq != seq)
    part.chain.fail(Failure::chain_number,
                    place(seq) + " says that it is number " + std::to_string(entry_.seq), seq);
  else if (prev_ && entry_.prev != std::string_view(prev_->data(), prev_->size()))
    part.chain.fail(Failure::chain_prev,
                    place(seq) + " names another entry before it than the one that is there", seq);
  else if (entry_.time < part.last_time)
    part.chain.fail(Failure::chain_time, place(seq) + " is earlier than the entry before it", seq);
  if (part.first_time.empty()) {
    part.first_time = entry_.time;
    part.first_timed = seq;
  }
  part.last_time.assign(entry_.time);
}

void PartReader::check_data(Part& part, const Event& event, std::uint64_t seq) {
  for (const RequiredKey& key : event.required) {
    if (key.name.empty()) break;
    const ScannedField* field = entry_.find(key.name);
    if (field == nullptr || !has_kind(*field, key.kind))
      part.entries.fail(
          Failure::entry_data,
          place(seq) + ", " + std::string(event.name) + ", has no proper " + std::string(key.name),
          seq);
  }
  const ScannedField* clock = entry_.find(clock_key);
  if (clock != nullptr) part.clock_steps.push_back({seq, natural(*clock).value_or(0)});
}

// True when the outcome whose text begins there belongs to one of the last intents, which is marked
// then: most acts end soon after they begin, and need no place in the list of open ones.
bool PartReader::ends_recent(Part& part, std::size_t begin) const {
  const std::string_view text = std::string_view(part.text).substr(begin);
  const std::size_t oldest = part.marks.size() - std::min(part.marks.size(), recent_marks);
  for (std::size_t i = part.marks.size(); i-- > oldest;) {
    Mark& mark = part.marks[i];
    if (mark.length != text.size() ||
        std::string_view(part.text).substr(mark.at, mark.length) != text)
      continue;
    const bool open_intent = mark.count == 1 && !mark.ended && is_intent(*mark.event);
    mark.ended = mark.ended || open_intent;
    return open_intent;
  }
  return false;
}

void PartReader::mark(Part& part, const Event& event, std::string_view bytes, std::uint64_t seq) {
  const auto begin = part.text.size();
  std::uint64_t count = 1;
  if (const std::uint8_t act = act_of_[static_cast<std::size_t>(&event - all_events().data())];
      act != 0) {
    const Act& of = all_acts()[act - 1u];
    part.text += act_letter(act - 1u);
    for (const std::string_view name : of.id) {
      const ScannedField* field = name.empty() ? nullptr : entry_.find(name);
      if (field == nullptr) continue;
      if (part.text.size() > begin + 1) part.text += '/';
      part.text += field->raw;
    }
    const ScannedField* outcomes =
        of.count.empty() || of.intent != event.name ? nullptr : entry_.find(of.count);
    if (outcomes != nullptr) count = natural(*outcomes).value_or(1);
    if (of.intent != event.name && event.name != "centre.stopped" && ends_recent(part, begin)) {
      part.text.resize(begin);
      return;
    }
  } else if (event.name.starts_with("session.")) {
    if (const ScannedField* session = entry_.find("session")) part.text += session->raw;
  } else if (event.name == "log.sealed" || event.name == "key.rotated") {
    part.text += bytes;
  } else if (event.name != "log.cosigned") {
    return;
  }
  part.marks.push_back({seq, &event, static_cast<std::uint32_t>(begin),
                        static_cast<std::uint32_t>(part.text.size() - begin), count});
}

}  // namespace sceau::audit
