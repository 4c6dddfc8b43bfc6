#pragma once

// Runs the program in this process, at a fixed time, in a folder of the test's own.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/temp_directory.h"
#include "tools/sogoc/command_line.h"

namespace sogoc::support {

struct CliResult {
  tools::Exit exit = tools::Exit::kFailed;
  std::string out;
  std::string err;
};

// 08:00 in UTC+7 on 2026-07-02, or what the test sets.
class CliClock final : public base::Clock {
 public:
  base::TimeNs Now() const override { return now; }
  base::TimeNs now = base::StartOf(20260702) + 8 * 3600 * base::kNsPerSecond;
};

// The working folder of the program is the test's own while this exists.
class CliTest : public testing::Test {
 protected:
  CliTest() : before_(std::filesystem::current_path()) {
    std::filesystem::current_path(folder_.path());
  }
  ~CliTest() override { std::filesystem::current_path(before_); }

  CliResult Run(const std::vector<std::string>& arguments) {
    std::ostringstream out;
    std::ostringstream err;
    const tools::Surroundings surroundings{
        out, err, clock_, [this](std::chrono::seconds time) { slept_.push_back(time); }, false};
    const tools::Exit exit = tools::RunCommandLine(arguments, surroundings);
    return {exit, out.str(), err.str()};
  }

  static void Write(const std::string& name, const std::string& content) {
    std::ofstream(name, std::ios::binary) << content;
    std::filesystem::permissions(
        name, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  }
  static std::string Read(const std::string& name) {
    std::ostringstream content;
    content << std::ifstream(name, std::ios::binary).rdbuf();
    return content.str();
  }

  // A key file whose passphrase is in "pass"; the same key in all tests, since making one is slow.
  void MakeKey(const std::string& name) {
    static std::string key;
    if (key.empty()) {
      EXPECT_EQ(Run({"key", "new", name, "--passphrase-file", "pass"}).exit, tools::Exit::kDone);
      key = Read(name);
    }
    Write(name, key);
  }

  CliClock clock_;
  std::vector<std::chrono::seconds> slept_;

 private:
  TempDirectory folder_;
  std::filesystem::path before_;
};

// Splits like a shell: at blanks, but not inside single quotes.
inline std::vector<std::string> SplitWords(const std::string& line) {
  std::vector<std::string> words;
  bool inside = false;
  bool open = false;
  for (const char c : line) {
    if (c == '\'') {
      inside = !inside;
    } else if (c == ' ' && !inside) {
      open = false;
      continue;
    }
    if (!open) words.emplace_back();
    open = true;
    if (c != '\'') words.back() += c;
  }
  return words;
}

}  // namespace sogoc::support
