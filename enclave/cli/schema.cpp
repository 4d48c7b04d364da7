// `sceau codebook import` and `export`: codebooks from and to Table Schema.

#include "enclave/cli/files.h"
#include "enclave/cli/local.h"
#include "enclave/messages.h"
#include "policies/fault.h"
#include "policies/table_schema.h"
#include "policies/write.h"

namespace sceau::enclave {
namespace {

PassedFile only_document(const Client& client, OpenedFiles& opened) {
  open_files(client.arguments, opened);
  read_documents(client.arguments, opened);
  return opened.files.at(0);
}

}  // namespace

int codebook_import_command(const Client& client) {
  OpenedFiles opened;
  const auto file = only_document(client, opened);
  const auto made = policies::read_table_schema(
      file.text, file.name, client.arguments.maybe("dataset").value_or(""), client.language);
  const auto toml = policies::to_toml(made.codebook, made.comments);
  client.output.out(toml);
  try {
    (void)policies::parse_codebook(toml, "codebook");
  } catch (const policies::PolicyError& error) {
    client.output.err("sceau: " + text("schema.not_yet", {error.what()}) + "\n");
    if (!error.hint().empty()) client.output.err("sceau: hint: " + error.hint() + "\n");
    return 1;
  }
  return 0;
}

int codebook_export_command(const Client& client) {
  OpenedFiles opened;
  const auto file = only_document(client, opened);
  client.output.out(policies::write_table_schema(policies::parse_codebook(file.text, file.name),
                                                 client.language));
  return 0;
}

}  // namespace sceau::enclave
