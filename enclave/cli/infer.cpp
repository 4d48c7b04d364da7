// `sceau codebook infer`: a first codebook for a person to go on with.

#include "policies/infer.h"

#include <unistd.h>

#include <filesystem>

#include "enclave/cli/files.h"
#include "enclave/cli/local.h"
#include "enclave/fault.h"
#include "enclave/store/csv_reader.h"
#include "policies/write.h"

namespace sceau::enclave {
namespace {

constexpr const char* other_encoding = "windows-1252";  // what French files are that are no UTF-8

/// Rows to the inference; remembers whether a byte was no UTF-8.
class Rows final : public RecordSink {
 public:
  explicit Rows(policies::Inference& inference) : inference_(inference) {}

  bool record(const Record& record) override {
    for (const auto& field : record.fields) {
      foreign_ = foreign_ || field.find('\xff') != std::string_view::npos;
    }
    if (!foreign_) (void)inference_.add_row(record.fields);
    return !foreign_;
  }

  bool broken(const Record& record, std::string_view, std::string_view) override {
    (void)inference_.add_row(record.fields);  // counted as ragged
    return true;
  }

  bool chunk() override { return true; }

  [[nodiscard]] bool foreign() const { return foreign_; }

 private:
  policies::Inference& inference_;
  bool foreign_ = false;
};

/// False where the file is not in this encoding; then nothing that it gave may be kept.
bool read_file(policies::Inference& inference, const PassedFile& file,
               const std::string& encoding) {
  TextInput input(file.fd, file.name, encoding);
  CsvReader reader(input, file.name, std::nullopt, {});
  std::vector<std::string_view> header(reader.header().begin(), reader.header().end());
  for (const auto& name : header) {
    if (name.find('\xff') != std::string_view::npos) return false;
  }
  inference.begin_file(header);
  Rows rows(inference);
  reader.read(rows);
  return !rows.foreign();
}

std::string dataset_of(const std::string& file) {
  auto name = std::filesystem::path(file).filename().string();
  return policies::sql_name(name.substr(0, name.find('.')));
}

std::optional<policies::Inferred> infer_in(const OpenedFiles& opened, const std::string& encoding) {
  policies::Inference inference(dataset_of(opened.files.front().name));
  for (const auto& file : opened.files) {
    if (::lseek(file.fd, 0, SEEK_SET) != 0 && !encoding.empty()) {
      throw EnclaveError(Fault::bad_input, "centre.infer_pipe", {file.name});
    }
    if (!read_file(inference, file, encoding)) return std::nullopt;
  }
  return inference.finish();
}

}  // namespace

int codebook_infer_command(const Client& client) {
  OpenedFiles opened;
  open_files(client.arguments, opened);
  auto inferred = infer_in(opened, "");
  if (!inferred) {
    inferred = infer_in(opened, other_encoding);
    if (!inferred) throw EnclaveError(Fault::internal, "centre.internal", {"an encoding"});
    policies::FileRule rule;
    rule.match = "*";
    rule.encoding = other_encoding;
    inferred->codebook.files.push_back(rule);
  }
  client.output.out(policies::to_toml(inferred->codebook, inferred->comments));
  return 0;
}

}  // namespace sceau::enclave
