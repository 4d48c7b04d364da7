// The readers of what others hand us, on any bytes: notes, checkpoints, receipts, trust files,
// keys, the write-ahead record. They return or throw AuditError, and what they accept they write
// as the same bytes again.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "audit/checkpoint.h"
#include "audit/fault.h"
#include "audit/note.h"
#include "audit/receipt.h"
#include "audit/trust.h"
#include "audit/verify_files.h"
#include "audit/wal.h"

namespace {

using namespace sceau::audit;

template <typename Read>
void attempt(Read read) {
  try {
    read();
  } catch (const AuditError&) {
  }
}

void must(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  attempt([&] {
    const Note note = parse_note(text);
    std::string again = note.text + "\n";
    for (const NoteSignature& line : note.signatures) {
      Bytes blob;
      for (int shift = 24; shift >= 0; shift -= 8)
        blob.push_back(static_cast<std::uint8_t>(line.key_id >> shift));
      blob.insert(blob.end(), line.signature.begin(), line.signature.end());
      again += "\xE2\x80\x94 " + line.name + " " + to_base64(blob) + "\n";
    }
    must(again == text);
  });
  attempt([&] { must(format_checkpoint(parse_checkpoint(text)) == text); });
  attempt([&] { must(format_receipt(parse_receipt(text)) == text); });
  attempt([&] { must(parse_verifier_key(text).line() == text); });
  attempt([&] { must(Signer::from_private_key(text).private_key() == text); });
  attempt([&] { (void)parse_trust(text).is_quorum({0, 1}); });
  attempt([&] {
    Hasher hasher;
    std::optional<Digest> last;
    const WalContent content = parse_wal(hasher, text, last);
    std::string again;
    for (const WalFrame& frame : content.frames) {
      std::string payload;
      for (const std::string& entry : frame.entries) payload += entry + "\n";
      again += format_frame(frame.first, frame.entries.size(), payload, frame.leaves.back());
    }
    must(text.starts_with(again) && again.size() + content.torn_bytes == text.size());
  });
  if (const auto name = parse_tile_name(text)) {
    std::string again = full_tile_name(name->level, name->index);
    if (name->width < 256) again += ".p/" + std::to_string(name->width);
    must(again == text);
  }
  std::size_t used = 0;
  (void)split_bundle(text, 256, used);
  must(used <= size);
  return 0;
}
