#include "audit/receipt.h"

#include "audit/entry.h"
#include "audit/fault.h"
#include "audit/hash.h"
#include "audit/merkle.h"
#include "audit/proof_text.h"
#include "audit/prove.h"

namespace sceau::audit {
namespace {

constexpr std::string_view first_line = "c2sp.org/tlog-proof@v1";
constexpr std::size_t longest_receipt = 2'000'000;

// The rest of a line that begins with `word` and a blank.
std::string_view take_value(ProofText& lines, std::string_view word) {
  const auto line = lines.line();
  if (!line.starts_with(word) || line.substr(word.size(), 1) != " ")
    lines.refuse("there is no " + std::string(word) + " line where one belongs");
  return line.substr(word.size() + 1);
}

}  // namespace

std::string format_receipt(const Receipt& receipt) {
  std::string text(first_line);
  text += "\nextra " + to_base64(as_bytes(receipt.entry));
  text += "\nindex " + std::to_string(receipt.index) + "\n";
  for (const Digest& hash : receipt.proof) text += to_base64(hash) + "\n";
  return text + "\n" + receipt.checkpoint;
}

Receipt parse_receipt(std::string_view text) {
  ProofText lines(text, "a receipt", "a receipt is the .receipt file that came with the release");
  if (text.size() > longest_receipt) lines.refuse("it is longer than 2 MB");
  if (lines.line() != first_line) lines.refuse("its first line is not " + std::string(first_line));
  Receipt receipt;
  const auto entry = from_base64(take_value(lines, "extra"));
  if (!entry || entry->size() > longest_entry) lines.refuse("the extra line holds no entry");
  receipt.entry.assign(entry->begin(), entry->end());
  const auto index = parse_decimal(take_value(lines, "index"));
  if (!index) lines.refuse("the index is not a number");
  receipt.index = *index;
  receipt.proof = lines.hashes();
  receipt.checkpoint = lines.rest();
  return receipt;
}

Receipt make_receipt(const std::filesystem::path& log_dir, std::uint64_t seq, std::uint64_t size,
                     const Digest& root, std::string_view checkpoint) {
  Hasher hasher;
  LogFiles files(log_dir, size);
  Receipt receipt;
  receipt.index = seq;
  receipt.proof = inclusion_proof(hasher, seq, size, files.reader());
  receipt.entry = files.entry(seq);
  receipt.checkpoint = checkpoint;
  if (!verify_inclusion(hasher, seq, {0, size}, hasher.leaf(receipt.entry), receipt.proof, root))
    throw AuditError(
        Fault::tampered,
        "the log's files don't lead from entry " + std::to_string(seq) + " to its checkpoint",
        "run sceau-audit verify to learn where they are damaged");
  return receipt;
}

}  // namespace sceau::audit
