#include "audit/checkpoint.h"

#include "audit/fault.h"

namespace sceau::audit {
namespace {

// Cuts the first line off; every line must end with a newline.
std::string_view take_line(std::string_view& text) {
  const auto end = text.find('\n');
  if (end == std::string_view::npos)
    throw AuditError(Fault::bad_input, "not a checkpoint: it ends within a line");
  const auto line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

}  // namespace

std::string format_checkpoint(const Checkpoint& checkpoint) {
  return checkpoint.origin + "\n" + std::to_string(checkpoint.size) + "\n" +
         to_base64(checkpoint.root) + "\n" + checkpoint.extensions;
}

Checkpoint parse_checkpoint(std::string_view text) {
  Checkpoint checkpoint;
  checkpoint.origin = take_line(text);
  const auto size = parse_decimal(take_line(text));
  const auto root = digest_from_base64(take_line(text));
  if (checkpoint.origin.empty())
    throw AuditError(Fault::bad_input, "not a checkpoint: the origin is empty");
  if (!size) throw AuditError(Fault::bad_input, "not a checkpoint: the size is not a number");
  if (!root) throw AuditError(Fault::bad_input, "not a checkpoint: the root is not a hash");
  checkpoint.size = *size;
  checkpoint.root = *root;
  checkpoint.extensions = text;
  while (!text.empty())
    if (take_line(text).empty())
      throw AuditError(Fault::bad_input, "not a checkpoint: an extension line is empty");
  return checkpoint;
}

}  // namespace sceau::audit
