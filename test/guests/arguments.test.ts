/** Arguments and environment. */
import { wasi1 } from '../helpers/wasi.ts';
import { argumentSuite } from '../suites/arguments.suite.ts';

argumentSuite(wasi1);
