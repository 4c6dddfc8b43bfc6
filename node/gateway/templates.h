#pragma once

// The files of node/gateway/templates, as CMake puts them into the program (templates.cc.in).

namespace sogoc::gateway {

extern const char kStampTemplate[];
extern const char kStyleSheet[];

}  // namespace sogoc::gateway
