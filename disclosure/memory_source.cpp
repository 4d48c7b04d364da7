#include "disclosure/memory_source.h"

#include <algorithm>
#include <charconv>
#include <unordered_map>

#include "disclosure/exact.h"
#include "disclosure/fault.h"

namespace sceau::disclosure {
namespace {

struct Stored {
  ColumnInfo info;
  std::vector<std::string> dictionary;
  Segment all;  // every row in one
};

class MemorySource final : public Source {
 public:
  struct Piece {
    std::string vintage;
    std::size_t begin;
    std::uint32_t rows;
  };

  MemorySource(std::string dataset, std::vector<std::string> vintages, std::vector<Stored> columns,
               std::vector<Piece> pieces)
      : dataset_(std::move(dataset)),
        vintages_(std::move(vintages)),
        columns_(std::move(columns)),
        pieces_(std::move(pieces)) {}

  [[nodiscard]] std::string dataset() const override { return dataset_; }
  [[nodiscard]] std::vector<std::string> vintages() const override { return vintages_; }
  [[nodiscard]] std::size_t segments() const override { return pieces_.size(); }
  [[nodiscard]] std::uint32_t rows(std::size_t segment) const override {
    return pieces_[segment].rows;
  }
  [[nodiscard]] std::string vintage(std::size_t segment) const override {
    return pieces_[segment].vintage;
  }
  [[nodiscard]] std::vector<ColumnInfo> columns() const override {
    std::vector<ColumnInfo> infos;
    for (const Stored& stored : columns_) infos.push_back(stored.info);
    infos.push_back({"vintage", ColumnKind::codes, 0});
    return infos;
  }
  [[nodiscard]] const std::vector<std::string>& dictionary(std::string_view column) const override {
    return column == "vintage" ? vintages_ : find(column).dictionary;
  }

  [[nodiscard]] bool may_contain(std::size_t segment, std::string_view column, std::int64_t low,
                                 std::int64_t high) const override {
    const Stored& stored = find(column);
    if (stored.info.kind != ColumnKind::scaled) return true;
    const auto begin =
        stored.all.scaled.begin() + static_cast<std::ptrdiff_t>(pieces_[segment].begin);
    return std::any_of(begin, begin + pieces_[segment].rows,
                       [&](std::int64_t value) { return value >= low && value <= high; });
  }

  void read(std::size_t segment, std::string_view column, Segment& out) const override {
    const Piece& piece = pieces_[segment];
    if (column == "vintage") {
      const auto code =
          std::find(vintages_.begin(), vintages_.end(), piece.vintage) - vintages_.begin();
      out = Segment{};
      out.codes.assign(piece.rows, static_cast<std::uint32_t>(code));
      return;
    }
    const Stored& stored = find(column);
    out.kind = stored.info.kind;
    copy(stored.all.codes, piece, out.codes);
    copy(stored.all.scaled, piece, out.scaled);
    copy(stored.all.real, piece, out.real);
    copy(stored.all.present, piece, out.present);
  }

 private:
  template <typename T>
  static void copy(const std::vector<T>& from, const Piece& piece, std::vector<T>& to) {
    if (from.empty()) return to.clear();
    const auto begin = from.begin() + static_cast<std::ptrdiff_t>(piece.begin);
    to.assign(begin, begin + piece.rows);
  }

  [[nodiscard]] const Stored& find(std::string_view column) const {
    for (const Stored& stored : columns_) {
      if (stored.info.name == column) return stored;
    }
    throw DisclosureError(Fault::unknown_variable,
                          "there is no variable \"" + std::string(column) + "\"");
  }

