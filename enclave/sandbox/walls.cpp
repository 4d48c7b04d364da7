#include "enclave/sandbox/walls.h"

#include "enclave/fault.h"
#include "enclave/sandbox/walls_parts.h"
#include "enclave/shadow_memory.h"

namespace sceau::enclave {

WallMaterial wall_material() { return {seccomp_is_there(), landlock_abi()}; }

void wall_in() {
  if (has_shadow_memory) return;
  if (!seccomp_is_there()) throw EnclaveError(Fault::unavailable, "server.no_walls");
  forbid_changes();
  keep_to_calls();
}

void see_only(std::span<const std::filesystem::path> files) {
  if (!has_shadow_memory) allow_reading(files);
}

void keep_to(std::span<const Place> places) { allow_places(places); }

}  // namespace sceau::enclave
