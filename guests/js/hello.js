// Prints a line with its arguments, on the other stream one with a variable, and fails when it is asked to.
import { getArguments, getEnvironment } from 'wasi:cli/environment@0.2.12';

export const run = {
  run() {
    const [, ...names] = getArguments();
    console.log(`hello ${names.join(' and ')}`);
    console.error(`from ${new Map(getEnvironment()).get('PLACE') ?? 'nowhere'}`);
    if (names.includes('nobody')) throw undefined;
  },
};
