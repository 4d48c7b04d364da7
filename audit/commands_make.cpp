// The commands of sceau-audit that make something: a witness's signature, a log from its entries.
#include <openssl/crypto.h>

#include <boost/program_options.hpp>
#include <chrono>
#include <iostream>
#include <nlohmann/json.hpp>

#include "audit/command_line.h"
#include "audit/commands.h"
#include "audit/fault.h"
#include "audit/files.h"
#include "audit/rebuild.h"
#include "audit/witness.h"

namespace sceau::audit {
namespace {

namespace fs = std::filesystem;
namespace po = boost::program_options;

constexpr std::size_t largest_key_file = 65536;

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

}  // namespace

int run_cosign(const std::vector<std::string>& arguments) {
  po::options_description options("options");
  options.add_options()("key", po::value<std::string>()->value_name("W.key"),
                        "file with the witness's signer key")(
      "state", po::value<std::string>()->value_name("FILE"),
      "what this witness saw last; made the first time")(
      "trust", po::value<std::string>()->value_name("FILE"),
      "trust file with the log's key, needed the first time")("json",
                                                              "one JSON document on stdout");
  const auto values = parse_command_line(
      arguments, "cosign LOG --key W.key --state FILE [--trust FILE] [--json]", options, "LOG");
  if (!values) return exit_done;
  const Signer witness = read_signer(required(*values, "key"));
  std::optional<Trust> trust;
  if (values->count("trust") > 0) trust = read_trust_file((*values)["trust"].as<std::string>());
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const Cosignature made =
      cosign_log((*values)["LOG"].as<std::string>(), witness, required(*values, "state"), trust,
                 static_cast<std::uint64_t>(now.time_since_epoch().count()));
  if (values->count("json") > 0)
    std::cout << nlohmann::ordered_json{{"format", 1},
                                        {"origin", made.origin},
                                        {"size", made.size},
                                        {"cosignature", made.line}}
                     .dump()
              << "\n";
  else
    std::cout << made.line;
  return exit_done;
}

int run_rebuild(const std::vector<std::string>& arguments) {
  po::options_description options("options");
  options.add_options()("entries", po::value<std::string>()->value_name("FILE"),
                        "the entries, one a line")(
      "key-file", po::value<std::string>()->value_name("K"), "file with the log's signer key")(
      "sizes", po::value<std::string>()->value_name("N,N,…"), "the sizes to publish at")(
      "out", po::value<std::string>()->value_name("DIR"), "the new log");
  const auto values = parse_command_line(
      arguments, "rebuild --entries FILE --key-file K --sizes 5,256 --out DIR", options, nullptr);
  if (!values) return exit_done;
  rebuild_log(required(*values, "entries"), read_signer(required(*values, "key-file")),
              parse_sizes(required(*values, "sizes")), required(*values, "out"));
  return exit_done;
}

}  // namespace sceau::audit
