#include "audit/rebuild.h"

#include <fstream>
#include <string>

#include "audit/checkpoint.h"
#include "audit/entry.h"
#include "audit/fault.h"
#include "audit/note.h"
#include "audit/site.h"

namespace sceau::audit {
namespace {

namespace fs = std::filesystem;

// Adds entries until the tree has this size.
void grow(Tree& tree, std::uint64_t size, std::ifstream& file, Hasher& hasher) {
  std::string entry;
  while (tree.size() < size) {
    if (!std::getline(file, entry))
      throw AuditError(Fault::bad_input, "the file has " + std::to_string(tree.size()) +
                                             " entries, fewer than the size " +
                                             std::to_string(size));
    if (file.eof()) throw AuditError(Fault::bad_input, "the last entry has no end of line");
    if (entry.size() > longest_entry)
      throw AuditError(Fault::bad_input,
                       "entry " + std::to_string(tree.size()) + " is longer than 65535 bytes");
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
  std::ifstream file(entries, std::ios::binary);
  if (!file || fs::is_directory(entries))
    throw AuditError(Fault::bad_input, "cannot read " + entries.string());
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
  if (file.peek() != std::ifstream::traits_type::eof())
    throw AuditError(Fault::bad_input, "the file has more entries than the last size",
                     "give the number of entries as the last size");
}

}  // namespace sceau::audit
