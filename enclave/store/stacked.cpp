// Vintages as one table.
#include <algorithm>
#include <map>
#include <mutex>
#include <unordered_map>

#include "enclave/fault.h"
#include "enclave/store/numbers.h"
#include "enclave/store/store.h"
#include "enclave/store/store_state.h"

namespace sceau::enclave {
namespace {

using disclosure::ColumnInfo;
using disclosure::ColumnKind;
using disclosure::null_code;
using disclosure::Segment;
using policies::Role;

constexpr std::string_view vintage_name = "vintage";

/// One column over all vintages.
struct StackedColumn {
  ColumnInfo info;
  std::vector<const StoredColumn*> parts;  ///< one a store; null: that vintage has no such variable
  // Of codes over several stores, merged when first asked for.
  mutable std::once_flag once;
  mutable std::vector<std::string> dictionary;
  mutable std::vector<std::vector<std::uint32_t>> renumbered;  ///< one a store
};

std::string domain_of(const policies::Variable& variable) {
  return variable.domain.empty() ? variable.name : variable.domain;
}

/// Whether one vintage's values may stand beside another's under one name.
bool agree(const policies::Variable& a, const policies::Variable& b) {
  const bool pseudonyms = a.role == Role::identifier;
  return a.type == b.type && (a.role == Role::hidden) == (b.role == Role::hidden) &&
         pseudonyms == (b.role == Role::identifier) &&
         (!pseudonyms || domain_of(a) == domain_of(b));
}

/// The column is scaled where every part is, and every mantissa fits the largest scale.
void settle_kind(StackedColumn& column) {
  column.info.kind = ColumnKind::codes;
  for (const auto* part : column.parts) {
    if (part == nullptr) continue;
    if (part->encoding == Encoding::dictionary) return;
    if (part->encoding == Encoding::real) column.info.kind = ColumnKind::real;
    if (column.info.kind == ColumnKind::codes) column.info.kind = ColumnKind::scaled;
    column.info.scale = std::max(column.info.scale, part->summary.scale);
  }
  for (const auto* part : column.parts) {
    if (part == nullptr || part->encoding != Encoding::scaled) continue;
    const int digits = column.info.scale - part->summary.scale;
    for (const auto& segment : part->segments) {
      if (!raise(segment.info.low, digits) || !raise(segment.info.high, digits)) {
        column.info.kind = ColumnKind::real;
      }
    }
  }
  if (column.info.kind == ColumnKind::real) column.info.scale = 0;
}

/// All of a segment NULL: the vintage has no such variable.
void fill_null(ColumnKind kind, std::uint32_t rows, Segment& out) {
  out = Segment();
  out.kind = kind;
  switch (kind) {
    case ColumnKind::codes:
      out.codes.assign(rows, null_code);
      return;
    case ColumnKind::scaled:
      out.scaled.assign(rows, 0);
      break;
    case ColumnKind::real:
      out.real.assign(rows, 0);
      break;
  }
  out.present.assign(rows, 0);
}

void scaled_to_real(int scale, Segment& segment) {
  segment.kind = ColumnKind::real;
  segment.real.resize(segment.scaled.size());
  for (std::size_t i = 0; i < segment.scaled.size(); ++i) {
    segment.real[i] = to_real(segment.scaled[i], scale);
  }
  segment.scaled.clear();
}

}  // namespace

struct StackedSource::State {
  struct Place {
    std::size_t store;
    std::size_t segment;
  };
  std::vector<const Store*> stores;  // by vintage, ascending
  std::vector<std::string> vintages;
  std::vector<Place> places;
  std::map<std::string, StackedColumn, std::less<>> columns;
  policies::Codebook codebook;
  // Of several vintages: whether what holds in each holds across them, once it was asked.
  mutable std::mutex agreeing;
  mutable std::map<std::pair<std::string, std::string>, bool> agreed;

