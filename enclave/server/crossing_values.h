#pragma once
// The values of storey `disclosure` as parts of payloads; crossing.h says what holds.
// They live in that storey's namespace so that the list templates of crossing.h find them.

#include "disclosure/examine.h"
#include "disclosure/figure.h"
#include "disclosure/proposal.h"
#include "disclosure/tabulation.h"
#include "disclosure/verdict.h"
#include "disclosure/waiver.h"
#include "enclave/server/wire.h"

namespace sceau::disclosure {

void put(enclave::WireWriter& out, const Message& value);
void put(enclave::WireWriter& out, const Coordinate& value);
void put(enclave::WireWriter& out, const Finding& value);
void put(enclave::WireWriter& out, const Judgement& value);
void put(enclave::WireWriter& out, const Condition& value);
void put(enclave::WireWriter& out, const Tabulation& value);
void put(enclave::WireWriter& out, const Waiver& value);
void put(enclave::WireWriter& out, const Remembered& value);
void put(enclave::WireWriter& out, Chart value);
void put(enclave::WireWriter& out, Way value);
void put(enclave::WireWriter& out, Verdict value);
void put(enclave::WireWriter& out, const Supersession& value);

void get(enclave::WireReader& in, Message& value);
void get(enclave::WireReader& in, Coordinate& value);
void get(enclave::WireReader& in, Finding& value);
void get(enclave::WireReader& in, Judgement& value);
void get(enclave::WireReader& in, Condition& value);
void get(enclave::WireReader& in, Tabulation& value);
void get(enclave::WireReader& in, Waiver& value);
void get(enclave::WireReader& in, Remembered& value);
void get(enclave::WireReader& in, Chart& value);
void get(enclave::WireReader& in, Way& value);
void get(enclave::WireReader& in, Verdict& value);
void get(enclave::WireReader& in, Supersession& value);

}  // namespace sceau::disclosure
