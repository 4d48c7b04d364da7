#include "audit/commands.h"

#include <unistd.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <chrono>
#include <iostream>
#include <limits>
#include <memory>
#include <optional>

#include "audit/checkpoint.h"
#include "audit/command_line.h"
#include "audit/entries.h"
#include "audit/fault.h"
#include "audit/files.h"
#include "audit/hash.h"
#include "audit/merkle.h"
#include "audit/note.h"
#include "audit/period.h"
#include "audit/prove.h"
#include "audit/receipt.h"
#include "audit/report.h"
#include "audit/trust.h"
#include "audit/verify.h"
#include "audit/verify_chain.h"

namespace sceau::audit {
namespace {

namespace fs = std::filesystem;
namespace po = boost::program_options;

constexpr std::size_t largest_note = 1'000'000;
constexpr std::size_t largest_receipt = 2'000'000;
constexpr Words one_log{"LOG", 1, 1};
constexpr Words one_receipt{"RECEIPT", 1, 1};

void add_trust_options(po::options_description& options) {
  options.add_options()("trust", po::value<std::string>()->value_name("FILE"),
                        "trust file with the log's key and its witnesses")(
      "key", po::value<std::string>()->value_name("VKEY"),
      "the log's key, NAME+HASH+KEY, in place of a trust file");
}

Trust trust_of(const po::variables_map& values) {
  if (values.count("trust") + values.count("key") != 1)
    throw AuditError(Fault::bad_input, "whom to believe is not said",
                     "give either --trust FILE or --key 'NAME+HASH+KEY'");
  return values.count("trust") > 0 ? read_trust_file(values["trust"].as<std::string>())
                                   : trust_of_key(values["key"].as<std::string>());
}

template <typename Result>
int print(const Result& result, bool json) {
  if (json)
    print_json(std::cout, result);
  else
    print_text(std::cout, result);
  std::cout.flush();
  switch (result.outcome) {
    case Outcome::valid:
      return exit_done;
    case Outcome::undecided:
      std::cerr << "sceau-audit: error: " << verdict_sentence(result) << "\n";
      return exit_no;
    case Outcome::tampered:
      std::cerr << "sceau-audit: error: " << verdict_sentence(result)
                << "\nsceau-audit: hint: keep this copy as it is, and compare it with another one "
                   "or with an earlier checkpoint\n";
      return exit_integrity;
  }
  return exit_internal;
}

// A line that is written over itself, on a terminal only, ten times a second at most.
std::function<void(std::uint64_t, std::uint64_t)> progress_bar() {
  if (::isatty(STDERR_FILENO) == 0) return {};
  auto shown = std::make_shared<std::chrono::steady_clock::time_point>();
  return [shown](std::uint64_t done, std::uint64_t total) {
    const auto now = std::chrono::steady_clock::now();
    if (total == 0 || (done < total && now - *shown < std::chrono::milliseconds(100))) return;
    *shown = now;
    static constexpr std::size_t width = 30;
    const double part = static_cast<double>(done) / static_cast<double>(total);
    const auto full = static_cast<std::size_t>(part * width);
    std::cerr << "\rverifying [" << std::string(full, '#') << std::string(width - full, ' ') << "] "
              << static_cast<int>(100 * part) << " %  " << done << " of " << total << " entries ";
  };
}

// Earlier checkpoints: one file, a copy of a log, or a folder of files.
std::vector<Earlier> earlier_checkpoints(const fs::path& path) {
  std::vector<fs::path> files;
  if (!fs::is_directory(path)) {
    files.push_back(path);
  } else if (fs::exists(path / "checkpoint")) {
    files.push_back(path / "checkpoint");
  } else {
    for (const auto& file : fs::directory_iterator(path))
      if (file.is_regular_file()) files.push_back(file.path());
    std::sort(files.begin(), files.end());
    if (files.empty()) throw AuditError(Fault::bad_input, path.string() + " holds no checkpoints");
  }
  std::vector<Earlier> earlier;
  for (const fs::path& file : files) {
    const auto note = read_file(file, largest_note);
    if (!note) throw AuditError(Fault::bad_input, "there is no checkpoint " + file.string());
    earlier.push_back({files.size() > 1 ? file.filename().string() : std::string(), *note});
  }
  return earlier;
}

// The checkpoint to prove an entry under: the one that most have signed, of those that cover it.
std::string note_for(const fs::path& log, std::uint64_t index) {
  const std::string newest = checkpoint_note(log);
  const auto cosigned = read_file(log / "checkpoint.cosigned", largest_note);
  if (!cosigned) return newest;
  const Note other = parse_note(*cosigned);
  const bool better = parse_checkpoint(other.text).size > index &&
                      other.signatures.size() > parse_note(newest).signatures.size();
  return better ? *cosigned : newest;
}

int prove_inclusion(const fs::path& log, std::uint64_t index, bool json) {
  const std::string note = note_for(log, index);
  const Checkpoint checkpoint = parse_checkpoint(parse_note(note).text);
  const Receipt receipt = make_receipt(log, index, checkpoint.size, checkpoint.root, note);
  if (!json) {
    std::cout << format_receipt(receipt);
    return exit_done;
  }
  print_json(std::cout,
             ProofDocument{{{"index", index}, {"size", checkpoint.size}},
                           {{"leaf", Hasher().leaf(receipt.entry)}, {"root", checkpoint.root}},
                           receipt.proof});
  return exit_done;
}

int prove_consistency(const fs::path& log, std::uint64_t older, std::uint64_t newer, bool json) {
  const Checkpoint checkpoint = parse_checkpoint(parse_note(checkpoint_note(log)).text);
  if (newer > checkpoint.size)
    throw AuditError(Fault::bad_input, "the log has " + std::to_string(checkpoint.size) +
                                           " entries, not " + std::to_string(newer));
  Hasher hasher;
  LogFiles files(log, checkpoint.size);
  const Digest part = tree_root(hasher, older, files.reader());
  const Digest whole = tree_root(hasher, newer, files.reader());
  const auto proof = consistency_proof(hasher, older, newer, files.reader());
  if (tree_root(hasher, checkpoint.size, files.reader()) != checkpoint.root ||
      !verify_consistency(hasher, {0, older}, newer, part, whole, proof))
    throw AuditError(Fault::tampered, "the log's tiles don't lead to its checkpoint",
                     "run sceau-audit verify to learn where they are damaged");
  if (json)
    print_json(std::cout, ProofDocument{{{"older", older}, {"newer", newer}},
                                        {{"older_root", part}, {"newer_root", whole}},
                                        proof});
  else
    for (const Digest& hash : proof) std::cout << to_base64(hash) << "\n";
  return exit_done;
}

}  // namespace

int run_verify(const std::vector<std::string>& arguments) {
  static constexpr Words logs{"LOG", 1, -1};
  po::options_description options("options");
  add_trust_options(options);
  options.add_options()(
      "since", po::value<std::string>()->value_name("CHECKPOINT|DIR"),
      "an earlier checkpoint, copy, or folder of checkpoints: the log must go on from them")(
      "tree", "any C2SP log: tree, tiles and signatures, not the entries")(
      "json", "one JSON document on stdout");
  const auto values = parse_command_line(
      arguments, "verify LOG… --trust FILE [--since CHECKPOINT|DIR] [--tree] [--json]", options,
      logs);
  if (!values) return exit_done;
  const Trust trust = trust_of(*values);
  VerifyOptions choice;
  choice.tree_only = values->count("tree") > 0;
  if (values->count("since") > 0)
    choice.since = earlier_checkpoints((*values)["since"].as<std::string>());
  choice.progress = progress_bar();
  std::vector<fs::path> paths;
  for (const std::string& word : words_of(*values, logs))
    for (fs::path& path : find_logs(word)) paths.push_back(std::move(path));
  const ChainVerification result = verify_chain(paths, trust, choice);
  if (choice.progress) std::cerr << "\r\x1b[K";
  return print(result, values->count("json") > 0);
}

int run_show(const std::vector<std::string>& arguments) {
  po::options_description options("options");
  options.add_options()("from", po::value<std::string>()->value_name("N"), "first entry")(
      "to", po::value<std::string>()->value_name("N"), "last entry")(
      "event", po::value<std::string>()->value_name("E"), "only this event")(
      "actor", po::value<std::string>()->value_name("A"), "only this actor")(
      "json", "one JSON document on stdout");
  const auto values = parse_command_line(
      arguments, "show LOG [--from N] [--to N] [--event E] [--actor A] [--json]", options, one_log);
  if (!values) return exit_done;
  const auto text = [&](const char* name) {
    return values->count(name) > 0 ? (*values)[name].as<std::string>() : std::string();
  };
  const std::uint64_t from = values->count("from") > 0 ? number_of(text("from"), "from") : 0;
  const std::uint64_t to = values->count("to") > 0 ? number_of(text("to"), "to")
                                                   : std::numeric_limits<std::uint64_t>::max();
  if (from > to) throw AuditError(Fault::bad_input, "--from is behind --to");
  const bool json = values->count("json") > 0;
  if (json) std::cout << R"({"format":1,"entries":[)";
  bool first = true;
  ScannedEntry entry;
  for_each_entry(
      words_of(*values, one_log).front(), from, to, [&](std::uint64_t seq, std::string_view bytes) {
        if (const auto fault = scan_entry(bytes, entry))
          throw AuditError(Fault::tampered, "entry " + std::to_string(seq) +
                                                " is not canonical: " + std::string(fault->why));
        if (values->count("event") > 0 && entry.event != text("event")) return;
        if (values->count("actor") > 0 && entry.actor != text("actor")) return;
        if (json)
          std::cout << (first ? "" : ",") << bytes;  // a canonical entry is a JSON object
        else
          std::cout << entry_line(entry) << "\n";
        first = false;
      });
  if (json) std::cout << "]}\n";
  return exit_done;
}

int run_report(const std::vector<std::string>& arguments) {
  static constexpr Words logs{"LOG", 1, -1};
  po::options_description options("options");
  options.add_options()("from", po::value<std::string>()->value_name("DATE"), "first day")(
      "to", po::value<std::string>()->value_name("DATE"), "last day")(
      "json", "one JSON document on stdout");
  const auto values = parse_command_line(
      arguments, "report LOG… [--from DATE] [--to DATE] [--json]", options, logs);
  if (!values) return exit_done;
  const auto day = [&](const char* name) {
    return values->count(name) > 0 ? (*values)[name].as<std::string>() : std::string();
  };
  Period period(day("from"), day("to"));
  ScannedEntry entry;
  for (const std::string& word : words_of(*values, logs))
    for (const fs::path& log : find_logs(word))
      for_each_entry(log, 0, std::numeric_limits<std::uint64_t>::max(),
                     [&](std::uint64_t seq, std::string_view bytes) {
                       if (scan_entry(bytes, entry))
                         throw AuditError(Fault::tampered,
                                          "entry " + std::to_string(seq) + " is not canonical",
                                          "run sceau-audit verify to learn what else is damaged");
                       period.add(entry);
                     });
  if (values->count("json") > 0)
    period.print_json(std::cout);
  else
    period.print_text(std::cout);
  return exit_done;
}

int run_receipt(const std::vector<std::string>& arguments) {
  po::options_description options("options");
  add_trust_options(options);
  options.add_options()("file", po::value<std::string>()->value_name("OUTPUT"),
                        "the file that came with the receipt")(
      "log", po::value<std::string>()->value_name("LOG"),
      "a newer copy of the log: was the release revoked since")("json",
                                                                "one JSON document on stdout");
  const auto values = parse_command_line(
      arguments, "receipt FILE.receipt --file OUTPUT --trust FILE [--log LOG] [--json]", options,
      one_receipt);
  if (!values) return exit_done;
  const Trust trust = trust_of(*values);
  const std::string name = words_of(*values, one_receipt).front();
  const auto receipt = read_file(name, largest_receipt);
  if (!receipt) throw AuditError(Fault::bad_input, "there is no receipt " + name);
  const Digest file = Hasher().sha256_file(required(*values, "file"));
  auto result = verify_receipt(*receipt, file, trust);
  if (values->count("log") > 0)
    check_revocation(result, *receipt, find_logs((*values)["log"].as<std::string>()), trust);
  return print(result, values->count("json") > 0);
}

int run_erasure(const std::vector<std::string>& arguments) {
  po::options_description options("options");
  add_trust_options(options);
  options.add_options()("file", po::value<std::string>()->value_name("COPY"),
                        "a copy of the sealed file: was it this one")(
      "json", "one JSON document on stdout");
  const auto values = parse_command_line(
      arguments, "erasure FILE.receipt --trust FILE [--file COPY] [--json]", options, one_receipt);
  if (!values) return exit_done;
  const Trust trust = trust_of(*values);
  const std::string name = words_of(*values, one_receipt).front();
  const auto receipt = read_file(name, largest_receipt);
  if (!receipt) throw AuditError(Fault::bad_input, "there is no receipt " + name);
  std::optional<Digest> copy;
  if (values->count("file") > 0) {
    copy = Hasher().sha256_file((*values)["file"].as<std::string>());
  }
  return print(verify_erasure(*receipt, copy, trust), values->count("json") > 0);
}

int run_prove(const std::vector<std::string>& arguments) {
  po::options_description options("options");
  options.add_options()("index", po::value<std::string>()->value_name("N"),
                        "prove that entry N stands in the log: prints its receipt")(
      "consistency", po::value<std::vector<std::string>>()->multitoken()->value_name("M N"),
      "prove that the first M entries are the beginning of the first N: prints the hashes")(
      "json", "one JSON document on stdout");
  const auto values = parse_command_line(
      arguments, "prove LOG --index N | --consistency M N [--json]", options, one_log);
  if (!values) return exit_done;
  const fs::path log = words_of(*values, one_log).front();
  const bool json = values->count("json") > 0;
  if (values->count("index") + values->count("consistency") != 1)
    throw AuditError(Fault::bad_input, "what to prove is not said",
                     "give either --index N or --consistency M N");
  if (values->count("index") > 0)
    return prove_inclusion(log, number_of((*values)["index"].as<std::string>(), "index"), json);
  const auto& sizes = (*values)["consistency"].as<std::vector<std::string>>();
  if (sizes.size() != 2) throw AuditError(Fault::bad_input, "--consistency takes two sizes");
  return prove_consistency(log, number_of(sizes[0], "consistency"),
                           number_of(sizes[1], "consistency"), json);
}

}  // namespace sceau::audit