  std::string dataset_;
  std::vector<std::string> vintages_;
  std::vector<Stored> columns_;
  std::vector<Piece> pieces_;
};

[[noreturn]] void no_number(const std::string& variable, std::size_t row) {
  throw DisclosureError(Fault::wrong_kind, "row " + std::to_string(row + 1) + " of \"" + variable +
                                               "\" is not a number");
}

void store_codes(const Texts& values, Stored& to) {
  std::unordered_map<std::string, std::uint32_t> codes;
  for (const auto& value : values) {
    if (!value) {
      to.all.codes.push_back(null_code);
      continue;
    }
    const auto [at, fresh] = codes.emplace(*value, static_cast<std::uint32_t>(codes.size()));
    if (fresh) to.dictionary.push_back(*value);
    to.all.codes.push_back(at->second);
  }
}

void mark_present(const Texts& values, Stored& to) {
  const bool all =
      std::all_of(values.begin(), values.end(), [](const auto& v) { return v.has_value(); });
  if (all) return;
  for (const auto& value : values) to.all.present.push_back(value ? 1 : 0);
}

bool store_scaled(const Texts& values, Stored& to) {
  for (std::size_t row = 0; row < values.size(); ++row) {
    if (!values[row]) {
      to.all.scaled.push_back(0);
      continue;
    }
    const auto number = policies::parse_decimal(*values[row]);
    if (!number) return false;
    Int128 mantissa = number->mantissa;
    for (int scale = number->scale; scale > to.info.scale; --scale) {
      if (mantissa % 10 != 0) return false;
      mantissa /= 10;
    }
    if (number->scale < to.info.scale) mantissa *= power_of_ten(to.info.scale - number->scale);
    if (mantissa != static_cast<std::int64_t>(mantissa)) return false;
    to.all.scaled.push_back(static_cast<std::int64_t>(mantissa));
  }
  return true;
}

void store_real(const Texts& values, Stored& to) {
  to.info.kind = to.all.kind = ColumnKind::real;
  to.info.scale = 0;
  to.all.scaled.clear();
  for (std::size_t row = 0; row < values.size(); ++row) {
    double number = 0;
    if (values[row]) {
      const char* end = values[row]->data() + values[row]->size();
      const auto result = std::from_chars(values[row]->data(), end, number);
      if (result.ec != std::errc() || result.ptr != end) no_number(to.info.name, row);
    }
    to.all.real.push_back(number);
  }
}

Stored stored(const policies::Variable& variable, const Texts& values) {
  Stored to;
  to.info.name = variable.name;
  const bool number =
      variable.role != policies::Role::identifier &&
      (variable.type == policies::Type::integer || variable.type == policies::Type::decimal);
  if (!number) {
    store_codes(values, to);
    return to;
  }
  to.info.kind = to.all.kind = ColumnKind::scaled;
  to.info.scale = variable.type == policies::Type::decimal ? variable.decimals : 0;
  if (!store_scaled(values, to)) store_real(values, to);
  mark_present(values, to);
  return to;
}

}  // namespace

std::unique_ptr<Source> memory_source(const policies::Codebook& codebook,
                                      std::vector<MemoryVintage> vintages,
                                      std::uint32_t rows_a_segment) {
  std::vector<std::string> names;
  std::vector<MemorySource::Piece> pieces;
  std::vector<MemoryColumn> joined;
  std::size_t first = 0;
  for (MemoryVintage& vintage : vintages) {
    const std::size_t rows = vintage.columns.empty() ? 0 : vintage.columns[0].values.size();
    names.push_back(vintage.name);
    if (joined.empty()) {
      for (const MemoryColumn& column : vintage.columns) joined.push_back({column.name, {}});
    }
    for (std::size_t i = 0; i < vintage.columns.size(); ++i) {
      auto& values = vintage.columns[i].values;
      if (values.size() != rows || i >= joined.size() ||
          joined[i].name != vintage.columns[i].name) {
        throw DisclosureError(Fault::malformed, "columns differ in length, name or order");
      }
      joined[i].values.insert(joined[i].values.end(), values.begin(), values.end());
    }
    for (std::size_t begin = 0; begin < rows; begin += rows_a_segment) {
      const std::size_t count = std::min<std::size_t>(rows_a_segment, rows - begin);
      pieces.push_back({vintage.name, first + begin, static_cast<std::uint32_t>(count)});
    }
    first += rows;
  }
  std::vector<Stored> columns;
  for (const MemoryColumn& column : joined) {
    const policies::Variable* variable = codebook.find(column.name);
    if (variable == nullptr) {
      throw DisclosureError(Fault::unknown_variable,
                            "the codebook has no variable \"" + column.name + "\"");
    }
    if (variable->role != policies::Role::hidden)
      columns.push_back(stored(*variable, column.values));
  }
  return std::make_unique<MemorySource>(codebook.name, std::move(names), std::move(columns),
                                        std::move(pieces));
}

std::unique_ptr<Source> memory_source(const policies::Codebook& codebook,
                                      std::vector<MemoryColumn> columns, std::string vintage,
                                      std::uint32_t rows_a_segment) {
  std::vector<MemoryVintage> vintages(1);
  vintages[0] = {std::move(vintage), std::move(columns)};
  return memory_source(codebook, std::move(vintages), rows_a_segment);
}

}  // namespace sceau::disclosure
