#include "audit/entries.h"

#include <algorithm>

#include "audit/checkpoint.h"
#include "audit/fault.h"
#include "audit/files.h"
#include "audit/note.h"
#include "audit/verify_files.h"

namespace sceau::audit {
namespace {

constexpr std::size_t largest_note = 1'000'000;

}  // namespace

std::string checkpoint_note(const std::filesystem::path& log) {
  const auto note = read_file(log / "checkpoint", largest_note);
  if (!note)
    throw AuditError(Fault::bad_input, log.string() + " holds no log",
                     "name the folder that has `checkpoint` and `tile` in it");
  return *note;
}

void for_each_entry(const std::filesystem::path& log, std::uint64_t from, std::uint64_t to,
                    const std::function<void(std::uint64_t seq, std::string_view entry)>& use) {
  const std::uint64_t size = parse_checkpoint(parse_note(checkpoint_note(log)).text).size;
  TileCheck files(log, size);
  Findings findings("entries");
  for (std::uint64_t index = from / 256; index * 256 < size && index * 256 <= to; ++index) {
    const auto width = static_cast<unsigned>(std::min<std::uint64_t>(256, size - index * 256));
    const auto copies = files.copies(-1, index, findings);
    const TileCopy* file = files.choose(copies, -1, index, width, findings);
    std::size_t used = 0;
    const auto entries =
        file == nullptr ? std::vector<std::string_view>() : split_bundle(file->bytes, width, used);
    for (std::size_t i = 0; i < entries.size(); ++i)
      if (const std::uint64_t seq = index * 256 + i; seq >= from && seq <= to) use(seq, entries[i]);
    if (entries.size() < width)
      throw AuditError(Fault::tampered,
                       "entry " + std::to_string(index * 256 + entries.size()) + " is not there",
                       "run sceau-audit verify to learn what else is damaged");
  }
}

}  // namespace sceau::audit
