/** Names that lead out, in every way there is. */
export const escapes: readonly string[] = [
  '/',
  '/etc',
  '..',
  '../x',
  'dir/../..',
  'up/x',
  'absolute',
  'absolute/passwd',
  'magic',
  'magic/etc',
];
