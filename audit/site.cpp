#include "audit/site.h"

#include <vector>

#include "audit/tile.h"

namespace sceau::audit {

namespace fs = std::filesystem;

void write_tree_files(Disk& disk, const fs::path& log_dir, const fs::path& temporary,
                      const TreeFiles& taken) {
  std::vector<NewFile> list;
  list.reserve(taken.files.size());
  for (const TreeFile& file : taken.files) list.push_back({log_dir / file.path, file.bytes, 0644});
  replace_files(disk, log_dir, temporary, list);
}

void write_checkpoint(Disk& disk, const fs::path& log_dir, const fs::path& temporary,
                      std::string_view note) {
  replace_file(disk, temporary / "checkpoint", {log_dir / "checkpoint", std::string(note), 0644});
}

void remove_superseded(Disk& disk, const fs::path& log_dir, const TreeFiles& taken) {
  for (const std::string& folder : taken.superseded) {
    for (unsigned width = 1; width < tile_width; ++width)
      if (const fs::path part = log_dir / folder / std::to_string(width); fs::exists(part))
        disk.remove(part);
    disk.remove(log_dir / folder);
  }
}

}  // namespace sceau::audit
