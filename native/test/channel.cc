#include "../src/channel.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <thread>

#include "check.h"

namespace {

struct Pair {
  sys::OwnFd supervisor;
  sys::OwnFd container;
  Pair() {
    int fds[2];
    CHECK(!channel::makePair(fds).failed());
    supervisor.reset(fds[0]);
    container.reset(fds[1]);
  }
};

struct Received {
  channel::Delivery delivery;
  sys::Failure failure;
  ~Received() {
    for (int fd : delivery.fds) close(fd);
  }
};

/** Sends from a thread: more than a socket buffer holds must arrive while the other side reads. */
void exchange(size_t fdCount, size_t configBytes, Received& into) {
  Pair pair;
  std::vector<sys::OwnFd> files;
  std::vector<int> fds;
  for (size_t i = 0; i < fdCount; i++) {
    files.emplace_back(open("/proc/self/status", O_RDONLY | O_CLOEXEC));
    CHECK(files.back().valid());
    fds.push_back(files.back().get());
  }
  std::vector<uint8_t> config(configBytes);
  for (size_t i = 0; i < configBytes; i++) config[i] = static_cast<uint8_t>(i * 31);
  SandboxPlan plan;
  plan.hostname = "over the wire";
  std::thread sender([&] { CHECK(!channel::sendPlan(pair.supervisor.get(), plan, config, fds).failed()); });
  into.failure = channel::receivePlan(pair.container.get(), into.delivery);
  sender.join();
  CHECK(!into.failure.failed());
  CHECK(into.delivery.config == config);
  CHECK(into.delivery.plan.hostname == "over the wire");
  CHECK(into.delivery.fds.size() == fdCount);
  for (int fd : into.delivery.fds) CHECK(fcntl(fd, F_GETFD) == FD_CLOEXEC);
}

struct Header {
  uint32_t planBytes;
  uint32_t configBytes;
  uint32_t fdCount;
};

/** A header with one descriptor beside it. */
void sendRaw(int socket, Header header, int fd) {
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  iovec iov{&header, sizeof header};
  msghdr message{};
  message.msg_iov = &iov;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  cmsghdr* c = CMSG_FIRSTHDR(&message);
  c->cmsg_level = SOL_SOCKET;
  c->cmsg_type = SCM_RIGHTS;
  c->cmsg_len = CMSG_LEN(sizeof(int));
  *reinterpret_cast<int*>(CMSG_DATA(c)) = fd;
  CHECK(sendmsg(socket, &message, 0) == sizeof header);
}

}  // namespace

namespace tests {

void channelCarriesManyDescriptors() {
  // Around the kernel's limit for one message, and at ours.
  for (size_t count : {0u, 1u, 248u, 249u, 250u, 251u, 499u, 500u, 600u}) {
    Received received;
    exchange(count, 10, received);
  }
}

void channelCarriesBigConfigs() {
  for (size_t bytes : {0u, 1u, 65536u, 8u << 20}) {
    Received received;
    exchange(1, bytes, received);
  }
}

void channelRefusesTooManyDescriptors() {
  Pair pair;
  std::vector<int> fds(channel::kMaxFds + 1, 0);
  CHECK(channel::sendPlan(pair.supervisor.get(), SandboxPlan{}, {}, fds).error == E2BIG);
}

void channelTellsThatThePeerIsGone() {
  Pair pair;
  pair.supervisor.reset();
  channel::Delivery delivery;
  CHECK(channel::receivePlan(pair.container.get(), delivery).error == ECONNRESET);
}

void channelRefusesHostileHeaders() {
  const Header hostile[] = {{100, 0, 0}, {0, 0, 0}, {0, 1 << 20, 0}, {4, 4, 0}};
  for (const Header& header : hostile) {
    Pair pair;
    sys::OwnFd file(open("/dev/null", O_RDONLY | O_CLOEXEC));
    sendRaw(pair.supervisor.get(), header, file.get());
    channel::Delivery delivery;
    CHECK(channel::receivePlan(pair.container.get(), delivery).error == EBADMSG);
  }
  Pair pair;
  CHECK(send(pair.supervisor.get(), "short", 5, 0) == 5);
  channel::Delivery delivery;
  CHECK(channel::receivePlan(pair.container.get(), delivery).error == EBADMSG);
}

}  // namespace tests
