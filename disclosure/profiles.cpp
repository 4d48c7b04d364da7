#include "disclosure/profiles.h"

#include <algorithm>
#include <bit>

#include "disclosure/columns.h"
#include "disclosure/dimension.h"
#include "disclosure/fault.h"
#include "disclosure/interner.h"
#include "disclosure/plan.h"

namespace sceau::disclosure {
namespace {

// One variable of the profiles: how rows are told apart by it, and its values, one a profile.
struct ProfileColumn {
  ColumnInfo info;
  std::size_t column = 0;
  bool presence_only = false;
  int bits = 32;
  Segment values;
};

class ProfileSource final : public Source {
 public:
  struct Piece {
    std::string vintage;
    std::size_t first;
    std::uint32_t rows;
  };

  ProfileSource(const Source& rows, std::vector<ProfileColumn> columns, std::vector<Piece> pieces)
      : rows_(&rows), columns_(std::move(columns)), pieces_(std::move(pieces)) {}

  [[nodiscard]] std::string dataset() const override { return rows_->dataset(); }
  [[nodiscard]] std::vector<std::string> vintages() const override { return rows_->vintages(); }
  [[nodiscard]] std::size_t segments() const override { return pieces_.size(); }
  [[nodiscard]] std::uint32_t rows(std::size_t segment) const override {
    return pieces_[segment].rows;
  }
  [[nodiscard]] std::string vintage(std::size_t segment) const override {
    return pieces_[segment].vintage;
  }
  [[nodiscard]] std::vector<ColumnInfo> columns() const override {
    std::vector<ColumnInfo> infos;
    for (const ProfileColumn& column : columns_) infos.push_back(column.info);
    return infos;
  }
  [[nodiscard]] const std::vector<std::string>& dictionary(std::string_view column) const override {
    return rows_->dictionary(column);
  }
  [[nodiscard]] bool may_contain(std::size_t, std::string_view, std::int64_t,
                                 std::int64_t) const override {
    return true;
  }
  void read(std::size_t segment, std::string_view name, Segment& out) const override {
    const Piece& piece = pieces_[segment];
    for (const ProfileColumn& column : columns_) {
      if (column.info.name != name) continue;
      out.kind = column.info.kind;
      copy(column.values.codes, piece, out.codes);
      copy(column.values.scaled, piece, out.scaled);
      copy(column.values.real, piece, out.real);
      copy(column.values.present, piece, out.present);
      return;
    }
    throw DisclosureError(Fault::unknown_variable, "no profile has this variable");
  }

 private:
  template <typename T>
  static void copy(const std::vector<T>& from, const Piece& piece, std::vector<T>& to) {
    if (from.empty()) return to.clear();
    const auto begin = from.begin() + static_cast<std::ptrdiff_t>(piece.first);
    to.assign(begin, begin + piece.rows);
  }

  const Source* rows_;
  std::vector<ProfileColumn> columns_;
  std::vector<Piece> pieces_;
};

// Numbers the rows of one vintage. Variables are packed into 64-bit words; each word but the first
// begins with the number of what came before.
class Packer {
 public:
  explicit Packer(const std::vector<ProfileColumn>& columns) : values_(columns.size()) {
    int used = 0;
    words_.emplace_back();
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (used + columns[i].bits > 64) {
        words_.emplace_back();
        used = 32;
      }
      words_.back().push_back({i, used});
      used += columns[i].bits;
    }
    interners_.resize(words_.size());
  }

  // The number of each row of the segment, dense and in the order in which they are first seen.
  void number(SegmentColumns& segment, const std::vector<ProfileColumn>& columns,
              const std::vector<BoundEntity>& entities, std::vector<std::uint32_t>& out) {
    std::vector<std::vector<std::uint32_t>> members(columns.size());
    for (std::size_t i = 0; i < columns.size(); ++i) {
      entities[i].code(segment, values_[i], members[i]);
      const std::uint32_t null = columns[i].presence_only ? 0 : mask(columns[i].bits);
      for (std::uint32_t& member : members[i]) {
        if (member == BoundEntity::unknown) {
          member = null;
        } else if (columns[i].presence_only) {
          member = 1;
        }
      }
    }
    out.assign(segment.rows(), 0);
    for (std::size_t word = 0; word < words_.size(); ++word) {
      for (std::size_t row = 0; row < out.size(); ++row) {
        std::uint64_t key = word == 0 ? 0 : out[row];
        for (const auto& [column, shift] : words_[word]) {
          key |= static_cast<std::uint64_t>(members[column][row]) << shift;
        }
        out[row] = interners_[word].intern(key);
      }
    }
  }

