#include "enclave/centre/commands_ingress.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "enclave/centre/ingress.h"
#include "enclave/centre/print.h"
#include "enclave/fault.h"

namespace sceau::enclave {
namespace {

using Json = nlohmann::ordered_json;

/// Its bytes, and one more than may be where there are more.
std::string read_file(const PassedFile& file) {
  struct stat status {};
  if (::fstat(file.fd, &status) != 0 || !S_ISREG(status.st_mode)) {
    throw EnclaveError(Fault::bad_input, "centre.not_a_file", {file.name});
  }
  std::string bytes;
  char piece[1U << 14];
  while (bytes.size() <= max_ingress_bytes) {
    const auto got = ::read(file.fd, piece, sizeof piece);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw EnclaveError(Fault::bad_input, "centre.cannot_read", {file.name, "read"});
    if (got == 0) break;
    bytes.append(piece, static_cast<std::size_t>(got));
  }
  return bytes;
}

Json row_json(const Call& call, const IngressRow& row) {
  return {
      {"ingress", row.id},
      {"project", row.project},
      {"name", row.name},
      {"bytes", row.size},
      {"state", row.state},
      {"by", call.state.registry.name_of(row.actor)},
      {"brought", row.brought},
      {"comment", row.comment},
      {"decided_by",
       row.decided_by.empty() ? Json(nullptr) : Json(call.state.registry.name_of(row.decided_by))},
      {"answer", row.answer}};
}

int decide(const Call& call, bool admit) {
  const Held held(call.state.mutex);
  (void)require_any_role(call.state, call.person, {"reviewer", "custodian"});
  const auto id = call.arguments.one("INGRESS");
  decide_ingress(call.state, call.person, id, admit, call.arguments.one("comment"));
  const auto row = require_ingress(call.state, id);
  say(call, {{"format", 1}, {"ingress", id}, {"state", row.state}},
      line(call, "shown.ingress", {id, printable(row.name), row.state}));
  return 0;
}

}  // namespace

int ingress_bring(const Call& call) {
  std::vector<BroughtFile> files;
  for (const auto& file : call.command.files) {
    files.push_back({std::filesystem::path(file.name).filename().string(), read_file(file)});
  }
  const Held held(call.state.mutex);
  const auto rows = bring_in(call.state, call.person, call.arguments.one("project"), files,
                             call.arguments.one("comment"));
  Json list = Json::array();
  std::string text;
  for (const auto& row : rows) {
    list.push_back(row_json(call, row));
    text += line(call, "shown.ingress", {row.id, printable(row.name), row.state});
  }
  say(call, {{"format", 1}, {"files", list}}, text);
  return 0;
}

int review_ingress_list(const Call& call) {
  const Held held(call.state.mutex);
  (void)require_any_role(call.state, call.person, {"reviewer", "custodian", "operator", "auditor"});
  Json list = Json::array();
  std::vector<std::vector<std::string>> rows;
  for (const auto& row : ingresses(call.state.registry, call.arguments.one("project"))) {
    list.push_back(row_json(call, row));
    rows.push_back({row.id, row.state, row.project, row.name, grouped(row.size),
                    call.state.registry.name_of(row.actor), row.comment});
  }
  say(call, {{"format", 1}, {"files", list}},
      aligned(call.command.language,
              {"ingress", "state", "project", "name", "bytes", "by", "comment"}, rows));
  return 0;
}

int review_ingress_show(const Call& call) {
  const Held held(call.state.mutex);
  (void)require_any_role(call.state, call.person, {"reviewer", "custodian"});
  const auto row = require_ingress(call.state, call.arguments.one("INGRESS"));
  auto document = row_json(call, row);
  document["text"] = row.bytes;
  document["format"] = 1;
  // Text it is, and yet what a terminal is shown is made harmless.
  std::string text;
  std::size_t from = 0;
  while (from < row.bytes.size()) {
    const auto end = std::min(row.bytes.find('\n', from), row.bytes.size());
    text += printable(row.bytes.substr(from, end - from)) + "\n";
    from = end + 1;
  }
  say(call, document, text);
  return 0;
}

int review_ingress_admit(const Call& call) { return decide(call, true); }
int review_ingress_refuse(const Call& call) { return decide(call, false); }

}  // namespace sceau::enclave
