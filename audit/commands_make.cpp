// The commands of sceau-audit that make something: a witness's signature, a log from its entries.
#include <openssl/crypto.h>

#include <boost/program_options.hpp>
#include <chrono>
#include <iostream>
#include <nlohmann/json.hpp>

#include "audit/command_line.h"
#include "audit/commands.h"
#include "audit/disk.h"
#include "audit/fault.h"
#include "audit/files.h"
#include "audit/rebuild.h"
#include "audit/witness.h"

namespace sceau::audit {
namespace {

namespace fs = std::filesystem;
namespace po = boost::program_options;

constexpr std::size_t largest_key_file = 65536;
constexpr std::size_t largest_request = 2'000'000;

Signer read_signer(const fs::path& path) {
  auto text = read_file(path, largest_key_file);
  if (!text) throw AuditError(Fault::bad_input, "there is no key file " + path.string());
  struct Cleanse {
    std::string& text;
    ~Cleanse() { OPENSSL_cleanse(text.data(), text.size()); }
  } const cleanse{*text};
  std::string_view line = *text;
  if (line.ends_with('\n')) line.remove_suffix(1);
  return Signer::from_private_key(line);
}

std::vector<std::uint64_t> parse_sizes(std::string_view text) {
  std::vector<std::uint64_t> sizes;
  while (true) {
    const auto comma = text.find(',');
    sizes.push_back(number_of(std::string(text.substr(0, comma)), "sizes"));
    if (comma == std::string_view::npos) return sizes;
    text.remove_prefix(comma + 1);
  }
}

// The answer on stdout unless it went to a file, and what to do about one that is no signature.
int print_answer(const RequestAnswer& made, bool json, bool in_file) {
  if (json) {
    nlohmann::ordered_json document = {
        {"format", 1}, {"size", made.seen}, {"cosignature", nullptr}};
    if (made.cosignature) {
      document["origin"] = made.cosignature->origin;
      document["cosignature"] = made.cosignature->line;
    }
    std::cout << document.dump() << "\n";
  } else if (!in_file) {
    std::cout << made.text();
  }
  if (made.cosignature) return exit_done;
  std::cerr << "sceau-audit: error: the request doesn't begin at the " << made.seen
            << " entries that this witness has seen; nothing was signed\n"
               "sceau-audit: hint: give the answer back all the same: the centre asks anew from "
               "there\n";
  return exit_no;
}

}  // namespace

int run_cosign(const std::vector<std::string>& arguments) {
  static constexpr Words words{"LOG", 0, 1};
  po::options_description options("options");
  options.add_options()("request", po::value<std::string>()->value_name("FILE"),
                        "the centre's request, in place of a copy of the log")(
      "answer", po::value<std::string>()->value_name("FILE"),
      "where the answer goes; without it: stdout")(
      "key", po::value<std::string>()->value_name("W.key"), "file with the witness's signer key")(
      "state", po::value<std::string>()->value_name("FILE|DIR"),
      "what this witness saw last; made the first time. A "
      "folder holds a file for each log")("trust", po::value<std::string>()->value_name("FILE"),
                                          "trust file with the log's key, needed the first time")(
      "json", "one JSON document on stdout");
  const auto values = parse_command_line(arguments,
                                         "cosign LOG | --request FILE [--answer FILE] --key W.key "
                                         "--state FILE [--trust FILE] [--json]",
                                         options, words);
  if (!values) return exit_done;
  const auto logs = words_of(*values, words);
  if (logs.size() + values->count("request") != 1)
    throw AuditError(Fault::bad_input, "what to cosign is not said",
                     "give either a log's folder or --request FILE");
  const Signer witness = read_signer(required(*values, "key"));
  const fs::path state = required(*values, "state");
  std::optional<Trust> trust;
  if (values->count("trust") > 0) trust = read_trust_file((*values)["trust"].as<std::string>());
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const auto time_s = static_cast<std::uint64_t>(now.time_since_epoch().count());
  RequestAnswer made;
  if (logs.empty()) {
    const fs::path file = required(*values, "request");
    const auto request = read_file(file, largest_request);
    if (!request) throw AuditError(Fault::bad_input, "there is no request " + file.string());
    made = cosign_request(*request, witness, state, trust, time_s);
  } else {
    made.cosignature = cosign_log(logs.front(), witness, state, trust, time_s);
    made.seen = made.cosignature->size;
  }
  if (values->count("answer") > 0) {
    const fs::path file = required(*values, "answer");
    fs::path temporary = file;
    temporary += ".new";
    Disk disk;
    replace_file(disk, temporary, {file, made.text(), 0644});
  }
  return print_answer(made, values->count("json") > 0, values->count("answer") > 0);
}

int run_rebuild(const std::vector<std::string>& arguments) {
  po::options_description options("options");
  options.add_options()("entries", po::value<std::string>()->value_name("FILE"),
                        "the entries, each behind its length in two bytes, or one a line")(
      "key-file", po::value<std::string>()->value_name("K"), "file with the log's signer key")(
      "sizes", po::value<std::string>()->value_name("N,N,…"), "the sizes to publish at")(
      "out", po::value<std::string>()->value_name("DIR"), "the new log");
  const auto values = parse_command_line(
      arguments, "rebuild --entries FILE --key-file K --sizes 5,256 --out DIR", options, no_words);
  if (!values) return exit_done;
  rebuild_log(required(*values, "entries"), read_signer(required(*values, "key-file")),
              parse_sizes(required(*values, "sizes")), required(*values, "out"));
  return exit_done;
}

}  // namespace sceau::audit
