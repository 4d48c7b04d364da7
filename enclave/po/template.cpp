// Prints the template (POT) of a storey's texts for msgmerge: texts_template disclosure|enclave.
// Texts stand in tables by id, not in calls, so xgettext can't find them by itself.

#include <cstdio>
#include <cstring>
#include <string>

#include "enclave/messages.h"

namespace {

std::string literal(std::string_view text) {
  std::string shown = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') shown += '\\';
    shown += c == '\n' ? "\\n" : std::string(1, c);
  }
  return shown + "\"";
}

void print(const std::vector<sceau::disclosure::SourceText>& texts) {
  std::puts("msgid \"\"\nmsgstr \"Content-Type: text/plain; charset=UTF-8\\n\"\n");
  for (const auto& [context, english] : texts) {
    std::printf("msgctxt %s\nmsgid %s\nmsgstr \"\"\n\n", literal(context).c_str(),
                literal(english).c_str());
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::strcmp(argv[1], "disclosure") == 0) {
    print(sceau::disclosure::source_texts());
  } else if (argc == 2 && std::strcmp(argv[1], "enclave") == 0) {
    print(sceau::enclave::source_texts());
  } else {
    std::fputs("usage: texts_template disclosure|enclave\n", stderr);
    return 2;
  }
  return 0;
}
