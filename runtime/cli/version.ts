/** The package's version, in code because reading package.json at start would cost a file. A test compares them. */
export const version = '0.1.0';
