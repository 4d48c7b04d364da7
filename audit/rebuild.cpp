#include "audit/rebuild.h"

#include <fstream>
#include <optional>
#include <string>

#include "audit/checkpoint.h"
#include "audit/entry.h"
#include "audit/fault.h"
#include "audit/note.h"
#include "audit/site.h"

namespace sceau::audit {
namespace {

namespace fs = std::filesystem;

// The entries of a file in one of its two forms.
class EntryFile {
 public:
  EntryFile(const fs::path& path, std::uint64_t count) : file_(path, std::ios::binary) {
    if (!file_ || fs::is_directory(path))
      throw AuditError(Fault::bad_input, "cannot read " + path.string());
    prefixed_ = holds_prefixed(count);
    file_.clear();
    file_.seekg(0);
  }

  // False at the end of the file.
  bool next(std::string& entry, std::uint64_t number) {
    if (prefixed_) {
      const auto length = read_length();
      if (!length) return false;
      entry.resize(*length);
      file_.read(entry.data(), static_cast<std::streamsize>(*length));
      return file_.gcount() == static_cast<std::streamsize>(*length);
    }
    if (!std::getline(file_, entry)) return false;
    if (file_.eof()) throw AuditError(Fault::bad_input, "the last entry has no end of line");
    if (entry.size() > longest_entry)
      throw AuditError(Fault::bad_input,
                       "entry " + std::to_string(number) + " is longer than 65535 bytes");
    return true;
  }

  bool at_end() { return file_.peek() == std::ifstream::traits_type::eof(); }

 private:
  std::optional<std::size_t> read_length() {
    char bytes[2];
    if (!file_.read(bytes, 2)) return std::nullopt;
    return static_cast<std::size_t>(static_cast<unsigned char>(bytes[0])) * 256 +
           static_cast<unsigned char>(bytes[1]);
  }

  // True when lengths lead to exactly so many entries and the file's end. Lines don't, by chance.
  bool holds_prefixed(std::uint64_t count) {
    file_.seekg(0, std::ios::end);
    const auto size = file_.tellg();
    file_.seekg(0);
    for (std::uint64_t i = 0; i < count; ++i) {
      const auto length = read_length();
      if (!length) return false;
      file_.seekg(static_cast<std::streamoff>(*length), std::ios::cur);
    }
    return file_.good() && file_.tellg() == size;
  }

  std::ifstream file_;
  bool prefixed_ = false;
};

// Adds entries until the tree has this size.
void grow(Tree& tree, std::uint64_t size, EntryFile& file, Hasher& hasher) {
  std::string entry;
  while (tree.size() < size) {
    if (!file.next(entry, tree.size()))
      throw AuditError(Fault::bad_input, "the file has " + std::to_string(tree.size()) +
                                             " entries, fewer than the size " +
                                             std::to_string(size));
    tree.add(entry, hasher.leaf(entry));
  }
}

}  // namespace

void rebuild_log(const fs::path& entries, const Signer& signer,
                 const std::vector<std::uint64_t>& sizes, const fs::path& out) {
  for (std::size_t i = 1; i < sizes.size(); ++i)
    if (sizes[i] <= sizes[i - 1])
      throw AuditError(Fault::bad_input, "the sizes don't ascend", "for example 5,256,300");
  if (sizes.empty()) throw AuditError(Fault::bad_input, "no size was given");
  EntryFile file(entries, sizes.back());
  if (fs::exists(out) && (!fs::is_directory(out) || !fs::is_empty(out)))
    throw AuditError(Fault::exists, out.string() + " holds something already", "name a new folder");
  const fs::path temporary = out / ".new";
  fs::create_directories(temporary);
  Disk disk;
  Tree tree;
  Hasher hasher;
  for (const std::uint64_t size : sizes) {
    grow(tree, size, file, hasher);
    const TreeFiles taken = tree.take();
    write_tree_files(disk, out, temporary, taken);
    write_checkpoint(
        disk, out, temporary,
        sign_note(format_checkpoint({signer.name(), taken.size, taken.root, ""}), signer));
    remove_superseded(disk, out, taken);
  }
  fs::remove(temporary);
  if (!file.at_end())
    throw AuditError(Fault::bad_input, "the file has more entries than the last size",
                     "give the number of entries as the last size");
}

}  // namespace sceau::audit
