/** What of undici stays out of the bundle: the broker speaks HTTP/1.1 alone, with bodies of its own making. */

/** Loading HTTP/2 brings node:http2 along, which takes longer than all the rest. */
const absent = /\/undici\/lib\/(?:dispatcher\/client-h2|web\/fetch\/body|llhttp\/llhttp-wasm)\.js$/;

/** Asked for a constant, and for a class of which no body of ours is one. */
const http = 'module.exports = { maxHeaderSize: 16384, IncomingMessage: class {} };';

export const undici = {
  name: 'undici',
  setup({ onLoad, onResolve }) {
    onLoad({ filter: absent }, ({ path }) => {
      const message = `${path.split('/').at(-1)} is not in the bundle`;
      return { contents: `module.exports = () => { throw new Error(${JSON.stringify(message)}); };` };
    });
    onResolve({ filter: /^node:http$/ }, ({ importer }) =>
      importer.includes('/undici/lib/') ? { path: 'node-http', namespace: 'undici' } : undefined,
    );
    onLoad({ filter: /^node-http$/, namespace: 'undici' }, () => ({ contents: http }));
  },
};
