// `sceau events`: the published log as it grows, an entry a line, for a collector of logs
// (journald, a SIEM). It reads the log's files as an auditor does and needs no key; what it prints
// is believed once `sceau-audit verify` has passed.

#include <nlohmann/json.hpp>
#include <thread>

#include "audit/checkpoint.h"
#include "audit/entries.h"
#include "audit/fault.h"
#include "audit/note.h"
#include "enclave/centre/print.h"
#include "enclave/cli/operation.h"
#include "enclave/fault.h"

namespace sceau::enclave {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::chrono::milliseconds between_looks(500);

std::uint64_t size_of(const std::filesystem::path& log) {
  return audit::parse_checkpoint(audit::parse_note(audit::checkpoint_note(log)).text).size;
}

bool is_wanted(const Json& entry, const std::string& event) {
  const auto name = entry.value("event", "");
  return event.empty() || name == event || (event.ends_with('.') && name.starts_with(event));
}

/// "17  2026-…  release.made  centre  request=R-… verdict=pass"
std::string line_of(const Json& entry) {
  std::string line = std::to_string(entry.value("seq", std::uint64_t{0})) + "  " +
                     entry.value("time", "") + "  " + entry.value("event", "") + "  " +
                     entry.value("actor", "") + " ";
  const auto data = entry.value("data", Json::object());
  for (const auto& [key, value] : data.items()) {
    line += " " + key + "=" + (value.is_string() ? value.get<std::string>() : value.dump());
  }
  return printable(line) + "\n";
}

std::uint64_t first_of(const Client& client) {
  const auto word = client.arguments.one("from");
  if (word.empty()) return 0;
  const auto number = audit::parse_decimal(word);
  if (!number) throw EnclaveError(Fault::usage, "centre.bad_seq", {word});
  return *number;
}

}  // namespace

int events_command(const Client& client) {
  const auto log = client.home.log();
  const auto event = client.arguments.one("event");
  auto next = first_of(client);
  while (true) {
    const auto size = size_of(log);
    // A rotation has begun the log anew: what is published now is of the next one.
    if (next > size && client.arguments.has("follow")) next = 0;
    if (next < size) {
      audit::for_each_entry(log, next, size - 1, [&](std::uint64_t, std::string_view bytes) {
        const auto entry = Json::parse(bytes, nullptr, false);
        if (!entry.is_object() || !is_wanted(entry, event)) return;
        client.output.out(client.json ? std::string(bytes) + "\n" : line_of(entry));
      });
      next = size;
    }
    if (!client.arguments.has("follow")) return 0;
    std::this_thread::sleep_for(between_looks);
  }
}

}  // namespace sceau::enclave
