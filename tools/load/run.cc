#include "tools/load/run.h"

#include <atomic>
#include <chrono>
#include <deque>
#include <thread>

namespace sogoc::load {
namespace {

using Clock = std::chrono::steady_clock;

double SecondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

class Connection {
 public:
  Connection(RequestSource& requests, const Pace& pace, std::chrono::milliseconds patience,
             Courier courier, Clock::time_point start)
      : requests_(requests),
        pace_(pace),
        late_(pace.seconds + std::chrono::duration<double>(patience).count()),
        courier_(std::move(courier)),
        start_(start) {}

  base::Status Work(const std::atomic<bool>& stop) {
    while (!stop) {
      if (pace_.requests_per_second == 0 && Over(SecondsSince(start_))) break;
      const std::optional<Request> request = requests_.Next();
      if (!request) break;
      const double leaves = Await(*request);
      if (Over(leaves)) break;
      if (pace_.seconds > 0 && SecondsSince(start_) > late_) {
        counts_.undecided += request->entries;
        continue;
      }
      TRY(const Counts counts, courier_.Deliver(*request));
      const double answered = SecondsSince(start_);
      samples_.push_back(
          {answered, (answered - leaves) * 1'000, static_cast<unsigned>(counts.committed)});
      counts_ += counts;
    }
    return base::Ok();
  }

  const Counts& counts() const { return counts_; }
  const std::vector<Sample>& samples() const { return samples_; }

 private:
  bool Over(double seconds) const { return pace_.seconds > 0 && seconds >= pace_.seconds; }

  // Until the request should leave; that time, in seconds since the start.
  double Await(const Request& request) const {
    if (pace_.requests_per_second == 0) return SecondsSince(start_);
    const double leaves = static_cast<double>(request.number) / pace_.requests_per_second;
    if (!Over(leaves)) {
      std::this_thread::sleep_until(start_ + std::chrono::duration_cast<Clock::duration>(
                                                 std::chrono::duration<double>(leaves)));
    }
    return leaves;
  }

  RequestSource& requests_;
  const Pace& pace_;
  const double late_;
  Courier courier_;
  const Clock::time_point start_;
  Counts counts_;
  std::vector<Sample> samples_;
};

}  // namespace

base::Result<Measurement> Run(RequestSource& requests, Nodes& nodes, const CourierOptions& options,
                              Journal& journal, const Pace& pace) {
  std::atomic<bool> stop = false;
  std::deque<Connection> connections;
  std::vector<base::Status> ended(pace.connections, base::Ok());
  const auto start = Clock::now();
  for (unsigned i = 0; i < pace.connections; ++i) {
    connections.emplace_back(requests, pace, options.give_up, Courier(nodes, i, options, journal),
                             start);
  }
  {
    std::vector<std::jthread> threads;
    for (unsigned i = 0; i < pace.connections; ++i) {
      threads.emplace_back([&, i] {
        ended[i] = connections[i].Work(stop);
        if (!ended[i]) stop = true;
      });
    }
  }
  Measurement measurement;
  measurement.seconds = pace.seconds > 0 ? pace.seconds : SecondsSince(start);
  measurement.signed_late = requests.signed_late();
  for (unsigned i = 0; i < pace.connections; ++i) {
    TRY_STATUS(ended[i]);
    measurement.counts += connections[i].counts();
    const std::vector<Sample>& samples = connections[i].samples();
    measurement.samples.insert(measurement.samples.end(), samples.begin(), samples.end());
  }
  return measurement;
}

}  // namespace sogoc::load
