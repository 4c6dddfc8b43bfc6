#pragma once

// Pages for people, rendered on the server with ctemplate's auto-escape; no script runs on them.

#include <string>

#include "proto/api.pb.h"

namespace sogoc::gateway {

// The page of a stamp's address, in Vietnamese. Thread-safe.
std::string StampPage(const v1::VerdictAnswer& answer);

// The style sheet of all pages.
const std::string& StyleSheet();

}  // namespace sogoc::gateway
