#pragma once

#include <cstddef>

namespace sogoc::tools {

// Takes from this process, for ever, what decoding a picture does not need: every descriptor but
// the two given, opening files and sockets, writing files, starting or signalling processes,
// gaining rights, and processor time and address space beyond the limits. System calls outside a
// short list then fail with EPERM, where the kernel has filters. Builds with a sanitizer keep
// address space and system calls: it needs them. False: the kernel refused a limit; the process
// must not go on.
bool GiveUpRights(int input_fd, int output_fd, unsigned cpu_seconds, std::size_t address_bytes);

}  // namespace sogoc::tools
