#include "enclave/store/filtered.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>

#include "disclosure/columns.h"
#include "disclosure/condition.h"

namespace sceau::enclave {
namespace {

using disclosure::Bounds;
using disclosure::ColumnInfo;
using disclosure::ColumnKind;
using disclosure::Condition;
using disclosure::LoadedColumn;
using disclosure::null_code;
using disclosure::Segment;
using disclosure::Source;
using disclosure::Truth;

constexpr std::string_view vintage_name = "vintage";

/// A segment of which something is seen.
struct Kept {
  std::size_t segment = 0;          ///< of the source behind
  std::uint32_t count = 0;          ///< rows that are seen, at least one
  std::vector<std::uint32_t> rows;  ///< which, ascending; empty: all of them
};

/// The texts of the rows that are seen.
struct Texts {
  std::vector<std::string> dictionary;
  std::vector<std::uint32_t> renumbered;  ///< by code behind; null_code: of other rows alone
};

struct FilteredColumn {
  ColumnInfo info;
  mutable std::once_flag texts_once;
  mutable Texts texts;
  mutable std::once_flag bounds_once;
  mutable std::optional<Bounds> bounds;
};

template <typename T>
void gather(const std::vector<T>& from, const std::uint32_t* rows, std::uint32_t count,
            std::uint32_t first, std::vector<T>& to) {
  to.clear();
  if (from.empty()) return;
  to.resize(count);
  for (std::uint32_t i = 0; i < count; ++i) to[i] = from[rows[i] - first];
}

/// `first`: the row behind that stands at from[0].
void gather(const Segment& from, const std::uint32_t* rows, std::uint32_t count,
            std::uint32_t first, Segment& to) {
  to.kind = from.kind;
  gather(from.codes, rows, count, first, to.codes);
  gather(from.scaled, rows, count, first, to.scaled);
  gather(from.real, rows, count, first, to.real);
  gather(from.present, rows, count, first, to.present);
}

void renumber(const std::vector<std::uint32_t>& renumbered, Segment& segment) {
  for (auto& code : segment.codes) {
    if (code != null_code) code = renumbered[code];
  }
}

class FilteredPart final : public LoadedColumn {
 public:
  void begin(const Kept& kept, const std::vector<std::uint32_t>* renumbered) {
    kept_ = &kept;
    renumbered_ = renumbered;
  }
  [[nodiscard]] std::unique_ptr<LoadedColumn>& behind() { return behind_; }

  void decode(std::uint32_t first, std::uint32_t count, Segment& out) override {
    constexpr std::uint32_t step = 64;  // a part begins at a multiple of it
    if (kept_->rows.empty() || count == 0) {
      behind_->decode(first, count, out);
    } else {
      const std::uint32_t* const rows = kept_->rows.data() + first;
      const std::uint32_t from = rows[0] / step * step;
      behind_->decode(from, rows[count - 1] + 1 - from, room_);
      gather(room_, rows, count, from, out);
    }
    if (renumbered_ != nullptr) renumber(*renumbered_, out);
  }

 private:
  const Kept* kept_ = nullptr;
  const std::vector<std::uint32_t>* renumbered_ = nullptr;
  std::unique_ptr<LoadedColumn> behind_;
  Segment room_;
};

}  // namespace

struct FilteredSource::State {
  State(const Source& shown_in, const Source& all_in, Condition condition_in)
      : shown(shown_in), all(all_in), condition(std::move(condition_in)) {
    for (const auto& info : shown.columns()) columns[info.name].info = info;
    disclosure::ColumnSet used(all);
    const disclosure::BoundCondition bound(condition, used);  // a fault shows itself now
  }

  const Source& shown;
  const Source& all;
  Condition condition;
  std::map<std::string, FilteredColumn, std::less<>> columns;
  mutable std::once_flag once;
  mutable std::vector<Kept> kept_;

