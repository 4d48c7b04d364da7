#include "tests/audit/fixture.h"

#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "audit/checkpoint.h"
#include "audit/hash.h"
#include "audit/note.h"
#include "audit/tile.h"
#include "audit/verify_files.h"

namespace sceau::audit::test {

namespace fs = std::filesystem;

Folder::Folder() {
  std::string name = (fs::temp_directory_path() / "sceau-audit-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
  path_ = name;
}

Folder::~Folder() {
  std::error_code error;
  fs::remove_all(path_, error);
}

Signer test_signer(std::uint8_t seed, std::string_view name, KeyType type) {
  return Signer::generate(
      std::string(name), [seed](std::span<std::uint8_t> out) { std::ranges::fill(out, seed); },
      type);
}

Trust test_trust() { return trust_of_key(test_signer().verifier_key()); }

Clock test_clock() {
  using namespace std::chrono;
  auto now =
      std::make_shared<system_clock::time_point>(sys_days(year(2026) / 11 / 23) + 20h + 15min + 3s);
  return [now] { return std::exchange(*now, *now + 1ms); };
}

namespace {

// Most tests don't cut the power; waiting for the disk would only make them slow.
class UnsyncedDisk final : public Disk {
 public:
  void sync(int) override {}
  void sync_data(int) override {}
  void sync_directory(const fs::path&) override {}
};

}  // namespace

LogOptions quiet(std::shared_ptr<Disk> disk) {
  LogOptions options;
  options.publish_after = std::chrono::hours(1);
  options.disk = disk ? std::move(disk) : std::make_shared<UnsyncedDisk>();
  return options;
}

std::unique_ptr<Log> open_log(const Folder& folder, LogOptions options) {
  return std::make_unique<Log>(folder.log(), folder.state(), std::string(origin), test_signer(),
                               test_clock(), std::move(options));
}

Draft draft(std::uint64_t i) {
  return {"review.viewed",
          "u-" + std::to_string(i % 7),
          {{"request", "R-2026-" + std::to_string(i)}, {"turn", static_cast<std::int64_t>(i % 3)}}};
}

void make_log(const Folder& folder, const std::vector<std::uint64_t>& sizes) {
  if (!fs::exists(folder.state() / "signed")) Log::create(folder.log(), folder.state());
  const auto log = open_log(folder);
  for (const std::uint64_t size : sizes) {
    std::vector<Draft> drafts;
    for (std::uint64_t i = log->size(); i < size; ++i) drafts.push_back(draft(i));
    log->append(std::move(drafts));
    log->publish();
  }
}

std::vector<std::string> list_files(const fs::path& folder) {
  std::vector<std::string> files;
  for (const auto& file : fs::recursive_directory_iterator(folder))
    if (file.is_regular_file())
      files.push_back(file.path().lexically_relative(folder).generic_string());
  std::sort(files.begin(), files.end());
  return files;
}

std::string slurp(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void spill(const fs::path& path, std::string_view bytes) {
  fs::create_directories(path.parent_path());
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!file) throw std::runtime_error("cannot write a test file");
}

Verification verify(const fs::path& log, bool tree_only) {
  VerifyOptions options;
  options.tree_only = tree_only;
  return verify_log(log, test_trust(), options);
}

std::string message_of(const Verification& result, std::string_view check) {
  const Check* found = result.find(check);
  return found == nullptr ? "" : found->message;
}

void on_copy(const fs::path& log, const std::function<void(const fs::path&)>& act) {
  const Folder folder;
  fs::copy(log, folder.log(), fs::copy_options::recursive);
  act(folder.log());
}

std::vector<std::string> entries_of(const fs::path& log, unsigned size) {
  const std::string bundle = test::slurp(log / tile_path(entries_level, 0, size));
  std::size_t used = 0;
  const auto views = split_bundle(bundle, size, used);
  return {views.begin(), views.end()};
}

std::string bundle_of(const std::vector<std::string>& entries) {
  std::string bundle;
  for (const std::string& entry : entries) {
    bundle += static_cast<char>(entry.size() / 256);
    bundle += static_cast<char>(entry.size() % 256);
    bundle += entry;
  }
  return bundle;
}

Digest naive_root(const std::vector<Digest>& leaves) {
  Hasher hasher;
  if (leaves.empty()) return hasher.sha256({});
  if (leaves.size() == 1) return leaves.front();
  const auto split = static_cast<std::ptrdiff_t>(std::bit_ceil(leaves.size()) / 2);
  return hasher.node(naive_root({leaves.begin(), leaves.begin() + split}),
                     naive_root({leaves.begin() + split, leaves.end()}));
}

void write_reference_log(const fs::path& log, const std::vector<std::string>& entries,
                         const Signer& signer, std::string_view name) {
  Hasher hasher;
  const auto put = [&](int level, std::size_t begin, const std::string& bytes, std::size_t count) {
    std::string path = full_tile_name(level, begin / 256);
    if (count < 256) path += ".p/" + std::to_string(count);
    spill(log / path, bytes);
  };
  std::vector<Digest> leaves;
  for (const std::string& entry : entries) leaves.push_back(hasher.leaf(entry));
  for (std::size_t begin = 0; begin < entries.size(); begin += 256) {
    std::string bundle;
    const std::size_t end = std::min(begin + 256, entries.size());
    for (std::size_t i = begin; i < end; ++i) {
      bundle += static_cast<char>(entries[i].size() / 256);
      bundle += static_cast<char>(entries[i].size() % 256);
      bundle += entries[i];
    }
    put(-1, begin, bundle, end - begin);
  }
  std::vector<Digest> row = leaves;
  for (int level = 0; !row.empty(); ++level) {
    std::vector<Digest> above;
    for (std::size_t begin = 0; begin < row.size(); begin += 256) {
      const std::size_t end = std::min(begin + 256, row.size());
      std::string bytes;
      for (std::size_t i = begin; i < end; ++i)
        bytes.append(reinterpret_cast<const char*>(row[i].data()), 32);
      put(level, begin, bytes, end - begin);
      if (end - begin == 256)
        above.push_back(naive_root({row.begin() + static_cast<std::ptrdiff_t>(begin),
                                    row.begin() + static_cast<std::ptrdiff_t>(end)}));
    }
    row = std::move(above);
  }
  spill(log / "checkpoint",
        sign_note(format_checkpoint({std::string(name), entries.size(), naive_root(leaves), ""}),
                  signer));
}

}  // namespace sceau::audit::test
