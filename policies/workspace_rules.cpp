#include "policies/workspace_rules.h"

namespace sceau::policies {
namespace {

std::string folder_words(Folder folder, bool french) {
  if (folder == Folder::kept) {
    return french ? "le dossier est gardé scellé d'une session à l'autre"
                  : "the folder is kept sealed between sessions";
  }
  return french ? "le dossier disparaît à la fin" : "the folder vanishes at the end";
}

std::string ingress_words(Ingress ingress, bool french) {
  if (ingress == Ingress::approved) {
    return french ? "un relecteur admet ce qui est apporté"
                  : "a reviewer admits what is brought in";
  }
  return french ? "ce qui est apporté est journalisé et admis"
                : "what is brought in is logged and admitted";
}

std::string hours_words(std::int64_t hours, bool french) {
  return french ? "se termine après " + std::to_string(hours) + "\u00A0h"
                : "ends after " + std::to_string(hours) + " h";
}

}  // namespace

std::string canonical_text(const WorkspaceRules& rules) {
  std::string text;
  if (rules.folder) {
    text +=
        rules.folder == Folder::kept ? "workspace.folder=kept\n" : "workspace.folder=vanishing\n";
  }
  if (rules.ingress) {
    text += rules.ingress == Ingress::approved ? "workspace.ingress=approved\n"
                                               : "workspace.ingress=logged\n";
  }
  if (rules.hours) text += "workspace.hours=" + std::to_string(*rules.hours) + "\n";
  return text;
}

std::string explain(const WorkspaceRules& rules, std::string_view language) {
  const bool french = language == "fr";
  std::string text;
  const auto say = [&](const std::string& words) {
    text += (text.empty() ? (french ? "workspace\u00A0: " : "workspace: ")
                          : (french ? "\u202F; " : "; ")) +
            words;
  };
  if (rules.folder) say(folder_words(*rules.folder, french));
  if (rules.ingress) say(ingress_words(*rules.ingress, french));
  if (rules.hours) say(hours_words(*rules.hours, french));
  return text.empty() ? text : text + ".";
}

}  // namespace sceau::policies
