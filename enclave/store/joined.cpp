#include "enclave/store/joined.h"

#include <algorithm>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "disclosure/restricted.h"
#include "enclave/fault.h"

namespace sceau::enclave {
namespace {

using disclosure::ColumnInfo;
using disclosure::ColumnKind;
using disclosure::null_code;
using disclosure::Reference;
using disclosure::Segment;
using policies::Variable;

/// All NULL, one value a code of the key.
Segment nulls(ColumnKind kind, std::size_t codes) {
  Segment made;
  made.kind = kind;
  switch (kind) {
    case ColumnKind::codes:
      made.codes.assign(codes, null_code);
      return made;
    case ColumnKind::scaled:
      made.scaled.assign(codes, 0);
      break;
    case ColumnKind::real:
      made.real.assign(codes, 0);
      break;
  }
  made.present.assign(codes, 0);
  return made;
}

void copy_value(const Segment& from, std::size_t row, Segment& to, std::size_t code) {
  switch (from.kind) {
    case ColumnKind::codes:
      to.codes[code] = from.codes[row];
      return;
    case ColumnKind::scaled:
      to.scaled[code] = from.scaled[row];
      break;
    case ColumnKind::real:
      to.real[code] = from.real[row];
      break;
  }
  to.present[code] = from.present.empty() ? 1 : from.present[row];
}

/// Each key by its value; `present` stays empty where none is NULL.
template <typename T>
void look_up(const std::vector<std::uint32_t>& keys, const std::vector<T>& values,
             const std::vector<std::uint8_t>& present, std::vector<T>& out,
             std::vector<std::uint8_t>& out_present) {
  out.resize(keys.size());
  out_present.resize(keys.size());
  bool whole = true;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const bool there = keys[i] != null_code && present[keys[i]] != 0;
    out[i] = there ? values[keys[i]] : T{};
    out_present[i] = there ? 1 : 0;
    whole = whole && there;
  }
  if (whole) out_present.clear();
}

void look_up(const Segment& values, Segment& keys_in_values_out) {
  Segment& out = keys_in_values_out;
  out.kind = values.kind;
  switch (values.kind) {
    case ColumnKind::codes:
      for (auto& code : out.codes) code = code == null_code ? null_code : values.codes[code];
      return;
    case ColumnKind::scaled:
      look_up(out.codes, values.scaled, values.present, out.scaled, out.present);
      break;
    case ColumnKind::real:
      look_up(out.codes, values.real, values.present, out.real, out.present);
      break;
  }
  out.codes.clear();
}

/// One vintage of the joined data set: its segments, and for each of their rows the code that the
/// base's variable has for the row's key (null_code: no row of the base names it).
struct Part {
  std::vector<std::size_t> segments;
  std::vector<std::uint32_t> code_of_row;
};

struct Link {
  Reference reference;
  Joinable other;
  std::size_t codes = 0;                                    ///< of the base's variable
  std::vector<Part> parts;                                  ///< one a joined vintage
  std::map<std::string, std::size_t, std::less<>> part_of;  ///< by vintage of the base
};

struct Column {
  ColumnInfo info;
  const Link* link = nullptr;
  std::string name;  ///< in the joined data set
  // Read when first asked for.
  mutable std::once_flag once;
  mutable std::vector<Segment> values;  ///< one a part; indexed by the code of the key
};

Part read_part(const Joinable& other, const Reference& reference, const std::string& vintage,
               const std::vector<std::uint32_t>& base_code) {
  Part part;
  std::vector<bool> seen(base_code.size(), false);
  Segment keys;
  for (std::size_t segment = 0; segment < other.source->segments(); ++segment) {
    if (other.source->vintage(segment) != vintage) continue;
    part.segments.push_back(segment);
    other.source->read(segment, reference.key, keys);
    for (const auto code : keys.codes) {
      if (code != null_code && seen[code]) {
        throw EnclaveError(Fault::bad_input, "store.join_not_unique",
                           {reference.dataset, vintage, reference.key});
      }
      if (code != null_code) seen[code] = true;
      part.code_of_row.push_back(code == null_code ? null_code : base_code[code]);
    }
  }
  return part;
}

/// A joined column's values in one segment: the keys', decoded a part at a time and looked up.
class JoinedColumn final : public disclosure::LoadedColumn {
 public:
  /// `values` null: nothing is joined to these rows.
  void begin(ColumnKind kind, const Segment* values) {
    kind_ = kind;
    values_ = values;
  }
  [[nodiscard]] std::unique_ptr<disclosure::LoadedColumn>& keys() { return keys_; }

  void decode(std::uint32_t first, std::uint32_t count, Segment& out) override {
    if (values_ == nullptr) {
      out = nulls(kind_, count);
      return;
    }
    keys_->decode(first, count, out);
    look_up(*values_, out);
  }

