// Damage at rest: whatever happens to the files of a ledger that is not running, it is found when
// the ledger is opened or read, or it did no harm. A ledger is never served short, with a hole or
// with other bytes.

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "node/storage/fail_stop.h"
#include "node/storage/ledger_directory.h"
#include "tests/support/random.h"
#include "tests/support/storage/child_process.h"
#include "tests/support/storage/made_up_chain.h"
#include "tests/support/temp_directory.h"

namespace sogoc::storage {
namespace {

namespace fs = std::filesystem;

constexpr ledger::Height kTop = 11;

// How many bits to flip; SOGOC_TEST_FLIPS for a long run, 0 there for every bit.
std::size_t FlipsWanted() {
  const char* given = std::getenv("SOGOC_TEST_FLIPS");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : 300;
}

// Exit statuses; 1 is what a sanitizer ends a process with.
enum Outcome : int {
  kWhole = 0,     // everything is there
  kRefused = 41,  // opening, or a later check, said what is wrong
  kSilent = 42,   // something else was served: what must never happen
};

using Content = std::map<std::string, std::string>;

Content ContentOf(const std::string& directory) {
  Content content;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    content[fs::relative(entry.path(), directory)] = {std::istreambuf_iterator<char>(file), {}};
  }
  return content;
}

class Damage : public testing::Test {
 protected:
  Damage() { chain_.GrowTo(kTop + 1); }

  // Makes the ledger in three lives, so that it has tables, a manifest with changes, and a log.
  void SetUp() override {
    ASSERT_EQ(support::RunInChild([&] {
                if (!CreateLedger(options_, chain_.block(0))) return 1;
                for (const ledger::Height top : {kTop / 3, 2 * kTop / 3, kTop}) {
                  const auto opened = OpenLedger(options_);
                  if (!opened) return 1;
                  LedgerStore& store = *opened->store;
                  for (auto height = store.Head()->header.height; height < top; ++height) {
                    store.Commit(chain_.block(height + 1));
                  }
                }
                return 0;
              }),
              0);
    content_ = ContentOf(options_.directory);
  }

  // Puts the files there as they were, but for `changed`.
  void Lay(const Content& changed) const {
    fs::remove_all(options_.directory);
    fs::create_directories(options_.directory + "/anchor");
    fs::create_directories(options_.directory + "/store");
    for (const auto& [name, bytes] : changed) {
      std::ofstream(options_.directory + "/" + name, std::ios::binary) << bytes;
    }
  }

  // Opens what lies there and reads all of it; it should end with block `top`.
  int Examine(ledger::Height top) {
    return support::RunInChild([&]() -> int {
      const auto opened = OpenLedger(options_);
      if (!opened) return Refused(opened.error().message);
      LedgerStore& store = *opened->store;
      const ledger::ChainHead head = *store.Head();
      if (head.header.height != top || head.hash != chain_.block(top).hash) return kSilent;
      if (const Status status = store.Verify(0, top + 1); !status) {
        return Refused(status.error().message);
      }
      return Reads(store) ? kWhole : kSilent;
    });
  }

  // Counts what became of a change; fails the test if it went unnoticed.
  void Expect(const Content& changed, const std::string& what, ledger::Height top = kTop) {
    page_.set_message("");
    Lay(changed);
    const int outcome = Examine(top);
    ASSERT_NE(outcome, kSilent) << what;
    // RocksDB keeps its assertions; one that fails is a detection too.
    ASSERT_TRUE(outcome == kWhole || outcome == kRefused || outcome == kFailStopExitCode ||
                outcome == -SIGABRT)
        << what << " ended with " << outcome << " " << page_.message();
    ++outcomes_[outcome];
  }

  void TearDown() override {
    std::string text;
    for (const auto& [outcome, count] : outcomes_) {
      text += " " + std::to_string(outcome) + ":" + std::to_string(count);
    }
    RecordProperty("outcomes", text);
  }

  support::Random random_;
  support::MadeUpChain chain_{7};
  support::TempDirectory directory_{support::TempDirectory::Place::kMemory};
  LedgerOptions options_{.directory = directory_ / "ledger",
                         .block_cache_bytes = 1 << 20,
                         .write_buffer_bytes = 64 << 10};
  support::SharedPage page_;
  Content content_;
  std::map<int, int> outcomes_;

 private:
  int Refused(const std::string& message) {
    page_.set_message(message);
    return kRefused;
  }

