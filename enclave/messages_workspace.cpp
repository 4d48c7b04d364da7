// Words about workspaces, what is brought into them, and what is asked for from inside.

#include "enclave/messages_workspace.h"

#include <array>

namespace sceau::enclave {
namespace {

constexpr std::array entries = {
    MessageText{"workspace.no_walls", "this system can't confine a workspace (seccomp is missing)",
                "run sceau doctor, and use a kernel with seccomp"},
    MessageText{"workspace.no_bubblewrap", "{1} is not there: no workspace can be started",
                "install the package bubblewrap, then run sceau doctor"},
    MessageText{"workspace.did_not_start", "the workspace could not be started: {1}",
                "sceau doctor says what this machine lacks"},
    MessageText{"workspace.no_user_left", "all {1} users that workspaces may run under are taken",
                "try again later; the operator can set more: users in [workspace] of centre.toml"},
    MessageText{"workspace.bad_terminal",
                "a terminal's name has at most {1} letters, digits and signs -.+_", ""},
    MessageText{"workspace.folder_taken",
                "the folder of project {1} is kept, and {2} works in it just now",
                "try again when that workspace has ended"},
    MessageText{"workspace.cannot_seal", "the project's folder can't be sealed: {1}",
                "make room on the disk, then end the workspace"},
    MessageText{"workspace.folder_damaged", "{1} is not the folder that was left there",
                "restore it from the backup"},
    MessageText{"workspace.not_kept",
                "the folder of {1} did not come out whole; it stands as it was before", ""},
    MessageText{"workspace.out_of_time", "the workspace was ended after {1} hours",
                "begin another one"},
    MessageText{"workspace.too_much_memory",
                "the workspace was ended: its processes took more than {1} MiB of memory together",
                "run fewer of them at once, or on fewer rows"},
    MessageText{"workspace.permit_ended",
                "the workspace was ended: nobody may work on {1} under this permit any more",
                "ask the custodian"},
    MessageText{"workspace.other_project", "this workspace is for project {1} alone",
                "leave out the database's name"},
    // what is brought in, and what is asked for from inside
    MessageText{"centre.ingress_name",
                "a file that is brought in has a plain name: 1 to {1} bytes, no slash, no leading "
                "dot",
                "rename it"},
    MessageText{"centre.ingress_not_text", "{1} is not plain text in UTF-8",
                "scripts and small reference tables are text; data come in by the custodian, "
                "with sceau store create"},
    MessageText{"centre.ingress_too_much",
                "a file may have {1} MiB, a project {2} MiB and {3} files",
                "leave out what isn't needed; data come in by the custodian, with sceau store "
                "create"},
    MessageText{"centre.ingress_comment",
                "say in a comment of 1 to {1} bytes of text what it is for", ""},
    MessageText{"centre.no_ingress", "nothing was brought in as {1}", "sceau review ingress list"},
    MessageText{"centre.ingress_own", "you belong to project {1}: another one decides on its files",
                ""},
    MessageText{"centre.ingress_decided", "{1} is {2} already", ""},
    MessageText{"shown.ingress", "{1} {2}: {3}", ""},
    MessageText{"workspace.not_inside", "this is no workspace",
                "sceau session PROJECT; from outside, SELECT sceau.egress(name, title, bytes)"},
    MessageText{"workspace.no_session", "the session doesn't answer: {1}",
                "end the workspace and begin another; tell the operator if that fails"},
};

}  // namespace

std::span<const MessageText> workspace_messages() { return entries; }

}  // namespace sceau::enclave
