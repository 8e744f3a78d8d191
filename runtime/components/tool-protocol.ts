/** What the tool process and its supervisor agree on. */

/** A socket: how it went is written here; its end says that the supervisor is gone. */
export const reportFd = 3;
export const componentFd = 4;

/**
 * Ceilings of one transpilation; beside the memory, eight times the component's size is allowed. Attack: types that
 * refer to each other, which are a few bytes in the component and exponentially many when they are written out.
 */
export const toolLimits = { timeout: '120s', cpuTime: '60s', memory: '768MiB', maxFiles: 3 } as const;
