#include "node/storage/children.h"

#include "node/ledger/state_codec.h"
#include "node/ledger/state_key.h"
#include "node/storage/fail_stop.h"
#include "node/storage/ledger_format.h"

namespace sogoc::storage {
namespace {

constexpr auto kBatchType = static_cast<std::uint8_t>(ledger::StateType::kBatch);

Bytes InputPrefix(const ledger::BatchId& input) {
  Bytes key = base::ToBytes(input.ledger_id);
  base::Append(key, ledger::BatchKey(input.gtin, input.lot));
  return key;
}

// From the state key of a batch: type, then GTIN and lot, each with its length.
ledger::BatchId DecodeBatchKey(ByteView key) {
  const ByteView gtin = key.subspan(2, key[1]);
  const ByteView lot = key.subspan(2 + gtin.size() + 1);
  return {{}, base::ToText(gtin), base::ToText(lot)};
}

}  // namespace

void PutChildren(ByteView key, ByteView value, WriteBatch& batch) {
  if (key[0] != kBatchType) return;
  const auto record = ledger::DecodeRecord<ledger::BatchRecord>(value);
  if (!record) FailStop("state: the value of " + base::ToHex(key) + " is not a batch");
  for (const ledger::InputRecord& input : record->inputs) {
    Bytes child = InputPrefix(input.batch);
    base::Append(child, key);
    batch.Put(Space::kChildren, std::move(child), {});
  }
}

std::vector<ledger::BatchId> ReadChildren(const KeyValueStore& store, const ledger::BatchId& input,
                                          const std::optional<ledger::BatchId>& after,
                                          std::size_t count_max) {
  const Bytes prefix = InputPrefix(input);
  Bytes from = prefix;
  if (after) {
    base::Append(from, ledger::BatchKey(after->gtin, after->lot));
    from.push_back(0);  // the least key above it
  }
  std::vector<ledger::BatchId> children;
  const auto cursor = store.NewCursor(Space::kChildren);
  for (cursor->Seek(from); cursor->valid() && children.size() < count_max; cursor->Next()) {
    const ByteView key = cursor->key();
    if (key.size() <= prefix.size() || !base::Equal(key.first(prefix.size()), prefix)) break;
    children.push_back(DecodeBatchKey(key.subspan(prefix.size())));
  }
  return children;
}

}  // namespace sogoc::storage
