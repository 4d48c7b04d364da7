#include "enclave/store/field_table.h"

#include <bit>
#include <cstring>

namespace sceau::enclave {
namespace {

constexpr std::uint64_t each_byte = 0x0101010101010101U;
constexpr std::uint64_t low_bits = 0x7f7f7f7f7f7f7f7fU;

/// The highest bit of each byte that is 0.
std::uint64_t zeros(std::uint64_t word) {
  return ~(((word & low_bits) + low_bits) | word | low_bits);
}

bool is_plain(std::string_view text) {
  // No early end: a loop without one is done in vectors.
  unsigned char outside = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    outside |= static_cast<unsigned char>((byte & 0x80U) | (byte == 0 ? 1U : 0U));
  }
  return outside == 0;
}

}  // namespace

/// What libcsv calls back, copied.
class FieldTable::Copy final : public RecordSink {
 public:
  explicit Copy(FieldTable& table) : table_(table) {}

  bool record(const Record& record) override {
    std::uint32_t* place = table_.room_for_row();
    *place = static_cast<std::uint32_t>(table_.copied_.size());
    for (const auto field : record.fields) {
      table_.copied_ += field;
      *++place = static_cast<std::uint32_t>(table_.copied_.size());
      table_.copied_ += ' ';
    }
    table_.lines_.push_back(static_cast<std::uint32_t>(record.line));
    return true;
  }

  bool broken(const Record& record, std::string_view rule, std::string_view text) override {
    table_.broken_.push_back({table_.rows(), static_cast<std::uint32_t>(record.line), rule,
                              record.fields.size(), std::string(text)});
    return true;
  }

  bool chunk() override { return true; }

 private:
  FieldTable& table_;
};

void FieldTable::clear(std::size_t columns) {
  columns_ = columns;
  lines_.clear();
  broken_.clear();
  copied_.clear();
  end_ = {};
}

void FieldTable::read(std::string_view text, std::size_t columns, char separator, bool last) {
  if (text.find('"') != std::string_view::npos) return read_quoted(text, columns, separator, last);
  clear(columns);
  base_ = text.data();
  plain_ = is_plain(text);
  split(text, separator, last);
}

void FieldTable::read_quoted(std::string_view text, std::size_t columns, char separator,
                             bool last) {
  clear(columns);
  Copy copy(*this);
  end_ = read_block(text, columns, separator, last, copy);
  plain_ = is_plain(copied_);
  copied_.append(readable_behind, '\0');
  base_ = copied_.data();
}

/// Eight bytes a step: separators and line ends are found by the bits that they set in a word.
void FieldTable::split(std::string_view text, char separator, bool last) {
  const std::uint64_t separators = each_byte * static_cast<unsigned char>(separator);
  Line line{room_for_row(), 0, 0};
  for (std::size_t at = 0; at < text.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, sizeof word);
    std::uint64_t found = zeros(word ^ separators) | zeros(word ^ (each_byte * '\n')) |
                          zeros(word ^ (each_byte * '\r'));
    if (text.size() - at < 8) found &= (std::uint64_t{1} << (8 * (text.size() - at))) - 1;
    for (; found != 0; found &= found - 1) {
      const std::size_t place = at + static_cast<std::size_t>(std::countr_zero(found)) / 8;
      const char c = text[place];
      if (c == separator) {
        ++line.separators;
        if (line.separators < columns_)
          line.row[line.separators] = static_cast<std::uint32_t>(place);
        continue;
      }
      const bool second_half = c == '\n' && place > 0 && text[place - 1] == '\r';
      if (!second_half && !end_line(text, line, place)) return;
      line.begin = place + 1;
    }
  }
  if (!last || line.begin == text.size()) return;
  if (text.size() - line.begin > longest_line) {
    end_.lost = Lost{"import.line_too_long", end_.lines};
  } else if (line.separators + 1 != columns_) {
    end_.lost = Lost{"import.cut", end_.lines};
  } else {
    (void)end_line(text, line, text.size());
    --end_.lines;  // it has no end
  }
}

/// False where the line is too long to go on.
bool FieldTable::end_line(std::string_view text, Line& line, std::size_t end) {
  const std::size_t length = end - line.begin;
  const std::size_t fields = line.separators + 1;
  if (length > longest_line) {
    end_.lost = Lost{"import.line_too_long", end_.lines};
    return false;
  }
  const auto number = static_cast<std::uint32_t>(end_.lines++);
  line.separators = 0;
  if (length == 0 && columns_ > 1) return true;
  if (fields != columns_) {
    broken_.push_back(
        {rows(), number, "import.ragged", fields, std::string(text.substr(line.begin, length))});
    return true;
  }
  line.row[0] = static_cast<std::uint32_t>(line.begin);
  line.row[columns_] = static_cast<std::uint32_t>(end);
  lines_.push_back(number);
  line.row = room_for_row();
  return true;
}

std::uint32_t* FieldTable::room_for_row() {
  const std::size_t from = rows() * (columns_ + 1);
  if (from + columns_ + 1 > places_.size()) places_.resize((from + columns_ + 1) * 2);
  return places_.data() + from;
}

void FieldTable::record(std::size_t row, std::vector<std::string_view>& fields) const {
  fields.clear();
  for (std::size_t column = 0; column < columns_; ++column) fields.push_back(field(row, column));
}

}  // namespace sceau::enclave
