#include "enclave/store/import.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <exception>
#include <thread>

#include "enclave/fault.h"
#include "enclave/store/block_crew.h"
#include "enclave/store/csv_reader.h"
#include "enclave/store/manifest.h"
#include "enclave/store/memory_source.h"
#include "enclave/store/store_writer.h"
#include "enclave/store/table_builder.h"
#include "enclave/store/text_input.h"

namespace sceau::enclave {
namespace {

enum class Mode { stop, skip, dry };

constexpr std::size_t most_unknown_codes = 10'000;  // a variable; more is another fault than a typo

using RejectLine = std::function<void(const std::string& file, std::uint64_t line,
                                      const std::string& rule, std::string_view text)>;

std::size_t threads_of(const ImportOptions& options) {
  return options.threads > 0 ? options.threads : std::thread::hardware_concurrency();
}

std::uint64_t memory_of(const ImportOptions& options) {
  if (options.memory > 0) return options.memory;
  const auto pages = static_cast<std::uint64_t>(std::max(0L, ::sysconf(_SC_PHYS_PAGES)));
  return pages * static_cast<std::uint64_t>(std::max(0L, ::sysconf(_SC_PAGESIZE))) / 2;
}

/// All files of one import through one builder.
class Reading final : public RefusalSink {
 public:
  Reading(const ImportOptions& options, Mode mode, RejectLine reject)
      : options_(options),
        mode_(mode),
        reject_(std::move(reject)),
        keys_(keys_of(options)),
        builder_(options.codebook, options.segment_rows, mode != Mode::dry),
        crew_(options.codebook, keys_, threads_of(options)),
        most_memory_(memory_of(options)) {
    for (const auto& file : options.files) total_bytes_ += size_of(file.fd);
  }

  void read_all() {
    for (const auto& file : options_.files) {
      try {
        read_file(file);
      } catch (const EnclaveError& error) {
        // A dry run goes on behind a file that can't be used, to tell all there is to tell.
        if (mode_ != Mode::dry || error.fault() != Fault::bad_input) throw;
        note(error.id(), error.args(), "");
      }
    }
    builder_.end_rows(*this);
    report_.rows = builder_.rows();
    if (report_.rows == 0 && mode_ != Mode::dry) {
      throw EnclaveError(Fault::bad_input, "import.no_rows");
    }
    tell_progress();
  }

  [[nodiscard]] TableBuilder& builder() { return builder_; }
  [[nodiscard]] ImportReport& report() { return report_; }

  void refused(std::uint64_t line, std::span<const RowFault> faults,
               std::span<const std::string_view> fields) override {
    const FileColumns& file = builder_.file();
    for (const auto& fault : faults) {
      std::vector<std::string> args = {file.file, std::to_string(line), fault.column};
      args.insert(args.end(), fault.more.begin(), fault.more.end());
      note(fault.rule, std::move(args), fault.column);
      if (fault.code) note_unknown(fault.column, *fault.code);
    }
    if (mode_ == Mode::skip) reject_(file.file, line, faults.front().rule, to_line(fields, ','));
    ++report_.rejected;
  }

  void broken(std::uint64_t line, const BrokenLine& what) override {
    const FileColumns& file = builder_.file();
    note(std::string(what.rule),
         {file.file, std::to_string(line), "", std::to_string(what.fields),
          std::to_string(file.header.size())},
         "");
    if (mode_ == Mode::skip) reject_(file.file, line, std::string(what.rule), what.text);
    ++report_.rejected;
  }

  /// Between two pieces of work, on the caller's thread.
  void tick() override {
    tell_progress();
    if (options_.cancelled && options_.cancelled()) {
      throw EnclaveError(Fault::refused, "import.cancelled");
    }
  }

 private:
  static std::uint64_t size_of(int fd) {
    struct stat status {};
    return ::fstat(fd, &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
  }

  static VariableKeys keys_of(const ImportOptions& options) {
    VariableKeys keys(options.codebook.variables.size());
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const auto& variable = options.codebook.variables[i];
      if (variable.role != policies::Role::identifier) continue;
      keys[i] = options.domain_key(variable.domain.empty() ? variable.name : variable.domain);
    }
    return keys;
  }

  void read_file(const ImportFile& file) {
    const policies::FileRule rule = rule_for(options_.codebook, file.name);
    TextInput input(file.fd, file.name, rule.encoding, [this] { tick(); });
    CsvReader reader(input, file.name, rule.separator, wanted_names(options_.codebook, rule));
    builder_.start_file(match_columns(options_.codebook, rule, file.name, reader.header()), keys_);
    for (const std::size_t i : builder_.file().ignored) {
      const auto& name = reader.header()[i];
      if (std::ranges::count(report_.ignored_columns, name) == 0) {
        report_.ignored_columns.push_back(name);
      }
    }
    line_ = reader.line();
    tick();
    RecordCutter cutter(input, reader.take_rest(), reader.separator(), options_.block_size);
    crew_.read(
        cutter, builder_.file(), reader.separator(), [this](Chunk& chunk) { take(chunk); },
        [this] { tick(); });
    file_bytes_ = 0;
    earlier_bytes_ += input.bytes_read();
  }