  void add_column(const policies::Variable& variable);
  [[nodiscard]] const StackedColumn& column(std::string_view name) const;
  void merge(const StackedColumn& column) const;
};

void StackedSource::State::add_column(const policies::Variable& variable) {
  StackedColumn& column = columns[variable.name];
  column.info.name = variable.name;
  for (const Store* store : stores) {
    const policies::Variable* const there = store->codebook().find(variable.name);
    if (there != nullptr && !agree(*there, variable)) {
      throw EnclaveError(Fault::bad_input, "store.vintages_differ",
                         {variable.name, store->manifest().vintage, vintages.back()});
    }
    column.parts.push_back(there ? store->state().column(variable.name) : nullptr);
  }
  settle_kind(column);
}

const StackedColumn& StackedSource::State::column(std::string_view name) const {
  const auto found = columns.find(name);
  if (found == columns.end()) {
    throw EnclaveError(Fault::not_found, "store.no_column", {std::string(name), codebook.name});
  }
  return found->second;
}

/// One dictionary for all vintages: the first one's, then what the others add.
void StackedSource::State::merge(const StackedColumn& column) const {
  std::call_once(column.once, [&] {
    std::vector<std::string> merged;
    std::vector<std::vector<std::uint32_t>> renumbered(stores.size());
    std::unordered_map<std::string_view, std::uint32_t> codes;
    for (std::size_t i = 0; i < stores.size(); ++i) {
      if (column.parts[i] == nullptr) continue;
      // The views point into the stores' dictionaries, which stay.
      const auto& texts = stores[i]->state().dictionary(*column.parts[i]);
      for (const auto& text : texts) {
        const auto [entry, added] =
            codes.try_emplace(text, static_cast<std::uint32_t>(merged.size()));
        if (added) merged.push_back(text);
        renumbered[i].push_back(entry->second);
      }
    }
    column.dictionary = std::move(merged);
    column.renumbered = std::move(renumbered);
  });
}

StackedSource::StackedSource(std::vector<const Store*> stores,
                             std::optional<std::set<std::string>> permitted)
    : state_(std::make_unique<State>()) {
  if (stores.empty()) throw EnclaveError(Fault::not_found, "store.none");
  std::ranges::sort(stores, {}, [](const Store* store) { return store->manifest().vintage; });
  for (const Store* store : stores) {
    const Manifest& manifest = store->manifest();
    if (manifest.dataset != stores.front()->manifest().dataset ||
        (!state_->vintages.empty() && state_->vintages.back() == manifest.vintage)) {
      throw EnclaveError(Fault::bad_input, "store.not_vintages",
                         {manifest.dataset, manifest.vintage});
    }
    for (std::size_t n = 0; n < manifest.segments; ++n) {
      state_->places.push_back({state_->vintages.size(), n});
    }
    state_->vintages.push_back(manifest.vintage);
  }
  state_->stores = std::move(stores);
  state_->codebook = state_->stores.back()->codebook();
  std::erase_if(state_->codebook.variables, [&](const policies::Variable& variable) {
    return variable.role == Role::hidden || (permitted && !permitted->contains(variable.name));
  });
  for (const auto& variable : state_->codebook.variables) state_->add_column(variable);
}

StackedSource::~StackedSource() = default;

std::string StackedSource::dataset() const { return state_->codebook.name; }
std::vector<std::string> StackedSource::vintages() const { return state_->vintages; }
std::size_t StackedSource::segments() const { return state_->places.size(); }

std::uint32_t StackedSource::rows(std::size_t segment) const {
  const auto& place = state_->places.at(segment);
  return state_->stores[place.store]->state().rows(place.segment);
}

std::string StackedSource::vintage(std::size_t segment) const {
  return state_->vintages[state_->places.at(segment).store];
}

std::vector<ColumnInfo> StackedSource::columns() const {
  std::vector<ColumnInfo> infos;
  for (const auto& variable : state_->codebook.variables) {
    infos.push_back(state_->column(variable.name).info);
  }
  infos.push_back({std::string(vintage_name), ColumnKind::codes, 0});
  return infos;
}

const std::vector<std::string>& StackedSource::dictionary(std::string_view name) const {
  if (name == vintage_name) return state_->vintages;
  const StackedColumn& column = state_->column(name);
  if (column.info.kind != ColumnKind::codes) {
    throw EnclaveError(Fault::internal, "store.internal", {"a number's column has no dictionary"});
  }
  if (state_->stores.size() == 1)
    return state_->stores.front()->state().dictionary(*column.parts[0]);
  state_->merge(column);
  return column.dictionary;
}

bool StackedSource::may_contain(std::size_t segment, std::string_view name, std::int64_t low,
                                std::int64_t high) const {
  if (name == vintage_name) return true;
  const StackedColumn& column = state_->column(name);
  const auto& place = state_->places.at(segment);
  const StoredColumn* const part = column.parts[place.store];
  if (part == nullptr) return false;  // nothing but NULL
  const SegmentInfo& info = part->segments[place.segment].info;
  if (!info.has_values()) return false;
  if (column.info.kind != ColumnKind::scaled) return true;
  const int digits = column.info.scale - part->summary.scale;
  return *raise(info.low, digits) <= high && *raise(info.high, digits) >= low;
}

bool StackedSource::may_hold_code(std::size_t segment, std::string_view name,
                                  const std::function<bool(std::uint32_t)>& wanted) const {
  constexpr std::int64_t most_asked = 1 << 14;  // of more codes, reading is hardly slower
  const auto& place = state_->places.at(segment);
  if (name == vintage_name) return wanted(static_cast<std::uint32_t>(place.store));
  const StackedColumn& column = state_->column(name);
  const StoredColumn* const part = column.parts[place.store];
  if (part == nullptr) return false;  // nothing but NULL
  const SegmentInfo& info = part->segments[place.segment].info;
  if (!info.has_values()) return false;
  if (info.high - info.low >= most_asked) return true;
  const bool merged = state_->stores.size() > 1;
  if (merged) state_->merge(column);
  for (std::int64_t code = info.low; code <= info.high; ++code) {
    const auto own = static_cast<std::uint32_t>(code);
    if (wanted(merged ? column.renumbered[place.store].at(own) : own)) return true;
  }
  return false;
}

namespace {

/// One vintage's part of a column as the whole column has it.
class StackedPart final : public disclosure::LoadedColumn {
 public:
  void decode(std::uint32_t first, std::uint32_t count, Segment& out) override {
    switch (fill) {
      case Fill::vintage:
        out = Segment();
        out.codes.assign(count, code);
        return;
      case Fill::nothing:
        fill_null(kind, count, out);
        return;
      case Fill::stored:
        stored.decode(first, count, out);
        adapt(out);
        return;
    }
  }

