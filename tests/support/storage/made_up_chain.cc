#include "tests/support/storage/made_up_chain.h"

namespace sogoc::support {
namespace {

constexpr std::uint8_t kMadeUpType = 200;  // no state key of the ledger's begins with it
constexpr std::uint64_t kKeys = 40;
constexpr std::size_t kLeafBytesMin = 9;  // enough that no entry stands twice

base::Bytes KeyOf(std::uint64_t number) {
  base::Bytes key{kMadeUpType, static_cast<std::uint8_t>(number)};
  key.resize(2 + number % 5 * 7, 0xaa);
  return key;
}

}  // namespace

MadeUpChain::MadeUpChain(std::uint64_t seed) : random_(seed) { Grow(); }

const ledger::StagedBlock& MadeUpChain::Grow(const State& values) {
  auto block = std::make_shared<ledger::StagedBlock>();
  ledger::Header& header = block->header;
  header.height = blocks_.size();
  header.time = 1'700'000'000 * base::kNsPerSecond + header.height;
  header.first_index = leaves_.size();
  header.entry_count = static_cast<std::uint32_t>(1 + Below(8));
  if (!blocks_.empty()) {
    header.previous = blocks_.back()->hash;
    block->log = blocks_.back()->log;
  }
  const auto append = [&](base::Bytes leaf) {
    block->leaf_hashes.push_back(crypto::LogLeafHash(leaf));
    block->log.Append(block->leaf_hashes.back());
    leaves_.push_back(leaf);
    block->leaves.push_back(std::move(leaf));
  };
  for (std::uint32_t i = 0; i < header.entry_count; ++i) {
    base::Bytes leaf = RandomBytes(kLeafBytesMin + Below(400));
    leaf[0] = ledger::kEntryLeaf;
    block->entry_ids.push_back(crypto::Sha256(leaf));
    append(std::move(leaf));
  }

  block->state = values;
  for (std::uint64_t i = Below(13); i > 0; --i) {
    block->state[KeyOf(Below(kKeys))] = RandomBytes(Below(100));
  }
  std::vector<crypto::StateChange> changes;
  for (const auto& [key, value] : block->state) {
    changes.push_back({crypto::Sha256(key), crypto::Sha256(value)});
  }
  const auto base = blocks_.empty() ? std::nullopt : std::optional(header.height - 1);
  block->tree = crypto::UpdateStateTree(nodes_, base, header.height, changes);
  nodes_.Add(block->tree);
  State state = states_.empty() ? State() : states_.back();
  for (const auto& [key, value] : block->state) state[key] = value;
  states_.push_back(std::move(state));

  header.log_root = block->log.Root();
  header.state_root = block->tree.root;
  append(ledger::EncodeHeaderLeaf(header));
  block->hash = block->leaf_hashes.back();
  blocks_.push_back(std::move(block));
  return *blocks_.back();
}

std::vector<base::Bytes> MadeUpChain::Keys() const {
  std::vector<base::Bytes> keys{KeyOf(kKeys)};
  for (const auto& [key, value] : states_.back()) keys.push_back(key);
  return keys;
}

base::Bytes MadeUpChain::RandomBytes(std::size_t size) {
  base::Bytes bytes(size);
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random_());
  return bytes;
}

}  // namespace sogoc::support
