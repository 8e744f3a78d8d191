// The list of the net plane, in the order of native/net.ts.
#include "net.h"

#include "calls.h"

namespace {

constexpr data::Export kExports[] = {
    {"openSocket", net::openSocket},           {"duplicate", net::duplicate},
    {"socketPair", net::socketPair},           {"bindSocket", net::bindSocket},
    {"connectSocket", net::connectSocket},     {"listenSocket", net::listenSocket},
    {"acceptSocket", net::acceptSocket},       {"socketName", net::socketName},
    {"setSocketOption", net::setSocketOption}, {"getSocketOption", net::getSocketOption},
    {"tcpTraffic", net::tcpTraffic},           {"sendTo", net::sendTo},
    {"receiveFrom", net::receiveFrom},         {"sendDescriptor", net::sendDescriptor},
};

}  // namespace

void exportNetPlane(napi_env env, napi_value exports) {
  data::exportCalls(env, exports, kExports);
}
