// `sceau doctor`: is this machine fit to hold a centre, and is the centre as it should be. What
// can't be checked is not fit: exit 0 only where every line says ok.

#include "enclave/cli/doctor.h"

#include <nlohmann/json.hpp>

#include "enclave/centre/print.h"
#include "enclave/cli/local.h"
#include "enclave/messages.h"

namespace sceau::enclave {
namespace {

using Json = nlohmann::ordered_json;

/// A line a finding; names in one column.
std::string text_of(const Findings& findings, std::string_view language) {
  std::string shown;
  for (const auto& finding : findings) {
    shown += (finding.good ? word("ok", language) + "    " : word("NOT", language) + "   ") +
             word(finding.check, language) + ": " +
             printable(text(finding.id, finding.args, language)) + "\n";
    const auto advice = hint(finding.id, finding.args, language);
    if (!finding.good && !advice.empty()) shown += "      " + printable(advice) + "\n";
  }
  return shown;
}

Json json_of(const Findings& findings, bool fit) {
  Json checks = Json::array();
  for (const auto& finding : findings) {
    Json one = {
        {"check", finding.check}, {"ok", finding.good}, {"found", text(finding.id, finding.args)}};
    if (!finding.good) one["advice"] = hint(finding.id, finding.args);
    checks.push_back(std::move(one));
  }
  return {{"format", 1}, {"fit", fit}, {"checks", std::move(checks)}};
}

}  // namespace

int doctor_command(const Client& client) {
  Findings findings;
  check_machine(findings);
  check_workspaces(findings);
  check_home(findings, client.home);
  check_log(findings, client.home, client.clock);
  bool fit = true;
  for (const auto& finding : findings) fit = fit && finding.good;
  client.output.out(
      client.json
          ? json_of(findings, fit).dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"
          : text_of(findings, client.language) +
                text(fit ? "shown.fit" : "shown.not_fit", {}, client.language) + "\n");
  return fit ? 0 : 1;
}

}  // namespace sceau::enclave