  bool Reads(const LedgerStore& store) const {
    for (ledger::EntryIndex index = 0; index < store.Head()->log.size(); ++index) {
      if (store.Leaf(index) != chain_.leaf(index)) return false;
    }
    for (ledger::Height height = 0; height <= store.Head()->header.height; ++height) {
      const auto state = store.StateAfter(height);
      if (!state) return false;
      for (const Bytes& key : chain_.Keys()) {
        const auto expected = chain_.state(height).find(key);
        const auto value = (*state)->Get(key);
        if (value != (expected == chain_.state(height).end() ? std::nullopt
                                                             : std::optional(expected->second))) {
          return false;
        }
      }
      for (const Digest& id : chain_.block(height).entry_ids) {
        if (!store.FindEntry(id)) return false;
      }
    }
    return true;
  }
};

TEST_F(Damage, UndamagedLedgerIsWhole) {
  Lay(content_);
  EXPECT_EQ(Examine(kTop), kWhole) << page_.message();
}

TEST_F(Damage, FlippedBitIsFoundOrHarmless) {
  std::vector<std::pair<std::string, std::size_t>> bits;  // file, first bit of each byte
  for (const auto& [name, bytes] : content_) {
    // Files that nothing reads: flips there prove nothing and would crowd out the others.
    if (name == "LOCK" || name.starts_with("store/OPTIONS")) continue;
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) bits.emplace_back(name, bit);
  }
  const std::size_t wanted = FlipsWanted() == 0 ? bits.size() : FlipsWanted();
  for (std::size_t i = 0; i < wanted; ++i) {
    const auto& [name, bit] = bits[wanted == bits.size() ? i : random_.Below(bits.size())];
    Content changed = content_;
    changed[name][bit / 8] = static_cast<char>(changed[name][bit / 8] ^ (1 << bit % 8));
    Expect(changed, name + ", bit " + std::to_string(bit));
    if (HasFatalFailure()) return;
  }
}

// The bits that RocksDB alone does not notice are in the headers of records of its log and
// manifest: a checksum of 4 bytes, a length of 2, a type.
TEST_F(Damage, FlippedBitInARecordsHeaderIsFoundOrHarmless) {
  for (const auto& [name, bytes] : content_) {
    if (name.find("MANIFEST") == std::string::npos && !name.ends_with(".log")) continue;
    for (std::size_t at = 0; at + 7 <= bytes.size();) {
      const auto byte = [&bytes = bytes](std::size_t offset) {
        return static_cast<std::uint8_t>(bytes[offset]);
      };
      for (const std::size_t bit : {32, 38, 40, 41, 48, 49, 50, 51}) {
        Content changed = content_;
        changed[name][at + bit / 8] = static_cast<char>(byte(at + bit / 8) ^ (1 << bit % 8));
        Expect(changed, name + ", record at " + std::to_string(at) + ", bit " +
                            std::to_string(bit) + " of its header");
        if (HasFatalFailure()) return;
      }
      at += 7 + byte(at + 4) + 256U * byte(at + 5);
    }
  }
}

TEST_F(Damage, MissingOrTruncatedFileIsFoundOrHarmless) {
  for (const auto& [name, bytes] : content_) {
    Content changed = content_;
    changed.erase(name);
    Expect(changed, name + " missing");
    for (const std::size_t size : {std::size_t{0}, bytes.size() / 2, bytes.size() - 1}) {
      if (size >= bytes.size()) continue;
      changed = content_;
      changed[name].resize(size);
      Expect(changed, name + " cut to " + std::to_string(size));
    }
    if (HasFatalFailure()) return;
  }
}

TEST_F(Damage, OlderCopyOfAFileIsFoundOrHarmless) {
  ASSERT_EQ(support::RunInChild([&] {
              Lay(content_);
              const auto opened = OpenLedger(options_);
              if (!opened) return 1;
              opened->store->Commit(chain_.block(kTop + 1));
              return 0;
            }),
            0);
  const Content newer = ContentOf(options_.directory);
  for (const auto& [name, bytes] : newer) {
    const auto older = content_.find(name);
    if (older == content_.end() || older->second == bytes) continue;
    Content changed = newer;
    changed[name] = older->second;
    Expect(changed, "old " + name, kTop + 1);
    if (HasFatalFailure()) return;
  }
}

// Blocks of 512 bytes that were zeroed, or written in the wrong place.
TEST_F(Damage, ZeroedOrMisplacedSectorIsFoundOrHarmless) {
  constexpr std::size_t kSector = 512;
  for (const auto& [name, bytes] : content_) {
    if (name == "LOCK" || name.starts_with("store/OPTIONS")) continue;
    for (int round = 0; round < 3; ++round) {
      const std::size_t sectors = (bytes.size() + kSector - 1) / kSector;
      if (sectors == 0) continue;
      const std::size_t at = random_.Below(sectors) * kSector;
      const std::size_t from = random_.Below(sectors) * kSector;
      const std::size_t size = std::min(kSector, bytes.size() - std::max(at, from));
      Content changed = content_;
      changed[name].replace(at, size, std::string(size, '\0'));
      Expect(changed, name + " zeroed at " + std::to_string(at));
      changed = content_;
      changed[name].replace(at, size, bytes.substr(from, size));
      Expect(changed, name + " at " + std::to_string(at) + " from " + std::to_string(from));
      if (HasFatalFailure()) return;
    }
  }
}

}  // namespace
}  // namespace sogoc::storage
