/**
 * As in native/launcher/launcher.c: smaller modules are optimised as they run. Code of them is kept when that is asked
 * for (`--warm`), or by the launcher for a program that is run often: to make some for every small program that ever runs
 * once would cost more than it saves.
 */
export const smallModuleBytes: number = 1024 * 1024;