  void adapt(Segment& out) const {
    if (renumbered != nullptr) {
      for (auto& value : out.codes) {
        if (value != null_code) value = (*renumbered)[value];
      }
    } else if (kind == ColumnKind::scaled) {
      for (auto& value : out.scaled) value = digits == 0 ? value : *raise(value, digits);
    } else if (to_real) {
      scaled_to_real(scale, out);
    }
  }

  enum class Fill { vintage, nothing, stored };
  Fill fill = Fill::stored;
  ColumnKind kind = ColumnKind::codes;
  std::uint32_t code = 0;                                  ///< vintage: its number
  const std::vector<std::uint32_t>* renumbered = nullptr;  ///< codes of several vintages
  int digits = 0;                                          ///< scaled: to the common scale
  bool to_real = false;                                    ///< scaled here, real elsewhere
  int scale = 0;
  StoredPart stored;
};

}  // namespace

namespace {

/// Whether each code of `name` stands beside one code of `other` (or always NULL) in all rows.
bool agree_on(const StackedSource& source, std::string_view name, std::string_view other) {
  constexpr std::uint32_t rows_at_once = 1U << 14;
  constexpr std::uint32_t not_seen = null_code - 1;
  std::vector<std::uint32_t> beside(source.dictionary_size(name), not_seen);
  std::unique_ptr<disclosure::LoadedColumn> keys;
  std::unique_ptr<disclosure::LoadedColumn> values;
  Segment key;
  Segment value;
  for (std::size_t n = 0; n < source.segments(); ++n) {
    source.load(n, name, keys);
    source.load(n, other, values);
    const std::uint32_t rows = source.rows(n);
    for (std::uint32_t first = 0; first < rows; first += rows_at_once) {
      const std::uint32_t count = std::min(rows_at_once, rows - first);
      keys->decode(first, count, key);
      values->decode(first, count, value);
      for (std::uint32_t i = 0; i < count; ++i) {
        if (key.codes[i] == null_code) continue;
        std::uint32_t& seen = beside[key.codes[i]];
        if (seen == not_seen) seen = value.codes[i];
        if (seen != value.codes[i]) return false;
      }
    }
  }
  return true;
}

}  // namespace

void StackedSource::load(std::size_t segment, std::string_view name,
                         std::unique_ptr<disclosure::LoadedColumn>& into) const {
  if (dynamic_cast<StackedPart*>(into.get()) == nullptr) into = std::make_unique<StackedPart>();
  auto& part = static_cast<StackedPart&>(*into);
  const auto& place = state_->places.at(segment);
  part.renumbered = nullptr;
  part.digits = 0;
  part.to_real = false;
  if (name == vintage_name) {
    part.fill = StackedPart::Fill::vintage;
    part.code = static_cast<std::uint32_t>(place.store);
    return;
  }
  const StackedColumn& column = state_->column(name);
  const StoredColumn* const stored = column.parts[place.store];
  part.kind = column.info.kind;
  part.fill = stored == nullptr ? StackedPart::Fill::nothing : StackedPart::Fill::stored;
  if (stored == nullptr) return;
  if (column.info.kind == ColumnKind::codes && state_->stores.size() > 1) {
    state_->merge(column);
    part.renumbered = &column.renumbered[place.store];
  }
  part.digits = column.info.scale - stored->summary.scale;
  part.scale = stored->summary.scale;
  part.to_real = column.info.kind == ColumnKind::real && stored->encoding == Encoding::scaled;
  part.stored.load(state_->stores[place.store]->state(), *stored, place.segment);
}

void StackedSource::read(std::size_t segment, std::string_view name, Segment& out) const {
  std::unique_ptr<disclosure::LoadedColumn> part;
  load(segment, name, part);
  part->decode(0, rows(segment), out);
}

std::optional<disclosure::Bounds> StackedSource::bounds(std::string_view name) const {
  if (name == vintage_name) return std::nullopt;
  const StackedColumn& column = state_->column(name);
  if (column.info.kind != ColumnKind::scaled) return std::nullopt;
  std::optional<disclosure::Bounds> found;
  for (const auto* part : column.parts) {
    if (part == nullptr) continue;
    const int digits = column.info.scale - part->summary.scale;
    for (const auto& segment : part->segments) {
      if (!segment.info.has_values()) continue;
      const auto low = raise(segment.info.low, digits);
      const auto high = raise(segment.info.high, digits);
      if (!low || !high) return std::nullopt;
      if (!found) found = {*low, *high};
      found->low = std::min(found->low, *low);
      found->high = std::max(found->high, *high);
    }
  }
  return found;
}

std::uint64_t StackedSource::dictionary_size(std::string_view name) const {
  if (name == vintage_name || state_->stores.size() > 1) return dictionary(name).size();
  return state_->column(name).parts[0]->summary.distinct;
}

bool StackedSource::determines(std::string_view name, std::string_view other) const {
  if (name == vintage_name || other == vintage_name) return false;
  for (const auto* part : state_->column(name).parts) {
    if (part == nullptr || std::ranges::count(part->summary.determines, other) == 0) return false;
  }
  if (state_->stores.size() == 1) return true;
  // A school may have moved between two vintages: all rows are looked at, once a session.
  const std::lock_guard lock(state_->agreeing);
  const auto [known, fresh] =
      state_->agreed.try_emplace({std::string(name), std::string(other)}, false);
  if (fresh) known->second = agree_on(*this, name, other);
  return known->second;
}

const policies::Codebook& StackedSource::codebook() const { return state_->codebook; }

}  // namespace sceau::enclave
