/** Memory and time. */
import { wasi1 } from '../helpers/wasi.ts';
import { resourceSuite } from '../suites/resources.suite.ts';

resourceSuite(wasi1);
