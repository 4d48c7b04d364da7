// `sceau log request DIR` and `log collect DIR`: what the centre asks its witnesses goes into a
// folder that they see, and their answers come out of it. The folder is opened here, with the
// client's rights; the centre gets texts.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "enclave/centre/print.h"
#include "enclave/cli/reach.h"
#include "enclave/fault.h"
#include "enclave/messages.h"

namespace sceau::enclave {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

struct Answered {
  int code = 0;
  Json document;
};

/// The centre's answer as a document, whatever the user wants to read.
Answered ask_centre(const Client& client) {
  std::string text;
  Client inner = client;
  inner.json = true;
  inner.output.out = [&text](const std::string& piece) { text += piece; };
  const int code = reach_centre(inner);
  return {code, Json::parse(text, nullptr, false)};
}

/// Whole or not there; who reads the folder never sees half a request.
void write_file(const fs::path& file, const std::string& text) {
  auto temporary = file.parent_path() / ("." + file.filename().string() + ".new");
  std::error_code error;
  {
    std::ofstream stream(temporary, std::ios::binary | std::ios::trunc);
    stream << text;
    if (!stream.flush()) {
      throw EnclaveError(Fault::unavailable, "centre.cannot_write", {file.string()});
    }
  }
  fs::rename(temporary, file, error);
  if (error) throw EnclaveError(Fault::unavailable, "centre.cannot_write", {file.string()});
}

/// A name from the centre's document, if it is a plain one.
std::optional<fs::path> inside(const fs::path& folder, const std::string& name) {
  const auto path = folder / name;
  if (name.empty() || path.parent_path() != folder) return std::nullopt;
  return path;
}

std::string joined(const Json& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name.get<std::string>();
  return text;
}

std::string line(const Client& client, std::string_view id,
                 const std::vector<std::string>& args = {}) {
  return text(id, args, client.language) + "\n";
}

/// A row for each line that people read.
std::string collected_text(const Client& client, const Json& document) {
  std::string text;
  for (const auto& one : document.at("taken")) {
    text += line(client, "shown.has_signed",
                 {printable(one.value("name", "")), grouped(one.value("size", std::uint64_t{0}))});
  }
  for (const auto& one : document.at("unused")) {
    text += line(client, one.value("alarm", false) ? "shown.alarm" : "shown.not_used",
                 {printable(one.value("file", "")), printable(one.value("why", ""))});
  }
  const auto receipts = document.value("receipts", std::uint64_t{0});
  if (receipts > 0) text += line(client, "shown.receipts", {grouped(receipts)});
  for (const auto& id : document.at("released")) {
    text += line(client, "shown.is_released", {id.get<std::string>()});
  }
  if (text.empty()) {
    text =
        line(client, document.value("answers", 0) == 0 ? "shown.no_answer" : "shown.no_signature");
  }
  if (!document.at("waiting").empty()) {
    text += line(client, "shown.waits_for", {joined(document["waiting"])});
  }
  return text;
}

}  // namespace

int log_request_command(const Client& client) {
  const fs::path folder = client.arguments.one("DIR");
  if (!fs::is_directory(folder)) {
    throw EnclaveError(Fault::bad_input, "centre.cannot_read", {folder.string(), "no folder"});
  }
  const auto [code, document] = ask_centre(client);
  if (code != 0 || !document.is_object()) return code;
  std::vector<std::string> written;
  for (const auto& file : document.at("files")) {
    const auto name = file.at("name").get<std::string>();
    const auto path = inside(folder, name);
    if (!path) continue;
    write_file(*path, file.at("text").get<std::string>());
    written.push_back(name);
  }
  std::error_code ignored;
  for (const auto& known : document.at("known")) {  // requests that were answered
    const auto name = known.get<std::string>();
    const auto path = inside(folder, name);
    const bool fresh = std::find(written.begin(), written.end(), name) != written.end();
    if (path && !fresh) fs::remove(*path, ignored);
  }
  if (client.json) {
    const Json shown = {{"format", 1},
                        {"log", document.at("log")},
                        {"size", document.at("size")},
                        {"files", written},
                        {"waiting", document.at("waiting")}};
    client.output.out(shown.dump() + "\n");
    return 0;
  }
  if (written.empty()) {
    client.output.out(line(client, "shown.nothing_to_ask"));
    return 0;
  }
  auto text = line(client, "shown.asked_about",
                   {grouped(document.value("size", std::uint64_t{0})), document.value("log", "")});
  for (const auto& name : written) text += "  " + (folder / name).string() + "\n";
  client.output.out(text + line(client, "shown.answers_awaited"));
  return 0;
}

int log_collect_command(const Client& client) {
  const fs::path folder = client.arguments.one("DIR");
  const auto [code, document] = ask_centre(client);
  if (!document.is_object()) return code;
  std::error_code ignored;
  for (const auto& one : document.at("taken")) {  // an answer that is used has done its duty
    if (const auto path = inside(folder, one.value("name", "") + ".answer")) {
      fs::remove(*path, ignored);
    }
  }
  client.output.out(client.json ? document.dump() + "\n" : collected_text(client, document));
  return code;
}

}  // namespace sceau::enclave
