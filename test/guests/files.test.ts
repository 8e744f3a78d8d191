/** One file operation a guest, beneath a preopened directory. */
import { wasi1 } from '../helpers/wasi.ts';
import { fileSuite } from '../suites/files.suite.ts';

fileSuite(wasi1);
