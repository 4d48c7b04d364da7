#include "enclave/store/csv_reader.h"

#include <csv.h>

#include <algorithm>
#include <exception>
#include <utility>

#include "enclave/fault.h"

namespace sceau::enclave {
namespace {

constexpr unsigned char options = CSV_STRICT | CSV_STRICT_FINI | CSV_REPALL_NL;

int no_space(unsigned char) { return 0; }

constexpr std::size_t closing_quote = 1;  // libcsv keeps it until it knows that the field ended

[[noreturn]] void fail(std::string_view id, const std::string& file, std::uint64_t line) {
  throw EnclaveError(Fault::bad_input, std::string(id), {file, std::to_string(line)});
}

/// libcsv's parser, RAII, set to RFC 4180.
class Parser {
 public:
  explicit Parser(char separator) : separator_(separator) { start(); }
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;
  ~Parser() { csv_free(&parser_); }

  void restart() {
    csv_free(&parser_);
    start();
  }
  csv_parser* get() { return &parser_; }
  /// Of a field that is not yet whole.
  [[nodiscard]] std::string_view partial() const {
    return {reinterpret_cast<const char*>(parser_.entry_buf), parser_.entry_pos};
  }

 private:
  void start() {
    if (csv_init(&parser_, options) != 0) {
      throw EnclaveError(Fault::internal, "store.internal", {"libcsv could not start"});
    }
    csv_set_delim(&parser_, static_cast<unsigned char>(separator_));
    csv_set_space_func(&parser_, no_space);
  }

  csv_parser parser_{};
  char separator_;
};

/// Where the first line ends: behind its LF, CR or CR LF outside quotes; npos where it goes on.
std::size_t end_of_line(std::string_view text, bool at_end) {
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') quoted = !quoted;
    if (quoted || (text[i] != '\n' && text[i] != '\r')) continue;
    if (text[i] == '\n') return i + 1;
    if (i + 1 < text.size()) return text[i + 1] == '\n' ? i + 2 : i + 1;
    return at_end ? i + 1 : std::string_view::npos;
  }
  return at_end ? text.size() : std::string_view::npos;
}

/// nullopt where the quotes of the line are not RFC 4180's.
std::optional<std::vector<std::string>> split(std::string_view line, char separator) {
  Parser parser(separator);
  std::vector<std::string> fields;
  const auto field = [](void* text, std::size_t size, void* to) {
    static_cast<std::vector<std::string>*>(to)->emplace_back(static_cast<char*>(text), size);
  };
  const auto row = [](int, void*) {};
  if (csv_parse(parser.get(), line.data(), line.size(), field, row, &fields) != line.size() ||
      csv_fini(parser.get(), field, row, &fields) != 0) {
    return std::nullopt;
  }
  return fields;
}

struct Choice {
  std::size_t wanted = 0;
  std::size_t columns = 0;
  auto operator<=>(const Choice&) const = default;
};

/// The records of the body: what libcsv calls back, put together.
class Body {
 public:
  Body(RecordSink& sink, std::size_t columns, char separator, std::uint64_t line)
      : sink_(sink), columns_(columns), separator_(separator), parser_(separator), line_(line) {
    record_line_ = line;
  }

  /// False where the sink stopped or the place is lost.
  bool parse(std::string_view chunk) {
    may_hold_quotes_ = in_field() || chunk.find('"') != std::string_view::npos;
    while (!chunk.empty() && !stopped_) {
      if (skipping_) {
        skip(chunk);
        continue;
      }
      const std::size_t used =
          csv_parse(parser_.get(), chunk.data(), chunk.size(), on_field, on_row, this);
      rethrow();
      if (stopped_ || used == chunk.size()) break;
      chunk.remove_prefix(used);
      lost_place();
    }
    if (!stopped_ && length() + parser_.partial().size() > longest_line + closing_quote) {
      lose("import.line_too_long");
    }
    return !stopped_;
  }

  void finish() {
    if (skipping_ && !stopped_) end_skip();
    if (stopped_) return;
    const bool open_line = !ends_.empty() || parser_.get()->entry_pos > 0 || in_field();
    if (csv_fini(parser_.get(), on_field, nullptr, this) != 0) {
      lose("import.unclosed_quote");
    }
    rethrow();
    if (!open_line || stopped_) return;
    if (ends_.size() != columns_) {
      lose("import.cut");
    } else {
      row_ended();
    }
  }

  [[nodiscard]] std::uint64_t line() const { return line_; }
  [[nodiscard]] const std::optional<Lost>& lost() const { return lost_; }

 private:
  static void on_field(void* text, std::size_t size, void* self) {
    static_cast<Body*>(self)->guarded([&](Body& body) {
      body.field({static_cast<const char*>(text), size});
    });
  }
  static void on_row(int terminator, void* self) {
    static_cast<Body*>(self)->guarded([&](Body& body) { body.row(terminator); });
  }

  /// No exception may cross libcsv's frames: it waits until they are left.
  template <typename Act>
  void guarded(Act act) noexcept {
    if (stopped_) return;
    try {
      act(*this);
    } catch (...) {
      error_ = std::current_exception();
      stopped_ = true;
    }
  }
  void rethrow() {
    if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
  }

  [[nodiscard]] bool in_field() { return parser_.get()->quoted != 0; }
  /// Of the fields so far and the separators behind them.
  [[nodiscard]] std::size_t length() const { return row_.size() + ends_.size(); }

  void lose(std::string_view id) {
    lost_ = Lost{id, record_line_};
    stopped_ = true;
  }

