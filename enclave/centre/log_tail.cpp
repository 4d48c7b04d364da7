#include "enclave/centre/log_tail.h"

#include "audit/receipt.h"
#include "audit/scan.h"
#include "enclave/fault.h"

namespace sceau::enclave {
namespace {

TailEntry entry_of(const std::string& bytes) {
  audit::ScannedEntry scanned;
  if (audit::scan_entry(bytes, scanned)) {
    throw EnclaveError(Fault::integrity, "centre.log_tampered", {"an entry is not canonical"});
  }
  TailEntry entry;
  entry.seq = scanned.seq;
  entry.event = scanned.event;
  entry.actor = scanned.actor;
  entry.time = scanned.time;
  for (const auto& field : scanned.data) {
    entry.data[std::string(field.key)] =
        field.is_string ? audit::unescape(field.raw) : std::string(field.raw);
  }
  return entry;
}

}  // namespace

std::string TailEntry::at(const std::string& key) const {
  const auto found = data.find(key);
  return found == data.end() ? std::string() : found->second;
}

std::uint64_t TailEntry::number(const std::string& key) const {
  return audit::parse_decimal(at(key)).value_or(0);
}

TailEntry logged_entry(Journal& journal, std::uint64_t seq) {
  if (seq >= journal.size()) {
    throw EnclaveError(Fault::not_found, "centre.no_entry",
                       {std::to_string(seq), std::to_string(journal.size())});
  }
  try {
    auto entry = entry_of(audit::parse_receipt(journal.receipt(seq)).entry);
    if (entry.seq != journal.chain().place_of(seq).seq) {
      throw EnclaveError(Fault::integrity, "centre.log_tampered", {"an entry's number is wrong"});
    }
    entry.seq = seq;
    return entry;
  } catch (const audit::AuditError& error) {
    rethrow(error);
  }
}

std::vector<TailEntry> log_tail(Journal& journal, std::uint64_t known) {
  std::vector<TailEntry> tail;
  if (known < journal.size()) journal.publish();
  for (auto seq = known; seq < journal.size(); ++seq) tail.push_back(logged_entry(journal, seq));
  return tail;
}

}  // namespace sceau::enclave