  static std::uint32_t mask(int bits) { return bits == 32 ? 0xffffffffU : (1U << bits) - 1; }

 private:
  struct Slot {
    std::size_t column;
    int shift;
  };
  std::vector<std::vector<Slot>> words_;
  std::vector<Interner> interners_;
  std::vector<Interner> values_;
};

void append_row(SegmentColumns& segment, std::size_t row, ProfileColumn& to) {
  const Segment& from = segment.get(to.column);
  if (to.info.kind == ColumnKind::codes) {
    const std::uint32_t code = from.codes[row];
    to.values.codes.push_back(to.presence_only && code != null_code ? 0 : code);
    return;
  }
  const bool present = from.present.empty() || from.present[row] != 0;
  to.values.present.push_back(present ? 1 : 0);
  const bool keeps = present && !to.presence_only;
  if (to.info.kind == ColumnKind::scaled) {
    to.values.scaled.push_back(keeps ? from.scaled[row] : 0);
  } else {
    to.values.real.push_back(keeps ? from.real[row] : 0.0);
  }
}

std::vector<ProfileColumn> columns_of(const Named& named, ColumnSet& columns) {
  std::vector<ProfileColumn> found;
  const auto add = [&](const std::string& name, bool presence_only) {
    ProfileColumn column;
    column.column = columns.use(name);
    column.info = columns.info(column.column);
    column.presence_only = presence_only;
    column.bits = 32;
    if (presence_only) {
      column.bits = 1;
    } else if (column.info.kind == ColumnKind::codes) {  // one more than the largest code is NULL
      column.bits = static_cast<int>(std::bit_width(columns.dictionary(column.column).size() + 1));
    }
    found.push_back(std::move(column));
  };
  for (const std::string& name : named.values) add(name, false);
  for (const std::string& name : named.presence) {
    if (!named.values.contains(name)) add(name, true);
  }
  return found;
}

}  // namespace

void Named::add(const Tabulation& tabulation, const policies::Codebook& codebook) {
  vintages.insert(tabulation.vintages.begin(), tabulation.vintages.end());
  values.merge(variables_of(tabulation.where));
  for (const Dimension& dimension : tabulation.dimensions) values.merge(variables_of(dimension));
  const auto add_statistic = [&](const Statistic& statistic) {
    values.merge(variables_of(statistic.filter));
    if (needs_second_value(statistic.function)) presence.insert(statistic.second);
    if (const auto* name = std::get_if<std::string>(&statistic.operand)) {
      const policies::Variable* variable = codebook.find(*name);
      (variable != nullptr && is_indicator(*variable) ? values : presence).insert(*name);
    }
    if (const auto* indicator = std::get_if<Condition>(&statistic.operand)) {
      values.merge(variables_of(*indicator));
    }
  };
  for (const Column& column : tabulation.columns) {
    add_statistic(column.statistic);
    if (column.denominator) add_statistic(*column.denominator);
  }
}

Profiles::Profiles(const Source& rows, const Named& named, const Cancelled& cancelled)
    : of_rows_(rows.segments()) {
  ColumnSet columns(rows);
  std::vector<ProfileColumn> found = columns_of(named, columns);
  std::vector<BoundEntity> entities;
  for (const ProfileColumn& column : found) entities.emplace_back(column.info.name, columns);
  SegmentColumns segment(columns);
  std::vector<ProfileSource::Piece> pieces;
  for (const std::string& vintage : rows.vintages()) {
    if (!named.vintages.contains(vintage)) continue;
    const std::size_t first = weights_.size();
    Packer packer(found);
    for (std::size_t i = 0; i < rows.segments(); ++i) {
      if (rows.vintage(i) != vintage) continue;
      if (cancelled && cancelled()) throw DisclosureError(Fault::cancelled, "cancelled");
      segment.move_to(i);
      packer.number(segment, found, entities, of_rows_[i]);
      for (std::size_t row = 0; row < of_rows_[i].size(); ++row) {
        const std::size_t profile = of_rows_[i][row] += static_cast<std::uint32_t>(first);
        if (profile == weights_.size()) {
          weights_.push_back(0);
          for (ProfileColumn& column : found) append_row(segment, row, column);
        }
        ++weights_[profile];
      }
    }
    firsts_.push_back(first);
    pieces.push_back({vintage, first, static_cast<std::uint32_t>(weights_.size() - first)});
  }
  source_ = std::make_unique<ProfileSource>(rows, std::move(found), std::move(pieces));
}

}  // namespace sceau::disclosure
