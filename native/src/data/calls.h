// The calls of the data plane by file. data.cc lists them in the order of native/data.ts.
#pragma once
#include "call.h"

namespace data {

// io.cc
void readv(const Info& info);
void writev(const Info& info);
void preadv(const Info& info);
void pwritev(const Info& info);
void read(const Info& info);
void write(const Info& info);
void pread(const Info& info);
void pwrite(const Info& info);
void lseek(const Info& info);

// file.cc
void fileKind(const Info& info);
void setStatusFlags(const Info& info);
void stat(const Info& info);
void setSize(const Info& info);
void allocate(const Info& info);
void sync(const Info& info);
void setTimes(const Info& info);
void closeFd(const Info& info);

// open.cc
void openAt(const Info& info);
void reopenDirectory(const Info& info);
void statAt(const Info& info);
void setTimesAt(const Info& info);

// tree.cc
void makeDirectory(const Info& info);
void unlink(const Info& info);
void rename(const Info& info);
void link(const Info& info);
void symlink(const Info& info);
void readLink(const Info& info);

// readdir.cc
void readDirectory(const Info& info);

// socket.cc
void accept(const Info& info);
void receive(const Info& info);
void send(const Info& info);
void shutdown(const Info& info);

// clock.cc
void clockTime(const Info& info);
void clockResolution(const Info& info);
void random(const Info& info);
void poll(const Info& info);

}  // namespace data
