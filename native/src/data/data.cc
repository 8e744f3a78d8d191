// The list of the data plane, in the order of native/data.ts.
#include "data.h"

#include "calls.h"

namespace {

constexpr data::Export kExports[] = {
    {"readv", data::readv},
    {"writev", data::writev},
    {"preadv", data::preadv},
    {"pwritev", data::pwritev},
    {"read", data::read},
    {"write", data::write},
    {"pread", data::pread},
    {"pwrite", data::pwrite},
    {"lseek", data::lseek},
    {"fileKind", data::fileKind},
    {"setStatusFlags", data::setStatusFlags},
    {"stat", data::stat},
    {"setSize", data::setSize},
    {"allocate", data::allocate},
    {"sync", data::sync},
    {"setTimes", data::setTimes},
    {"closeFd", data::closeFd},
    {"openAt", data::openAt},
    {"reopenDirectory", data::reopenDirectory},
    {"statAt", data::statAt},
    {"setTimesAt", data::setTimesAt},
    {"makeDirectory", data::makeDirectory},
    {"unlink", data::unlink},
    {"rename", data::rename},
    {"link", data::link},
    {"symlink", data::symlink},
    {"readLink", data::readLink},
    {"readDirectory", data::readDirectory},
    {"accept", data::accept},
    {"receive", data::receive},
    {"send", data::send},
    {"shutdown", data::shutdown},
    {"clockTime", data::clockTime},
    {"clockResolution", data::clockResolution},
    {"random", data::random},
    {"poll", data::poll},
};

}  // namespace

void exportDataPlane(napi_env env, napi_value exports) {
  data::exportCalls(env, exports, kExports);
}
