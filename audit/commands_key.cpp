// `sceau-audit key`: a witness's key.
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <unistd.h>

#include <boost/program_options.hpp>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

#include "audit/command_line.h"
#include "audit/commands.h"
#include "audit/disk.h"
#include "audit/fault.h"
#include "audit/key.h"

namespace sceau::audit {
namespace {

namespace po = boost::program_options;

void fill(std::span<std::uint8_t> bytes) {
  if (RAND_priv_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
    throw AuditError(Fault::crypto, "no random numbers");
}

// A key is never written over another: what it signed would lose its name.
void write_key(const std::filesystem::path& path, const std::string& line) {
  const int fd =
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0)
    throw AuditError(errno == EEXIST ? Fault::exists : Fault::io,
                     path.string() + " can't be made: " + std::strerror(errno),
                     "name a file that isn't there yet");
  Disk disk;
  try {
    disk.write(fd, line);
    disk.sync(fd);
  } catch (...) {
    disk.close(fd);
    ::unlink(path.c_str());
    throw;
  }
  disk.close(fd);
}

}  // namespace

int run_key(const std::vector<std::string>& arguments) {
  po::options_description options("options");
  options.add_options()("name", po::value<std::string>()->value_name("NAME"),
                        "who signs: a name like w.example.org/ministere")(
      "out", po::value<std::string>()->value_name("W.key"),
      "the file for the signer key; it must not be there")("json", "one JSON document on stdout");
  const auto values =
      parse_command_line(arguments, "key --name NAME --out W.key [--json]", options, no_words);
  if (!values) return exit_done;
  const auto signer = Signer::generate(required(*values, "name"), fill, KeyType::cosignature_v1);
  std::string line = signer.private_key() + "\n";
  write_key(required(*values, "out"), line);
  OPENSSL_cleanse(line.data(), line.size());
  if (values->count("json") > 0)
    std::cout << nlohmann::ordered_json({{"format", 1}, {"key", signer.verifier_key()}}).dump()
              << "\n";
  else
    std::cout << signer.verifier_key() << "\n";
  return exit_done;
}

}  // namespace sceau::audit
