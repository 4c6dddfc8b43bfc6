#include "tests/determinism/random_people.h"

#include "node/ledger/records.h"

namespace sogoc::determinism {

RandomPeople::RandomPeople(support::TestLedger& ledger, std::uint64_t seed)
    : ledger_(ledger), dice_(seed) {
  for (const char* id : {"htx-cam", "ct-mam", "tht-ca"}) producers_.push_back({id, {id}, true, 1});
  products_ = {{"htx-cam", support::kCam},
               {"htx-cam", support::kMut},
               {"ct-mam", support::kMam},
               {"tht-ca", support::kCa}};
}

RandomPeople::Producer* RandomPeople::SomeProducer(bool with_profile) {
  for (int tries = 0; tries < 8; ++tries) {
    Producer& producer = dice_.Pick(producers_);
    if (producer.profile == with_profile) return &producer;
  }
  return nullptr;
}

Draft RandomPeople::By(const std::string& author, std::vector<v1::Operation> operations) {
  for (Producer& producer : producers_) {
    if (producer.id == author) return {author, dice_.Pick(producer.keys), std::move(operations)};
  }
  return {author, author, std::move(operations)};
}

Draft RandomPeople::Next() {
  // What is done more often stands here more often.
  static constexpr Maker kMakers[] = {&RandomPeople::Propose,
                                      &RandomPeople::Approve,
                                      &RandomPeople::FoundAgain,
                                      &RandomPeople::Admit,
                                      &RandomPeople::AddKey,
                                      &RandomPeople::EndKey,
                                      &RandomPeople::ReplaceKeys,
                                      &RandomPeople::GrantRole,
                                      &RandomPeople::RevokeRole,
                                      &RandomPeople::NameSuccessor,
                                      &RandomPeople::RecordUnits,
                                      &RandomPeople::RecordResolver,
                                      &RandomPeople::GiveCode,
                                      &RandomPeople::GiveCode,
                                      &RandomPeople::Score,
                                      &RandomPeople::Score,
                                      &RandomPeople::Certify,
                                      &RandomPeople::Certify,
                                      &RandomPeople::Certify,
                                      &RandomPeople::RevokeCertificate,
                                      &RandomPeople::RegisterProducer,
                                      &RandomPeople::RegisterFacility,
                                      &RandomPeople::RegisterProduct,
                                      &RandomPeople::RegisterProduct,
                                      &RandomPeople::RegisterBatch,
                                      &RandomPeople::RegisterBatch,
                                      &RandomPeople::RegisterBatch,
                                      &RandomPeople::StageEvents,
                                      &RandomPeople::StageEvents,
                                      &RandomPeople::OfferInput,
                                      &RandomPeople::Authorise,
                                      &RandomPeople::Authorise,
                                      &RandomPeople::Authorise,
                                      &RandomPeople::SetKeys,
                                      &RandomPeople::SetKeys,
                                      &RandomPeople::Print,
                                      &RandomPeople::Print,
                                      &RandomPeople::Activate,
                                      &RandomPeople::Except,
                                      &RandomPeople::OpenRecall,
                                      &RandomPeople::CloseRecall};
  while (true) {
    std::optional<Draft> draft = (this->*kMakers[dice_.Below(std::size(kMakers))])();
    if (!draft) continue;
    if (dice_.Once(100)) draft->key = "ai-do";
    if (dice_.Once(50)) draft->operations.push_back(draft->operations.front());
    return std::move(*draft);
  }
}

}  // namespace sogoc::determinism