 private:
  ColumnKind kind_ = ColumnKind::codes;
  const Segment* values_ = nullptr;
  std::unique_ptr<disclosure::LoadedColumn> keys_;
};

void fill(const Column& column) {
  const Link& link = *column.link;
  column.values.clear();
  for (const Part& part : link.parts) {
    Segment values = nulls(column.info.kind, link.codes);
    Segment read;
    std::size_t row = 0;
    for (const std::size_t segment : part.segments) {
      link.other.source->read(segment, column.name, read);
      const std::size_t rows = link.other.source->rows(segment);
      for (std::size_t i = 0; i < rows; ++i, ++row) {
        const auto code = part.code_of_row[row];
        if (code != null_code) copy_value(read, i, values, code);
      }
    }
    column.values.push_back(std::move(values));
  }
}

}  // namespace

struct JoinedSource::State {
  Joinable base;
  policies::Codebook codebook;
  std::vector<std::unique_ptr<Link>> links;
  std::map<std::string, Column, std::less<>> columns;  ///< by joined name
  std::vector<std::string> order;
  std::vector<std::pair<Reference, EnclaveError>> refused;

  void join(const Joinable& other, const Reference& reference);
  void link_vintages(Link& link) const;
  void add_columns(const Link& link);
  [[nodiscard]] const Column* find(std::string_view name) const;
  /// By key, for rows of this vintage; null: nothing is joined to them.
  [[nodiscard]] const Segment* values(const Column& column, std::string_view vintage) const;
};

void JoinedSource::State::join(const Joinable& other, const Reference& reference) {
  if (disclosure::joined_rows(reference.dataset).dataset != other.codebook->name ||
      !policies::declares_reference(*base.codebook, reference.variable, *other.codebook,
                                    reference.key)) {
    throw EnclaveError(Fault::not_permitted, "store.join_undeclared",
                       {base.codebook->name, reference.variable, reference.dataset, reference.key});
  }
  // Not nameable here: its columns are not there either.
  if (!base.source->column(reference.variable) || !other.source->column(reference.key)) return;
  auto link = std::make_unique<Link>();
  link->reference = reference;
  link->other = other;
  link_vintages(*link);
  add_columns(*link);
  links.push_back(std::move(link));
}

void JoinedSource::State::link_vintages(Link& link) const {
  const auto& reference = link.reference;
  const auto& ours = base.source->dictionary(reference.variable);
  const auto& theirs = link.other.source->dictionary(reference.key);
  link.codes = ours.size();
  std::unordered_map<std::string_view, std::uint32_t> code_of;
  for (std::size_t i = 0; i < ours.size(); ++i) {
    code_of.emplace(ours[i], static_cast<std::uint32_t>(i));
  }
  std::vector<std::uint32_t> base_code;
  for (const auto& text : theirs) {
    const auto found = code_of.find(text);
    base_code.push_back(found == code_of.end() ? null_code : found->second);
  }
  std::map<std::string, std::size_t> part_of;  // by joined vintage
  const auto there = link.other.source->vintages();
  for (const std::string& vintage : base.source->vintages()) {
    const auto& wanted = reference.vintage.empty() ? vintage : reference.vintage;
    if (std::find(there.begin(), there.end(), wanted) == there.end()) continue;
    const auto [at, added] = part_of.try_emplace(wanted, link.parts.size());
    if (added) link.parts.push_back(read_part(link.other, reference, wanted, base_code));
    link.part_of[vintage] = at->second;
  }
}

void JoinedSource::State::add_columns(const Link& link) {
  const auto& reference = link.reference;
  for (const ColumnInfo& info : link.other.source->columns()) {
    const auto name = joined_name(reference, info.name);
    Column& column = columns[name];
    column.info = info;
    column.info.name = name;
    column.link = &link;
    column.name = info.name;
    order.push_back(name);
    Variable variable;
    if (const auto* known = link.other.codebook->find(info.name)) variable = *known;
    variable.name = name;
    if (!variable.parent.empty()) variable.parent = joined_name(reference, variable.parent);
    variable.references.reset();
    codebook.variables.push_back(std::move(variable));
  }
}

const Column* JoinedSource::State::find(std::string_view name) const {
  const auto found = columns.find(name);
  return found == columns.end() ? nullptr : &found->second;
}

const Segment* JoinedSource::State::values(const Column& column, std::string_view vintage) const {
  const auto part = column.link->part_of.find(vintage);
  if (part == column.link->part_of.end()) return nullptr;
  std::call_once(column.once, [&] { fill(column); });
  return &column.values[part->second];
}