  [[nodiscard]] const std::vector<Kept>& kept() const {
    std::call_once(once, [&] { choose(); });
    return kept_;
  }
  [[nodiscard]] const Kept& kept(std::size_t segment) const { return kept().at(segment); }
  /// Null for a column that isn't here, of which the source behind speaks.
  [[nodiscard]] const FilteredColumn* find(std::string_view name) const {
    const auto found = columns.find(name);
    return found == columns.end() ? nullptr : &found->second;
  }
  void choose() const;
  [[nodiscard]] const Texts& texts(std::string_view name, const FilteredColumn& column) const;
  [[nodiscard]] const std::vector<std::uint32_t>* renumbered(std::string_view name) const;
};

void FilteredSource::State::choose() const {
  disclosure::ColumnSet used(all);
  const disclosure::BoundCondition bound(condition, used);
  disclosure::SegmentColumns segment(used);
  std::vector<Truth> truths;
  std::vector<Kept> chosen;
  for (std::size_t n = 0; n < all.segments(); ++n) {
    if (!bound.may_hold(all, used, n)) continue;
    segment.move_to(n);
    bound.evaluate(segment, truths);
    Kept kept;
    kept.segment = n;
    kept.count = static_cast<std::uint32_t>(std::count(truths.begin(), truths.end(), Truth::yes));
    if (kept.count == 0) continue;
    if (kept.count < truths.size()) {
      kept.rows.reserve(kept.count);
      for (std::uint32_t row = 0; row < truths.size(); ++row) {
        if (truths[row] == Truth::yes) kept.rows.push_back(row);
      }
    }
    chosen.push_back(std::move(kept));
  }
  kept_ = std::move(chosen);
}

const Texts& FilteredSource::State::texts(std::string_view name,
                                          const FilteredColumn& column) const {
  std::call_once(column.texts_once, [&] {
    const auto& behind = shown.dictionary(name);
    std::vector<bool> seen(behind.size(), false);
    Segment values;
    for (const Kept& kept : this->kept()) {
      shown.read(kept.segment, name, values);
      if (kept.rows.empty()) {
        for (const auto code : values.codes) {
          if (code != null_code) seen[code] = true;
        }
      } else {
        for (const auto row : kept.rows) {
          if (values.codes[row] != null_code) seen[values.codes[row]] = true;
        }
      }
    }
    Texts made;
    made.renumbered.assign(behind.size(), null_code);
    for (std::size_t code = 0; code < behind.size(); ++code) {
      if (!seen[code]) continue;
      made.renumbered[code] = static_cast<std::uint32_t>(made.dictionary.size());
      made.dictionary.push_back(behind[code]);
    }
    column.texts = std::move(made);
  });
  return column.texts;
}

const std::vector<std::uint32_t>* FilteredSource::State::renumbered(std::string_view name) const {
  const auto* column = find(name);
  const bool codes = column != nullptr && column->info.kind == ColumnKind::codes;
  return codes && name != vintage_name ? &texts(name, *column).renumbered : nullptr;
}

FilteredSource::FilteredSource(const Source& shown, const Source& all, Condition condition)
    : state_(std::make_unique<State>(shown, all, std::move(condition))) {}

FilteredSource::~FilteredSource() = default;

std::string FilteredSource::dataset() const { return state_->shown.dataset(); }
std::vector<std::string> FilteredSource::vintages() const { return state_->shown.vintages(); }
std::size_t FilteredSource::segments() const { return state_->kept().size(); }

std::uint32_t FilteredSource::rows(std::size_t segment) const {
  return state_->kept(segment).count;
}

std::string FilteredSource::vintage(std::size_t segment) const {
  return state_->shown.vintage(state_->kept(segment).segment);
}

std::vector<ColumnInfo> FilteredSource::columns() const { return state_->shown.columns(); }

const std::vector<std::string>& FilteredSource::dictionary(std::string_view name) const {
  const auto* column = state_->find(name);
  const bool ours =
      column != nullptr && column->info.kind == ColumnKind::codes && name != vintage_name;
  return ours ? state_->texts(name, *column).dictionary : state_->shown.dictionary(name);
}

bool FilteredSource::may_contain(std::size_t segment, std::string_view name, std::int64_t low,
                                 std::int64_t high) const {
  return state_->shown.may_contain(state_->kept(segment).segment, name, low, high);
}

bool FilteredSource::may_hold_code(std::size_t segment, std::string_view name,
                                   const std::function<bool(std::uint32_t)>& wanted) const {
  const auto* renumbered = state_->renumbered(name);
  const auto behind = state_->kept(segment).segment;
  if (renumbered == nullptr) return state_->shown.may_hold_code(behind, name, wanted);
  return state_->shown.may_hold_code(behind, name, [&](std::uint32_t code) {
    return (*renumbered)[code] != null_code && wanted((*renumbered)[code]);
  });
}

void FilteredSource::load(std::size_t segment, std::string_view name,
                          std::unique_ptr<LoadedColumn>& into) const {
  if (dynamic_cast<FilteredPart*>(into.get()) == nullptr) into = std::make_unique<FilteredPart>();
  auto& part = static_cast<FilteredPart&>(*into);
  const Kept& kept = state_->kept(segment);
  part.begin(kept, state_->renumbered(name));
  state_->shown.load(kept.segment, name, part.behind());
}

void FilteredSource::read(std::size_t segment, std::string_view name, Segment& out) const {
  const Kept& kept = state_->kept(segment);
  if (kept.rows.empty()) {
    state_->shown.read(kept.segment, name, out);
  } else {
    Segment behind;
    state_->shown.read(kept.segment, name, behind);
    gather(behind, kept.rows.data(), kept.count, 0, out);
  }
  if (const auto* renumbered = state_->renumbered(name)) renumber(*renumbered, out);
}

std::optional<Bounds> FilteredSource::bounds(std::string_view name) const {
  const auto* column = state_->find(name);
  if (column == nullptr || column->info.kind != ColumnKind::scaled) return std::nullopt;
  std::call_once(column->bounds_once, [&] {
    Segment values;
    std::optional<Bounds> found;
    for (std::size_t n = 0; n < segments(); ++n) {
      read(n, name, values);
      for (std::size_t i = 0; i < values.scaled.size(); ++i) {
        if (!values.present.empty() && values.present[i] == 0) continue;
        const std::int64_t value = values.scaled[i];
        if (!found) found = {value, value};
        found->low = std::min(found->low, value);
        found->high = std::max(found->high, value);
      }
    }
    column->bounds = found;
  });
  return column->bounds;
}

bool FilteredSource::determines(std::string_view name, std::string_view other) const {
  return state_->shown.determines(name, other);
}

}  // namespace sceau::enclave
