/** The guest’s exit code. */
import { wasi1 } from '../helpers/wasi.ts';
import { exitCodeSuite } from '../suites/exit-codes.suite.ts';

exitCodeSuite(wasi1);
