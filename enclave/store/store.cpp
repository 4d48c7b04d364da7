#include "enclave/store/store.h"

#include <algorithm>
#include <thread>

#include "enclave/fault.h"
#include "enclave/store/dictionary.h"
#include "enclave/store/manifest.h"
#include "enclave/store/store_state.h"
#include "policies/fault.h"

namespace sceau::enclave {
namespace {

std::size_t connections() {
  return std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, 16);
}

bool is_name_start(char c) { return (c >= 'a' && c <= 'z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_dataset(std::string_view text) {
  return !text.empty() && text.size() <= 63 && is_name_start(text.front()) &&
         std::ranges::all_of(text, [](char c) { return is_name_start(c) || is_digit(c); });
}

/// It becomes part of a file's name, so no '/' and no leading '.'.
bool is_vintage(std::string_view text) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  return !text.empty() && text.size() <= 32 &&
         (is_letter(text.front()) || is_digit(text.front())) &&
         std::ranges::all_of(text, [&](char c) {
           return is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == '.';
         });
}

std::optional<Encoding> encoding_named(std::string_view name) {
  for (const Encoding encoding : {Encoding::dictionary, Encoding::scaled, Encoding::real}) {
    if (to_string(encoding) == name) return encoding;
  }
  return std::nullopt;
}

}  // namespace

StoreName parse_store_name(std::string_view text) {
  const auto at = text.find('@');
  StoreName name{std::string(text.substr(0, at)), ""};
  if (at != std::string_view::npos) name.vintage = text.substr(at + 1);
  if (!is_dataset(name.dataset) || (at != std::string_view::npos && !is_vintage(name.vintage))) {
    throw EnclaveError(Fault::usage, "store.bad_name", {std::string(text)});
  }
  return name;
}

std::string to_string(const StoreName& name) {
  return name.vintage.empty() ? name.dataset : name.dataset + "@" + name.vintage;
}

ConnectionPool::ConnectionPool(const std::filesystem::path& file, const KeyBytes& key,
                               std::size_t connections) {
  for (std::size_t i = 0; i < connections; ++i) {
    free_.push_back(std::make_unique<Connection>(Database::open(file, key)));
  }
}

ConnectionPool::Loan::Loan(ConnectionPool& pool) : pool_(pool) {
  std::unique_lock lock(pool.mutex_);
  pool.free_again_.wait(lock, [&] { return !pool.free_.empty(); });
  connection_ = std::move(pool.free_.back());
  pool.free_.pop_back();
}

ConnectionPool::Loan::~Loan() {
  {
    const std::lock_guard lock(pool_.mutex_);
    pool_.free_.push_back(std::move(connection_));
  }
  pool_.free_again_.notify_one();
}

Store::State::State(std::filesystem::path path, const KeyBytes& key)
    : file(std::move(path)), pool(file, key, connections()) {
  read_documents();
  read_columns();
  read_segments();
}

void Store::State::damaged() const {
  throw EnclaveError(Fault::integrity, "store.damaged", {file.string()});
}

void Store::State::read_documents() {
  const ConnectionPool::Loan database(pool);
  Statement json = database->prepare("SELECT json FROM manifest");
  Statement toml = database->prepare("SELECT toml FROM codebook");
  if (!json.step() || !toml.step()) damaged();
  auto read = manifest_from_json(json.text(0));
  const std::string text(toml.text(0));
  if (!read || sha256_hex(text) != read->codebook_sha256 || json.step() || toml.step()) damaged();
  manifest = std::move(*read);
  try {
    codebook = policies::parse_codebook(text, file.filename().string());
  } catch (const policies::PolicyError&) {
    damaged();
  }
}

void Store::State::read_columns() {
  if (manifest.columns.size() != codebook.variables.size()) damaged();
  for (std::size_t i = 0; i < manifest.columns.size(); ++i) {
    const ColumnSummary& summary = manifest.columns[i];
    const auto encoding = encoding_named(summary.encoding);
    if (!encoding || summary.name != codebook.variables[i].name || summary.scale < 0 ||
        summary.scale > 18) {
      damaged();
    }
    auto column = std::make_unique<StoredColumn>();
    column->summary = summary;
    column->encoding = *encoding;
    column->segments.resize(manifest.segments);
    columns.push_back(std::move(column));
  }
}

void Store::State::read_segments() {
  if (manifest.segments > manifest.rows || manifest.segment_rows > most_segment_rows) damaged();
  const ConnectionPool::Loan database(pool);
  Statement select = database->prepare(
      "SELECT variable, n, rows, nulls, bits, low, high, place, runs, different FROM segment "
      "ORDER BY variable, n");
  for (std::size_t variable = 0; variable < columns.size(); ++variable) {
    StoredColumn* const column = columns[variable].get();
    std::uint64_t rows = 0;
    std::uint64_t nulls = 0;
    for (std::size_t n = 0; n < manifest.segments; ++n) {
      if (!select.step() || select.integer(0) != static_cast<std::int64_t>(variable) ||
          select.integer(1) != static_cast<std::int64_t>(n)) {
        damaged();
      }
      SegmentInfo& info = column->segments[n].info;
      if (select.integer(2) < 1 || select.integer(2) > manifest.segment_rows ||
          select.integer(3) < 0 || select.integer(3) > select.integer(2) || select.integer(8) < 0 ||
          select.integer(8) > select.integer(2) || select.integer(9) < 0 ||
          select.integer(9) > select.integer(2) - select.integer(3)) {
        damaged();
      }
      info.rows = static_cast<std::uint32_t>(select.integer(2));
      info.nulls = static_cast<std::uint32_t>(select.integer(3));
      info.runs = static_cast<std::uint32_t>(select.integer(8));
      info.distinct = static_cast<std::uint32_t>(select.integer(9));
      info.bits = static_cast<int>(select.integer(4));
      if (column->encoding == Encoding::real) {
        info.real_low = select.real(5);
        info.real_high = select.real(6);
      } else {
        info.low = select.integer(5);
        info.high = select.integer(6);
      }
      if (info.low > info.high ||
          (column->encoding == Encoding::dictionary && info.has_values() &&
           (info.low < 0 || static_cast<std::uint64_t>(info.high) >= column->summary.distinct))) {
        damaged();
      }
      column->segments[n].place = select.integer(7);
      rows += info.rows;
      nulls += info.nulls;
      if (info.rows != columns.front()->segments[n].info.rows) damaged();
    }
    if (rows != manifest.rows || nulls != column->summary.nulls) damaged();
  }
  if (select.step()) damaged();
}

