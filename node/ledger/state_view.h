#pragma once

// Reading and staging state. Rules see nothing else of the world.

#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>

#include "node/base/bytes.h"
#include "node/ledger/state_codec.h"
#include "node/ledger/state_key.h"

namespace sogoc::ledger {

class StateView {
 public:
  virtual ~StateView() = default;
  // The value at `key`, nullopt if there is none. A read that fails for another reason ends the
  // process: a state that cannot be read is not an empty one.
  virtual std::optional<base::Bytes> Get(base::ByteView key) const = 0;
};

// The record at `key`. Bytes that are no such record mean a broken store and abort.
template <class Record>
std::optional<Record> Load(const StateView& state, const StateKey& key) {
  const std::optional<base::Bytes> bytes = state.Get(key);
  if (!bytes) return std::nullopt;
  std::optional<Record> record = DecodeRecord<Record>(*bytes);
  if (!record) {
    std::fprintf(stderr, "state value of key %s is not a record\n", base::ToHex(key).c_str());
    std::abort();
  }
  return record;
}

// The order of bytes, for maps that are searched without making a key.
struct ByteOrder {
  using is_transparent = void;
  bool operator()(base::ByteView a, base::ByteView b) const {
    return base::AsText(a) < base::AsText(b);
  }
};

// Writes held over a parent view. Not thread-safe; the parent must outlive it.
class StateOverlay final : public StateView {
 public:
  using Writes = std::map<base::Bytes, base::Bytes, ByteOrder>;  // ascending by key

  // Named, since a constructor that takes another overlay would be one that copies it.
  static StateOverlay Over(const StateView& parent) { return StateOverlay(parent); }
  StateOverlay(const StateOverlay&) = delete;
  StateOverlay& operator=(const StateOverlay&) = delete;

  std::optional<base::Bytes> Get(base::ByteView key) const override {
    const auto it = writes_.find(key);
    return it != writes_.end() ? std::optional(it->second) : parent_.Get(key);
  }
  template <class Record>
  void Put(const StateKey& key, const Record& record) {
    writes_.insert_or_assign(key, EncodeRecord(record));
  }
  // Takes over the writes of an overlay that stands on this one.
  void Merge(StateOverlay&& upper) {
    while (!upper.writes_.empty()) {
      auto merged = writes_.insert(upper.writes_.extract(upper.writes_.begin()));
      if (!merged.inserted) merged.position->second = std::move(merged.node.mapped());
    }
  }
  const Writes& writes() const { return writes_; }
  Writes TakeWrites() { return std::move(writes_); }

 private:
  explicit StateOverlay(const StateView& parent) : parent_(parent) {}

  const StateView& parent_;
  Writes writes_;
};

}  // namespace sogoc::ledger
