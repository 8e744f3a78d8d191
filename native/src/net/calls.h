// The calls of the net plane. net.cc lists them in the order of native/net.ts.
#pragma once
#include "../data/call.h"

namespace net {

using data::Info;

// socket.cc
void openSocket(const Info& info);
void duplicate(const Info& info);
void socketPair(const Info& info);
void bindSocket(const Info& info);
void connectSocket(const Info& info);
void listenSocket(const Info& info);
void acceptSocket(const Info& info);
void socketName(const Info& info);
void setSocketOption(const Info& info);
void getSocketOption(const Info& info);
void tcpTraffic(const Info& info);

// transfer.cc
void sendTo(const Info& info);
void receiveFrom(const Info& info);
void sendDescriptor(const Info& info);

}  // namespace net
