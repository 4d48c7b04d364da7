// `sceau review export REQUEST --format acro DIR`: the folder is made here, with the client's
// rights, and readable by its owner alone: it holds what has not been let out.

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "audit/bytes.h"
#include "enclave/cli/reach.h"
#include "enclave/fault.h"

namespace sceau::enclave {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

void make_folder(const fs::path& folder) {
  std::error_code error;
  if (!fs::create_directory(folder, error) || error) {
    throw EnclaveError(Fault::already_there, "acro.folder", {folder.string()});
  }
  fs::permissions(folder, fs::perms::owner_all, error);
  if (error) throw EnclaveError(Fault::unavailable, "centre.cannot_write", {folder.string()});
}

void write_file(const fs::path& file, const audit::Bytes& bytes) {
  std::ofstream stream(file, std::ios::binary | std::ios::trunc);
  stream.write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
  if (!stream.flush()) {
    throw EnclaveError(Fault::unavailable, "centre.cannot_write", {file.string()});
  }
}

/// A plain name, or one in checksums/: nothing else is written, whatever the answer says.
fs::path place_of(const fs::path& folder, const std::string& name) {
  const auto path = folder / name;
  const bool inside = path.parent_path() == folder || path.parent_path() == folder / "checksums";
  const auto last = path.filename().string();
  if (!inside || last.empty() || last == "." || last == "..") {
    throw EnclaveError(Fault::internal, "centre.internal", {"a file's name in an answer"});
  }
  return path;
}

}  // namespace

int review_export_command(const Client& client) {
  const fs::path folder = client.arguments.one("DIR");
  if (fs::exists(folder)) {
    throw EnclaveError(Fault::already_there, "acro.folder", {folder.string()});
  }
  std::string text;
  Client inner = client;
  inner.json = true;
  inner.output.out = [&text](const std::string& piece) { text += piece; };
  const int code = reach_centre(inner);
  if (code != 0) return code;
  const auto document = Json::parse(text);
  make_folder(folder);
  make_folder(folder / "checksums");
  Json names = Json::array();
  for (const auto& file : document.at("files")) {
    const auto name = file.at("name").get<std::string>();
    const auto bytes = audit::from_base64(file.at("base64").get<std::string>());
    if (!bytes) throw EnclaveError(Fault::internal, "centre.internal", {"base64 in an answer"});
    write_file(place_of(folder, name), *bytes);
    names.push_back(name);
  }
  const auto request = client.arguments.one("REQUEST");
  client.output.out(client.json
                        ? Json{{"format", 1}, {"request", request}, {"files", names}}.dump() + "\n"
                        : request + " for SACRO's viewer: " + folder.string() + "\n");
  return 0;
}

}  // namespace sceau::enclave