  void field(std::string_view text) {
    if (length() + text.size() > longest_line) return lose("import.line_too_long");
    row_.append(text);
    ends_.push_back(row_.size());
    if (may_hold_quotes_) count_lines(text);
    after_return_ = false;
  }

  /// Line ends within a quoted field.
  void count_lines(std::string_view text) {
    char before = 0;
    for (const char c : text) {
      if (c == '\r' || (c == '\n' && before != '\r')) ++line_;
      before = c;
    }
  }

  void row(int terminator) {
    const bool second_half = terminator == '\n' && after_return_;
    after_return_ = terminator == '\r';
    if (second_half) return;
    ++line_;
    if (std::exchange(after_skip_, false)) {
      record_line_ = line_;
      return;
    }
    if (ends_.empty() && columns_ == 1) ends_.push_back(0);  // an empty value, not an empty line
    if (!ends_.empty()) row_ended();
    record_line_ = line_;
  }

  void row_ended() {
    fields_.clear();
    std::size_t from = 0;
    for (const std::size_t end : ends_) {
      fields_.emplace_back(row_.data() + from, end - from);
      from = end;
    }
    const bool goes_on =
        fields_.size() == columns_
            ? sink_.record({record_line_, fields_})
            : sink_.broken({record_line_, fields_}, "import.ragged", to_line(fields_, separator_));
    stopped_ = !goes_on;
    row_.clear();
    ends_.clear();
  }

  /// libcsv met a quote where none may stand: the rest of the physical line is no record.
  void lost_place() {
    std::size_t from = 0;
    for (const std::size_t end : ends_) {
      skipped_.append(row_, from, end - from) += separator_;
      from = end;
    }
    skipped_ += parser_.partial();
    count_lines(parser_.partial());
    row_.clear();
    ends_.clear();
    parser_.restart();
    skipping_ = true;
  }

  void skip(std::string_view& chunk) {
    const std::size_t end = chunk.find_first_of("\r\n");
    skipped_ += chunk.substr(0, end);
    if (skipped_.size() > longest_line) return lose("import.line_too_long");
    chunk.remove_prefix(end == std::string_view::npos ? chunk.size() : end);
    if (end != std::string_view::npos) end_skip();
  }

  /// The line end itself is left to the parser, which then reports an empty row.
  void end_skip() {
    skipping_ = false;
    after_skip_ = true;
    after_return_ = false;  // the line end that follows is this line's, not the rest of the last
    stopped_ = !sink_.broken({record_line_, {}}, "import.bad_quote", skipped_);
    skipped_.clear();
  }

  RecordSink& sink_;
  std::size_t columns_;
  char separator_;
  Parser parser_;
  std::string row_;                // the fields' bytes, one behind the other
  std::vector<std::size_t> ends_;  // where each ends
  std::vector<std::string_view> fields_;
  std::string skipped_;
  std::uint64_t line_;
  std::uint64_t record_line_;
  std::optional<Lost> lost_;
  std::exception_ptr error_;
  bool after_return_ = false;
  bool skipping_ = false;
  bool after_skip_ = false;
  bool may_hold_quotes_ = false;
  bool stopped_ = false;
};

}  // namespace

CsvReader::CsvReader(TextInput& input, std::string name, std::optional<char> separator,
                     const std::vector<std::string>& wanted)
    : input_(input), name_(std::move(name)) {
  std::size_t end = std::string::npos;
  while (end == std::string::npos) {
    const std::string_view chunk = input_.next();
    head_ += chunk;
    end = end_of_line(head_, chunk.empty());
    if (std::min(end, head_.size()) > longest_line) fail("import.line_too_long", name_, 1);
  }
  if (head_.empty()) fail("import.empty_file", name_, 1);
  const std::string_view line(head_.data(), end);
  std::optional<Choice> best;
  for (const char candidate : separator ? std::string(1, *separator) : std::string(",;\t|")) {
    const auto fields = split(line, candidate);
    if (!fields) continue;
    Choice choice{0, fields->size()};
    for (const auto& column : wanted)
      choice.wanted += std::ranges::count(*fields, column) > 0 ? 1 : 0;
    if (best && choice <= *best) continue;
    best = choice;
    separator_ = candidate;
    header_ = *fields;
  }
  if (!best) fail("import.bad_quote", name_, 1);
  for (const auto& column : header_)
    line_ += static_cast<std::uint64_t>(std::ranges::count(column, '\n'));
  ++line_;
  head_.erase(0, end);
}

void CsvReader::read(RecordSink& sink) {
  Body body(sink, header_.size(), separator_, line_);
  std::string_view chunk = head_;
  do {
    if (!sink.chunk()) return;
    if (!body.parse(chunk)) break;
    chunk = input_.next();
  } while (!chunk.empty());
  body.finish();
  if (body.lost()) fail(body.lost()->id, name_, body.lost()->line);
}

BlockEnd read_block(std::string_view text, std::size_t columns, char separator, bool last,
                    RecordSink& sink) {
  Body body(sink, columns, separator, 0);
  const bool goes_on = body.parse(text);
  if (last && goes_on) body.finish();
  return {body.line(), body.lost()};
}

std::string to_line(std::span<const std::string_view> fields, char separator) {
  std::string line;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::string_view field = fields[i];
    if (i > 0) line += separator;
    const char special[] = {separator, '"', '\r', '\n'};
    if (field.find_first_of(std::string_view(special, sizeof special)) == std::string_view::npos) {
      line += field;
      continue;
    }
    line += '"';
    for (const char c : field) line.append(c == '"' ? 2 : 1, c);
    line += '"';
  }
  return line;
}

}  // namespace sceau::enclave
