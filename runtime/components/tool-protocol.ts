/** Descriptors of the tool process beside stdin, stdout and stderr. */

/** A socket: how it went is written here; its end says that the supervisor is gone. */
export const reportFd = 3;
export const componentFd = 4;