JoinedSource::JoinedSource(Joinable base, const Joinables& others,
                           const std::vector<Reference>& references)
    : state_(std::make_unique<State>()) {
  state_->base = base;
  state_->codebook = *base.codebook;
  for (const Reference& reference : references) {
    const auto other = others.find(reference.dataset);
    // One name means one thing: of two keys, the first that is given.
    const bool named_before =
        std::any_of(state_->links.begin(), state_->links.end(), [&](const auto& link) {
          return joined_name(link->reference, "") == joined_name(reference, "");
        });
    if (other == others.end() || named_before) continue;
    try {
      state_->join(other->second, reference);
    } catch (const EnclaveError& error) {
      if (error.fault() != Fault::not_permitted && error.fault() != Fault::bad_input) throw;
      state_->refused.emplace_back(reference, error);
    }
  }
}

JoinedSource::~JoinedSource() = default;

std::string JoinedSource::dataset() const { return state_->base.source->dataset(); }
std::vector<std::string> JoinedSource::vintages() const { return state_->base.source->vintages(); }
std::size_t JoinedSource::segments() const { return state_->base.source->segments(); }

std::uint32_t JoinedSource::rows(std::size_t segment) const {
  return state_->base.source->rows(segment);
}

std::string JoinedSource::vintage(std::size_t segment) const {
  return state_->base.source->vintage(segment);
}

std::vector<ColumnInfo> JoinedSource::columns() const {
  auto infos = state_->base.source->columns();
  for (const auto& name : state_->order) infos.push_back(state_->find(name)->info);
  return infos;
}

const std::vector<std::string>& JoinedSource::dictionary(std::string_view name) const {
  const auto* column = state_->find(name);
  return column == nullptr ? state_->base.source->dictionary(name)
                           : column->link->other.source->dictionary(column->name);
}

std::uint64_t JoinedSource::dictionary_size(std::string_view name) const {
  const auto* column = state_->find(name);
  return column == nullptr ? state_->base.source->dictionary_size(name)
                           : column->link->other.source->dictionary_size(column->name);
}

bool JoinedSource::may_contain(std::size_t segment, std::string_view name, std::int64_t low,
                               std::int64_t high) const {
  return state_->find(name) != nullptr ||
         state_->base.source->may_contain(segment, name, low, high);
}

bool JoinedSource::may_hold_code(std::size_t segment, std::string_view name,
                                 const std::function<bool(std::uint32_t)>& wanted) const {
  return state_->find(name) != nullptr || state_->base.source->may_hold_code(segment, name, wanted);
}

void JoinedSource::read(std::size_t segment, std::string_view name, Segment& out) const {
  const auto* column = state_->find(name);
  if (column == nullptr) {
    state_->base.source->read(segment, name, out);
    return;
  }
  const Segment* const values = state_->values(*column, vintage(segment));
  if (values == nullptr) {
    out = nulls(column->info.kind, rows(segment));
    return;
  }
  state_->base.source->read(segment, column->link->reference.variable, out);
  look_up(*values, out);
}

void JoinedSource::load(std::size_t segment, std::string_view name,
                        std::unique_ptr<disclosure::LoadedColumn>& into) const {
  const auto* column = state_->find(name);
  if (column == nullptr) {
    state_->base.source->load(segment, name, into);
    return;
  }
  if (dynamic_cast<JoinedColumn*>(into.get()) == nullptr) into = std::make_unique<JoinedColumn>();
  auto& joined = static_cast<JoinedColumn&>(*into);
  const Segment* const values = state_->values(*column, vintage(segment));
  joined.begin(column->info.kind, values);
  if (values != nullptr) {
    state_->base.source->load(segment, column->link->reference.variable, joined.keys());
  }
}

std::optional<disclosure::Bounds> JoinedSource::bounds(std::string_view name) const {
  const auto* column = state_->find(name);
  return column == nullptr ? state_->base.source->bounds(name)
                           : column->link->other.source->bounds(column->name);
}

bool JoinedSource::determines(std::string_view name, std::string_view other) const {
  if (state_->find(name) != nullptr) return false;
  const auto* column = state_->find(other);
  if (column == nullptr) return state_->base.source->determines(name, other);
  const Link& link = *column->link;
  const auto& key = link.reference.variable;
  const bool one_vintage =
      link.parts.size() == 1 && link.part_of.size() == state_->base.source->vintages().size();
  return one_vintage && (name == key || state_->base.source->determines(name, key));
}

bool JoinedSource::joins(const Reference& reference, std::string_view vintage) const {
  return std::any_of(state_->links.begin(), state_->links.end(), [&](const auto& link) {
    return link->reference == reference && link->part_of.contains(vintage);
  });
}

void JoinedSource::demand(const disclosure::Tabulation& tabulation) const {
  for (const Reference& reference : tabulation.references) {
    for (const auto& [refused, error] : state_->refused) {
      if (refused == reference) throw error;
    }
    for (const std::string& vintage : tabulation.vintages) {
      if (joins(reference, vintage)) continue;
      throw EnclaveError(
          Fault::not_found, "store.join_missing",
          {reference.dataset, reference.vintage.empty() ? vintage : reference.vintage});
    }
  }
}

const policies::Codebook& JoinedSource::codebook() const { return state_->codebook; }

}  // namespace sceau::enclave