const StoredColumn* Store::State::column(std::string_view name) const {
  for (const auto& column : columns) {
    if (column->summary.name == name) return column.get();
  }
  return nullptr;
}

std::uint32_t Store::State::rows(std::size_t segment) const {
  return columns.front()->segments[segment].info.rows;
}

const std::vector<std::string>& Store::State::dictionary(const StoredColumn& column) const {
  std::call_once(column.once, [&] {
    std::int64_t variable = 0;
    while (columns[static_cast<std::size_t>(variable)].get() != &column) ++variable;
    const ConnectionPool::Loan database(pool);
    Statement select =
        database->prepare("SELECT entries, data FROM dictionary WHERE variable = ? ORDER BY chunk");
    select.bind(1, variable);
    std::vector<std::string> texts;
    while (select.step()) {
      std::span<const std::uint8_t> bytes = select.blob(1);
      std::vector<std::uint8_t> shown;
      if (column.summary.pseudonyms && form) {
        if (bytes.size() % pseudonym_size != 0) damaged();
        shown = form->shown(bytes);
        bytes = shown;
      }
      if (!decode_chunk(bytes, static_cast<std::uint64_t>(select.integer(0)),
                        column.summary.pseudonyms, texts)) {
        damaged();
      }
    }
    if (texts.size() != column.summary.distinct) damaged();
    column.dictionary = std::move(texts);
  });
  return column.dictionary;
}

void Store::State::read(const StoredColumn& column, std::size_t segment,
                        disclosure::Segment& out) const {
  StoredPart part;
  part.load(*this, column, segment);
  part.decode_whole(out);
}

void StoredPart::load(const Store::State& store, const StoredColumn& column, std::size_t segment) {
  store_ = &store;
  column_ = &column;
  info_ = &column.segments[segment].info;
  const std::int64_t place = column.segments[segment].place;
  const ConnectionPool::Loan loan(store.pool);
  loan.connection().data.read(place, data_);
  loan.connection().present.read(place, present_);
}

void StoredPart::decode(std::uint32_t first, std::uint32_t count, disclosure::Segment& out) {
  if (!unpack_part(column_->encoding, *info_, present_, data_, column_->summary.distinct, first,
                   count, out)) {
    store_->damaged();
  }
}

void StoredPart::decode_whole(disclosure::Segment& out) const {
  if (!unpack(column_->encoding, *info_, present_, data_, column_->summary.distinct, out)) {
    store_->damaged();
  }
}

Store::Store(std::unique_ptr<State> state) : state_(std::move(state)) {}
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;
Store::~Store() = default;

Store Store::open(const std::filesystem::path& file, const KeyBytes& key, const KeyBytes* form) {
  auto state = std::make_unique<State>(file, key);
  if (form != nullptr) state->form.emplace(*form);
  return Store(std::move(state));
}

const Manifest& Store::manifest() const { return state_->manifest; }
const policies::Codebook& Store::codebook() const { return state_->codebook; }

std::vector<Store::Reject> Store::rejects(std::size_t most) const {
  const ConnectionPool::Loan database(state_->pool);
  Statement select =
      database->prepare("SELECT file, line, rule, text FROM reject ORDER BY rowid LIMIT ?");
  select.bind(1, static_cast<std::int64_t>(std::min<std::size_t>(most, 1U << 30)));
  std::vector<Reject> found;
  while (select.step()) {
    found.push_back({std::string(select.text(0)), static_cast<std::uint64_t>(select.integer(1)),
                     std::string(select.text(2)), std::string(select.text(3))});
  }
  return found;
}

void Store::check_all() const {
  const auto damaged = [&] {
    throw EnclaveError(Fault::integrity, "store.damaged", {state_->file.string()});
  };
  {
    const ConnectionPool::Loan database(state_->pool);
    Statement pages = database->prepare("PRAGMA cipher_integrity_check");
    if (pages.step()) damaged();
    Statement rejects = database->prepare("SELECT count(*) FROM reject");
    if (!rejects.step() || static_cast<std::uint64_t>(rejects.integer(0)) != manifest().rejected) {
      damaged();
    }
  }
  disclosure::Segment segment;
  for (const auto& column : state_->columns) {
    if (column->encoding == Encoding::dictionary) (void)state_->dictionary(*column);
    for (std::size_t n = 0; n < column->segments.size(); ++n) {
      state_->read(*column, n, segment);
      SegmentInfo claimed = column->segments[n].info;
      claimed.bits = 0;
      claimed.runs = 0;
      if (summarise(segment) != claimed) damaged();
    }
  }
}

}  // namespace sceau::enclave