  /// The next block of the file. What is wrong behind its last record is said behind them.
  void take(Chunk& chunk) {
    if (chunk.error) std::rethrow_exception(chunk.error);
    file_bytes_ = chunk.block.bytes_read;
    if (chunk.block.overlong) lose({"import.line_too_long", 0});
    builder_.add(chunk, line_, *this);
    if (builder_.memory() + crew_.memory(options_.block_size) > most_memory_) {
      throw EnclaveError(Fault::unavailable, "import.out_of_memory",
                         {builder_.file().file, std::to_string(builder_.rows()),
                          std::to_string(most_memory_ >> 20)});
    }
    if (chunk.table.lost()) lose(*chunk.table.lost());
    line_ += chunk.table.lines();
    if (chunk.block.error) std::rethrow_exception(chunk.block.error);
  }

  [[noreturn]] void lose(const Lost& lost) const {
    throw EnclaveError(Fault::bad_input, std::string(lost.id),
                       {builder_.file().file, std::to_string(line_ + lost.line)});
  }

  /// Counts one more of a class of faults; with `stop`, throws it.
  void note(const std::string& rule, std::vector<std::string> args, const std::string& column) {
    if (mode_ == Mode::stop) throw EnclaveError(Fault::bad_input, rule, std::move(args));
    const std::string file = args.empty() ? "" : args.front();
    const auto same = std::ranges::find_if(report_.faults, [&](const ImportFault& fault) {
      return fault.rule == rule && fault.file == file && fault.column == column;
    });
    if (same != report_.faults.end()) {
      ++same->count;
      return;
    }
    const std::uint64_t line = args.size() > 1 && !args[1].empty() ? std::stoull(args[1]) : 0;
    report_.faults.push_back({rule, file, line, column, 1, std::move(args)});
  }

  void note_unknown(const std::string& column, const std::string& code) {
    if (mode_ != Mode::dry) return;
    auto& codes = report_.unknown_codes[column];
    if (codes.size() < most_unknown_codes || codes.contains(code)) ++codes[code];
  }

  void tell_progress() {
    if (!options_.progress) return;
    options_.progress({earlier_bytes_ + file_bytes_, total_bytes_, builder_.rows()});
  }

  const ImportOptions& options_;
  Mode mode_;
  RejectLine reject_;
  VariableKeys keys_;
  TableBuilder builder_;
  BlockCrew crew_;
  std::uint64_t most_memory_;
  ImportReport report_;
  std::uint64_t total_bytes_ = 0;
  std::uint64_t earlier_bytes_ = 0;
  std::uint64_t file_bytes_ = 0;  // of the file that is being read
  std::uint64_t line_ = 0;        // of the next block
};

void check(const ImportOptions& options) {
  if (options.files.empty()) throw EnclaveError(Fault::usage, "import.no_files");
  if (options.segment_rows == 0 || options.segment_rows > most_segment_rows) {
    throw EnclaveError(Fault::internal, "store.internal", {"a segment's rows are out of range"});
  }
  if (options.codebook.variables.empty()) {
    throw EnclaveError(Fault::internal, "store.internal", {"a codebook without variables"});
  }
}

Mode mode_of(OnError on_error) {
  switch (on_error) {
    case OnError::stop:
      return Mode::stop;
    case OnError::skip:
      return Mode::skip;
  }
  return Mode::stop;
}

}  // namespace

ImportReport dry_run(const ImportOptions& options) {
  check(options);
  Reading reading(options, Mode::dry, {});
  reading.read_all();
  return std::move(reading.report());
}

ImportReport import_csv(const ImportOptions& options, const std::filesystem::path& out,
                        const KeyBytes& key) {
  check(options);
  if (options.codebook.source_text.empty()) {
    throw EnclaveError(Fault::internal, "store.internal", {"a codebook without its document"});
  }
  StoreWriter writer(out, key);
  Reading reading(options, mode_of(options.on_error),
                  [&](const std::string& file, std::uint64_t line, const std::string& rule,
                      std::string_view text) { writer.reject(file, line, rule, text); });
  reading.read_all();
  Manifest manifest;
  manifest.id = options.id;
  manifest.dataset = options.codebook.name;
  manifest.vintage = options.vintage;
  manifest.created = options.created;
  manifest.rows = reading.report().rows;
  manifest.rejected = reading.report().rejected;
  manifest.segment_rows = options.segment_rows;
  manifest.segments =
      static_cast<std::uint32_t>((manifest.rows + options.segment_rows - 1) / options.segment_rows);
  manifest.codebook_sha256 = sha256_hex(options.codebook.source_text);
  const auto tick = [&reading] { reading.tick(); };
  for (std::size_t i = 0; i < reading.builder().columns(); ++i) {
    writer.column(reading.builder().finish_column(i, tick), tick);
  }
  writer.seal(std::move(manifest), options.codebook.source_text, key);
  return std::move(reading.report());
}

std::unique_ptr<disclosure::Source> read_csv(const ImportOptions& options, ImportReport& report) {
  check(options);
  ImportOptions own = options;
  std::map<std::string, KeyBytes> keys;
  if (!own.domain_key) {
    own.domain_key = [&keys](const std::string& domain) {
      const auto found = keys.try_emplace(domain, random_key()).first;
      return found->second.copy();
    };
  }
  Reading reading(own, mode_of(own.on_error),
                  [](const std::string&, std::uint64_t, const std::string&, std::string_view) {});
  reading.read_all();
  report = std::move(reading.report());
  std::vector<EncodedColumn> columns;
  for (std::size_t i = 0; i < reading.builder().columns(); ++i) {
    const bool hidden = own.codebook.variables[i].role == policies::Role::hidden;
    auto column = reading.builder().finish_column(i, [&reading] { reading.tick(); });
    if (!hidden) columns.push_back(std::move(column));
  }
  return make_memory_source(own.codebook.name, own.vintage, std::move(columns));
}

}  // namespace sceau::enclave
