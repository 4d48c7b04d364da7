// Looks for a centre's keys where they shouldn't be. It opens the keyring itself, keeps every key
// (also those that are destroyed later), and then searches on demand, raw and as hex:
//
//   key_search KEYS_FOLDER PASSPHRASE_FILE
//   > load                             reads the keyring; names that are known already keep their
//   old key, too > process 1234                     the memory of a process (root, or its parent)
//   > folder /tmp/home                 every file below
//
// Answers are one line of JSON: how often each key was found, by name; never a byte of one.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "enclave/fault.h"
#include "enclave/keys/centre_file.h"
#include "enclave/keys/keyring.h"
#include "enclave/keys/recipient.h"

using namespace sceau::enclave;
namespace fs = std::filesystem;

namespace {

using Found = std::map<std::string, std::map<std::string, int>>;

struct Sought {
  std::string name;
  std::string form;  // "raw", "hex"
  std::string bytes;
};

std::string read_bytes(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class Search {
 public:
  Search(fs::path keys, fs::path passphrase_file) : keys_(std::move(keys)) {
    passphrase_ = read_bytes(passphrase_file);
    sought_.push_back({"passphrase", "raw", passphrase_});
  }

  void load() {
    const auto bytes =
        std::span(reinterpret_cast<const std::uint8_t*>(passphrase_.data()), passphrase_.size());
    const auto ring = Keyring::unlock(keys_, bytes);
    const auto file = ring.recipients();
    const PassphraseOpener opener(bytes);
    for (const auto& recipient : file.recipients) {
      if (recipient.kind != RecipientKind::passphrase) continue;
      if (const auto content = opener.unwrap(recipient, file_head_of(file))) {
        add("centre-" + std::to_string(file.generation), *content);
      }
    }
    for (const auto& name : ring.names()) add(name, ring.key(name));
  }

  Found process(const std::string& pid) const {
    Found found;
    std::ifstream maps("/proc/" + pid + "/maps");
    std::ifstream memory("/proc/" + pid + "/mem", std::ios::binary);
    if (!maps || !memory)
      throw std::runtime_error("the memory of process " + pid + " can't be read");
    std::string line;
    std::uint64_t looked_at = 0;
    while (std::getline(maps, line)) {
      std::uint64_t from = 0;
      std::uint64_t to = 0;
      char access[5] = {};
      if (std::sscanf(line.c_str(), "%lx-%lx %4s", &from, &to, access) != 3 || access[0] != 'r') {
        continue;
      }
      if (line.find("[vvar") != std::string::npos || line.find("[vsyscall") != std::string::npos) {
        continue;
      }
      std::string piece(to - from, '\0');
      memory.clear();
      memory.seekg(static_cast<std::streamoff>(from));
      memory.read(piece.data(), static_cast<std::streamsize>(piece.size()));
      piece.resize(static_cast<std::size_t>(std::max<std::streamsize>(memory.gcount(), 0)));
      looked_at += piece.size();
      count(piece, found);
    }
    if (looked_at < (1U << 20)) throw std::runtime_error("nothing of process " + pid + " was seen");
    return found;
  }

  Found folder(const fs::path& folder) const {
    Found found;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      if (entry.is_regular_file()) count(read_bytes(entry.path()), found);
    }
    return found;
  }

 private:
  void add(const std::string& name, const KeyBytes& key) {
    const std::string raw(key.bytes().begin(), key.bytes().end());
    std::string lower;
    std::string upper;
    for (const auto byte : key.bytes()) {
      lower += "0123456789abcdef"[byte >> 4U];
      lower += "0123456789abcdef"[byte & 15U];
      upper += "0123456789ABCDEF"[byte >> 4U];
      upper += "0123456789ABCDEF"[byte & 15U];
    }
    for (const auto& one : sought_) {
      if (one.bytes == raw) return;
    }
    sought_.push_back({name, "raw", raw});
    sought_.push_back({name, "hex", lower});
    sought_.push_back({name, "hex", upper});
  }

  void count(const std::string& text, Found& found) const {
    for (const auto& one : sought_) {
      const char* at = text.data();
      const char* const end = at + text.size();
      while (const void* hit = ::memmem(at, static_cast<std::size_t>(end - at), one.bytes.data(),
                                        one.bytes.size())) {
        ++found[one.name][one.form];
        at = static_cast<const char*>(hit) + 1;
      }
    }
  }

  fs::path keys_;
  std::string passphrase_;
  std::vector<Sought> sought_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  Search search(argv[1], argv[2]);
  std::string line;
  while (std::getline(std::cin, line)) {
    std::istringstream words(line);
    std::string verb;
    std::string object;
    words >> verb >> object;
    try {
      Found found;
      if (verb == "load") search.load();
      if (verb == "process") found = search.process(object);
      if (verb == "folder") found = search.folder(object);
      std::cout << nlohmann::json(found).dump() << std::endl;
    } catch (const std::exception& error) {
      std::cout << nlohmann::json{{"error", error.what()}}.dump() << std::endl;
    }
  }
  return 0;
}
